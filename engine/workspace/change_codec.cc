#include "engine/workspace/change_codec.h"

#include "engine/graph/mutation_codec.h"
#include "engine/payload/codec.h"
#include "engine/vector/config_codec.h"

namespace mi::workspace {

void Encode(const CreateCollection& change, Writer& out) {
  out.String(change.name);
  vector::WriteConfig(change.config, out);
  out.SignedVarint(change.time);
}

void Decode(Reader& in, CreateCollection& change) {
  change.name = in.String();
  change.config = vector::ReadConfig(in);
  change.time = in.SignedVarint();
}

void Encode(const UpdateCollection& change, Writer& out) {
  out.Varint(change.collection);
  vector::WriteIndexSettings(change.index, out);
  vector::WritePayloadFields(change.payload_fields, out);
  out.SignedVarint(change.time);
}

void Decode(Reader& in, UpdateCollection& change) {
  change.collection = in.Varint();
  change.index = vector::ReadIndexSettings(in);
  change.payload_fields = vector::ReadPayloadFields(in);
  change.time = in.SignedVarint();
}

void Encode(const DeleteCollection& change, Writer& out) {
  out.Varint(change.collection);
}

void Decode(Reader& in, DeleteCollection& change) {
  change.collection = in.Varint();
}

void Encode(const SetAlias& change, Writer& out) {
  out.String(change.alias);
  out.Varint(change.collection);
}

void Decode(Reader& in, SetAlias& change) {
  change.alias = in.String();
  change.collection = in.Varint();
}

void Encode(const DeleteAlias& change, Writer& out) {
  out.String(change.alias);
}

void Decode(Reader& in, DeleteAlias& change) { change.alias = in.String(); }

void Encode(const UpsertPoints& change, Writer& out) {
  out.Varint(change.collection);
  out.Varint(change.points.size());
  for (const auto& point : change.points) {
    out.String(point.id);
    out.String(point.payload);
  }
  out.Floats(change.vectors);
}

void Decode(Reader& in, UpsertPoints& change) {
  change.collection = in.Varint();
  change.points.resize(in.Count(/*min_bytes=*/2));
  for (auto& point : change.points) {
    point.id = in.String();
    point.payload = in.String();
    if (!payload::ValidateEncodedPayload(point.payload).ok()) {
      in.Fail("a payload that does not decode");
    }
  }
  change.vectors = in.Floats();
}

void Encode(const DeletePoints& change, Writer& out) {
  out.Varint(change.collection);
  out.Varint(change.ids.size());
  for (const auto& id : change.ids) out.String(id);
}

void Decode(Reader& in, DeletePoints& change) {
  change.collection = in.Varint();
  change.ids.resize(in.Count(/*min_bytes=*/1));
  for (auto& id : change.ids) id = in.String();
}

void Encode(const CreateGraph& change, Writer& out) {
  out.String(change.name);
  out.Varint(change.indexes.size());
  for (const auto& index : change.indexes) {
    graph::WriteIndexDefinition(index, out);
  }
  out.SignedVarint(change.time);
}

void Decode(Reader& in, CreateGraph& change) {
  change.name = in.String();
  change.indexes.resize(in.Count(/*min_bytes=*/4));
  for (auto& index : change.indexes) index = graph::ReadIndexDefinition(in);
  change.time = in.SignedVarint();
}

void Encode(const DeleteGraph& change, Writer& out) {
  out.Varint(change.graph);
}

void Decode(Reader& in, DeleteGraph& change) { change.graph = in.Varint(); }

void Encode(const CreateGraphIndex& change, Writer& out) {
  out.Varint(change.graph);
  graph::WriteIndexDefinition(change.index, out);
}

void Decode(Reader& in, CreateGraphIndex& change) {
  change.graph = in.Varint();
  change.index = graph::ReadIndexDefinition(in);
}

void Encode(const DeleteGraphIndex& change, Writer& out) {
  out.Varint(change.graph);
  out.String(change.label);
  out.String(change.property);
}

void Decode(Reader& in, DeleteGraphIndex& change) {
  change.graph = in.Varint();
  change.label = in.String();
  change.property = in.String();
}

void Encode(const WriteGraph& change, Writer& out) {
  out.Varint(change.graph);
  graph::WriteMutations(change.mutations, out);
}

void Decode(Reader& in, WriteGraph& change) {
  change.graph = in.Varint();
  change.mutations = graph::ReadMutations(in);
}

}  // namespace mi::workspace
