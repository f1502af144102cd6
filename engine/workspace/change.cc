#include "engine/workspace/change.h"

#include <utility>

#include "engine/base/codec.h"
#include "engine/base/status_macros.h"
#include "engine/payload/codec.h"
#include "engine/vector/config_codec.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

// Kinds of journal records. Never reuse a number; other modules go on at the
// next multiple of 100.
enum RecordKind : uint32_t {
  kCreateCollection = 100,
  kUpdateCollection = 101,
  kDeleteCollection = 102,
  kSetAlias = 103,
  kDeleteAlias = 104,
  kUpsertPoints = 105,
  kDeletePoints = 106,
};

constexpr uint32_t kSchemaVersion = 1;

// Each kind of change has one Encode and one Decode, which name the same fields
// in the same order.

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

uint32_t KindOf(const Change& change) {
  // In the order of the variant.
  constexpr uint32_t kKinds[] = {
      kCreateCollection, kUpdateCollection, kDeleteCollection, kSetAlias,
      kDeleteAlias,      kUpsertPoints,     kDeletePoints};
  static_assert(std::size(kKinds) == std::variant_size_v<Change>);
  return kKinds[change.index()];
}

// Room for the vectors, which are nearly all of a large record.
size_t EstimateBytes(const Change& change) {
  const auto* upsert = std::get_if<UpsertPoints>(&change);
  if (upsert == nullptr) return 0;
  constexpr size_t kBytesBesideVector = 256;
  return upsert->vectors.size() * sizeof(float) +
         upsert->points.size() * kBytesBesideVector;
}

template <typename Kind>
absl::StatusOr<Change> DecodeAs(const std::string& body) {
  Kind change;
  Reader in(body);
  Decode(in, change);
  RETURN_IF_ERROR(in.Finish());
  return change;
}

}  // namespace

storage::Record EncodeChange(const Change& change) {
  Writer out(EstimateBytes(change));
  std::visit([&out](const auto& kind) { Encode(kind, out); }, change);
  return {.kind = KindOf(change),
          .schema_version = kSchemaVersion,
          .body = std::move(out).Take()};
}

absl::StatusOr<Change> DecodeChange(const storage::Record& record) {
  if (record.schema_version != kSchemaVersion) {
    return absl::DataLossError(
        fmt::format("record kind {} has schema version {}, this version reads "
                    "{}: a newer version wrote this journal",
                    record.kind, record.schema_version, kSchemaVersion));
  }
  switch (record.kind) {
    case kCreateCollection:
      return DecodeAs<CreateCollection>(record.body);
    case kUpdateCollection:
      return DecodeAs<UpdateCollection>(record.body);
    case kDeleteCollection:
      return DecodeAs<DeleteCollection>(record.body);
    case kSetAlias:
      return DecodeAs<SetAlias>(record.body);
    case kDeleteAlias:
      return DecodeAs<DeleteAlias>(record.body);
    case kUpsertPoints:
      return DecodeAs<UpsertPoints>(record.body);
    case kDeletePoints:
      return DecodeAs<DeletePoints>(record.body);
    default:
      return absl::DataLossError(
          fmt::format("unknown record kind {}", record.kind));
  }
}

}  // namespace mi::workspace
