#include "engine/graph/mutation_codec.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/graph/limits.h"

namespace mi::graph {
namespace {

// Numbers the names of a batch, in the order in which they are met.
class NameWriter {
 public:
  uint64_t NumberOf(std::string_view name) {
    const auto [at, is_new] = numbers_.try_emplace(name, names_.size());
    if (is_new) names_.push_back(name);
    return at->second;
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  absl::flat_hash_map<std::string_view, uint64_t> numbers_;
  std::vector<std::string_view> names_;
};

struct Encoder {
  NameWriter& names;
  Writer& out;

  void Name(std::string_view name) const { out.Varint(names.NumberOf(name)); }

  void Names(const std::vector<std::string>& list) const {
    out.Varint(list.size());
    for (const std::string& name : list) Name(name);
  }

  void Write(const Properties& properties) const {
    out.Varint(properties.size());
    for (const auto& [key, value] : properties) {
      Name(key);
      WriteValue(value, out);
    }
  }

  void Write(const std::optional<TimeSpan>& span) const {
    out.Bool(span.has_value());
    if (!span.has_value()) return;
    out.SignedVarint(span->from);
    out.SignedVarint(span->to);
  }

  void Write(const std::optional<PointLink>& link) const {
    out.Bool(link.has_value());
    if (!link.has_value()) return;
    Name(link->collection);
    out.String(link->point_id);
  }

  void Write(const std::optional<double>& number) const {
    out.Bool(number.has_value());
    if (number.has_value()) out.Double(*number);
  }

  void operator()(const PutNode& put) const {
    WriteValue(put.id, out);
    Names(put.labels);
    Write(put.properties);
    Write(put.link);
  }

  void operator()(const PatchNode& patch) const {
    WriteValue(patch.id, out);
    Write(patch.properties);
    Names(patch.add_labels);
    Names(patch.remove_labels);
    Write(patch.link);
    out.Bool(patch.remove_link);
  }

  void operator()(const DeleteNode& removal) const {
    WriteValue(removal.id, out);
    out.Bool(removal.detach);
  }

  void operator()(const PutEdge& put) const {
    WriteValue(put.id, out);
    Name(put.type);
    WriteValue(put.source, out);
    WriteValue(put.target, out);
    Write(put.properties);
    Write(put.span);
    out.Bool(put.merge);
  }

  void operator()(const PatchEdge& patch) const {
    WriteValue(patch.id, out);
    Write(patch.properties);
    Write(patch.span);
  }

  void operator()(const DeleteEdge& removal) const {
    WriteValue(removal.id, out);
  }

  void operator()(const PutHyperedge& put) const {
    WriteValue(put.id, out);
    Name(put.type);
    out.Varint(put.members.size());
    for (const auto& member : put.members) {
      WriteValue(member.node, out);
      Name(member.role);
    }
    out.Double(put.weight);
    out.Double(put.confidence);
    Write(put.span);
    Write(put.properties);
  }

  void operator()(const PatchHyperedge& patch) const {
    WriteValue(patch.id, out);
    Write(patch.properties);
    Write(patch.weight);
    Write(patch.confidence);
    Write(patch.span);
  }

  void operator()(const DeleteHyperedge& removal) const {
    WriteValue(removal.id, out);
  }
};

// Each Read has the fields of its operator() above, in the same order.
struct Decoder {
  const std::vector<std::string>& names;
  Reader& in;

  std::string Name() const {
    const uint64_t number = in.Varint();
    if (number < names.size()) return names[number];
    in.Fail("a name that is not in the table");
    return {};
  }

  Value Id() const {
    Value id = ReadValue(in);
    if (!id.is_null() && id.type() != ValueType::kString &&
        id.type() != ValueType::kInteger) {
      in.Fail("an id that is neither a string nor an integer");
    }
    return id;
  }

  void Read(std::vector<std::string>& list) const {
    list.resize(in.Count(/*min_bytes=*/1));
    for (std::string& name : list) name = Name();
  }

  void Read(Properties& properties) const {
    properties.resize(in.Count(/*min_bytes=*/2));
    for (auto& [key, value] : properties) {
      key = Name();
      value = ReadValue(in);
    }
  }

  void Read(std::optional<TimeSpan>& span) const {
    if (!in.Bool()) return;
    span.emplace();
    span->from = in.SignedVarint();
    span->to = in.SignedVarint();
  }

  void Read(std::optional<PointLink>& link) const {
    if (!in.Bool()) return;
    link.emplace();
    link->collection = Name();
    link->point_id = in.String();
  }

  void Read(std::optional<double>& number) const {
    if (in.Bool()) number = in.Double();
  }

  void Read(PutNode& put) const {
    put.id = Id();
    Read(put.labels);
    Read(put.properties);
    Read(put.link);
  }

  void Read(PatchNode& patch) const {
    patch.id = Id();
    Read(patch.properties);
    Read(patch.add_labels);
    Read(patch.remove_labels);
    Read(patch.link);
    patch.remove_link = in.Bool();
  }

  void Read(DeleteNode& removal) const {
    removal.id = Id();
    removal.detach = in.Bool();
  }

  void Read(PutEdge& put) const {
    put.id = Id();
    put.type = Name();
    put.source = Id();
    put.target = Id();
    Read(put.properties);
    Read(put.span);
    put.merge = in.Bool();
  }

  void Read(PatchEdge& patch) const {
    patch.id = Id();
    Read(patch.properties);
    Read(patch.span);
  }

  void Read(DeleteEdge& removal) const { removal.id = Id(); }

  void Read(PutHyperedge& put) const {
    put.id = Id();
    put.type = Name();
    put.members.resize(in.Count(/*min_bytes=*/2));
    for (auto& member : put.members) {
      member.node = Id();
      member.role = Name();
    }
    put.weight = in.Double();
    put.confidence = in.Double();
    Read(put.span);
    Read(put.properties);
  }

  void Read(PatchHyperedge& patch) const {
    patch.id = Id();
    Read(patch.properties);
    Read(patch.weight);
    Read(patch.confidence);
    Read(patch.span);
  }

  void Read(DeleteHyperedge& removal) const { removal.id = Id(); }

  // The kind of mutation that has this number in the variant.
  template <size_t kKind = 0>
  Mutation ReadKind(uint64_t kind) const {
    if constexpr (kKind < std::variant_size_v<Mutation>) {
      if (kind != kKind) return ReadKind<kKind + 1>(kind);
      std::variant_alternative_t<kKind, Mutation> mutation;
      Read(mutation);
      return mutation;
    } else {
      in.Fail("an unknown kind of mutation");
      return {};
    }
  }
};

}  // namespace

void WriteValue(const Value& value, Writer& out) { out.String(value.bytes()); }

Value ReadValue(Reader& in) {
  const std::string_view bytes = in.String();
  if (!in.ok() || bytes.empty()) return {};
  if (!IsCanonical(bytes, kMaxValueDepth)) {
    in.Fail("a value that does not decode");
    return {};
  }
  return Value::FromBytes(bytes);
}

void WriteMutations(absl::Span<const Mutation> mutations, Writer& out) {
  NameWriter names;
  Writer body;
  body.Varint(mutations.size());
  for (const Mutation& mutation : mutations) {
    body.Varint(mutation.index());
    std::visit(Encoder{names, body}, mutation);
  }
  out.Varint(names.names().size());
  for (const std::string_view name : names.names()) out.String(name);
  out.Bytes(std::move(body).Take());
}

std::vector<Mutation> ReadMutations(Reader& in) {
  std::vector<std::string> names(in.Count(/*min_bytes=*/1));
  for (std::string& name : names) name = in.String();
  std::vector<Mutation> mutations(in.Count(/*min_bytes=*/2));
  const Decoder decoder{names, in};
  for (Mutation& mutation : mutations) {
    if (!in.ok()) break;
    mutation = decoder.ReadKind(in.Varint());
  }
  return mutations;
}

void WriteIndexDefinition(const IndexDefinition& definition, Writer& out) {
  out.String(definition.label);
  out.String(definition.property);
  out.Bool(definition.unique);
  out.Enum(definition.required_type);
}

IndexDefinition ReadIndexDefinition(Reader& in) {
  IndexDefinition definition;
  definition.label = in.String();
  definition.property = in.String();
  definition.unique = in.Bool();
  definition.required_type = in.Enum(ValueType::kPoint);
  return definition;
}

}  // namespace mi::graph
