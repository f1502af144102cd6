#include <cmath>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "engine/base/error.h"
#include "engine/graph/graph_edit.h"
#include "engine/graph/limits.h"
#include "engine/payload/utf8.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

// 2200-12-31T23:59:59.999999Z, and the beginning of 1970.
constexpr TimeMicros kMaxTime = 7'289'654'399'999'999;

// What is wrong with one mutation. The name of a field is only made when there
// is something to say about it.
class Checker {
 public:
  Checker(size_t position, std::string_view kind, Violations* violations)
      : position_(position), kind_(kind), violations_(violations) {}

  void Add(std::string_view field, std::string_view description) const {
    violations_->Add(
        fmt::format("mutations[{}].{}.{}", position_, kind_, field),
        description);
  }

  void Id(std::string_view field, const Value& id) const {
    if (id.is_null()) return Add(field, "is required");
    OptionalId(field, id);
  }

  void OptionalId(std::string_view field, const Value& id) const {
    switch (id.type()) {
      case ValueType::kNull:
        return;
      case ValueType::kInteger:
        if (id.integer() < 0 || id.integer() > kMaxIntegerId) {
          Add(field, fmt::format("is {}; 0 to {} are allowed", id.integer(),
                                 kMaxIntegerId));
        }
        return;
      case ValueType::kString:
        return Text(field, id.string(), kMaxIdBytes);
      default:
        Add(field, "is neither a string nor an integer");
    }
  }

  void Name(std::string_view field, std::string_view name) const {
    Text(field, name, kMaxNameBytes);
  }

  void Labels(std::string_view field,
              const std::vector<std::string>& labels) const {
    if (labels.empty()) return;
    if (labels.size() > kMaxLabelsOfNode) {
      return Add(field, fmt::format("has {} labels; at most {} are allowed",
                                    labels.size(), kMaxLabelsOfNode));
    }
    for (size_t i = 0; i < labels.size(); ++i) {
      Name(fmt::format("{}[{}]", field, i), labels[i]);
      for (size_t other = 0; other < i; ++other) {
        if (labels[other] != labels[i]) continue;
        Add(fmt::format("{}[{}]", field, i),
            fmt::format("repeats '{}'", labels[i]));
        break;
      }
    }
  }

  void Properties(std::string_view field,
                  const graph::Properties& properties) const {
    if (properties.empty()) return;
    if (properties.size() > kMaxPropertiesOfElement) {
      return Add(field,
                 fmt::format("has {} properties; at most {} are allowed",
                             properties.size(), kMaxPropertiesOfElement));
    }
    size_t bytes = 0;
    absl::flat_hash_set<std::string_view> seen;
    for (const auto& [key, value] : properties) {
      Property(field, key, value);
      if (!seen.insert(key).second) {
        Add(field, fmt::format("has '{}' twice", key));
      }
      bytes += key.size() + value.bytes().size();
    }
    if (bytes > kMaxPropertyBytes) {
      Add(field, fmt::format("has {} bytes; at most {} are allowed", bytes,
                             kMaxPropertyBytes));
    }
  }

  void Span(std::string_view field, const std::optional<TimeSpan>& span) const {
    if (!span.has_value()) return;
    constexpr TimeSpan kAlways;
    const auto in_range = [](TimeMicros time, TimeMicros open) {
      return time == open || (time >= 0 && time <= kMaxTime);
    };
    if (!in_range(span->from, kAlways.from) ||
        !in_range(span->to, kAlways.to)) {
      Add(field, "is not within the years 1970 to 2200");
    } else if (span->from >= span->to) {
      Add(field, "ends before it begins");
    }
  }

  void Link(std::string_view field,
            const std::optional<PointLink>& link) const {
    if (!link.has_value()) return;
    Name(fmt::format("{}.collection", field), link->collection);
    Text(fmt::format("{}.point_id", field), link->point_id, kMaxIdBytes);
  }

  void Weight(std::string_view field, double weight) const {
    if (!std::isfinite(weight)) Add(field, "is not finite");
  }

  void Confidence(std::string_view field, double confidence) const {
    if (!(confidence >= 0 && confidence <= 1)) {
      Add(field, fmt::format("is {}; 0 to 1 is allowed", confidence));
    }
  }

  void Members(const std::vector<PutHyperedge::Member>& members) const {
    constexpr char kField[] = "hyperedge.members";
    if (members.empty() || members.size() > kMaxMembers) {
      return Add(kField, fmt::format("has {} members; 1 to {} are allowed",
                                     members.size(), kMaxMembers));
    }
    absl::flat_hash_set<std::pair<Value, std::string_view>> seen;
    for (size_t i = 0; i < members.size(); ++i) {
      Id(fmt::format("{}[{}].node_id", kField, i), members[i].node);
      if (!members[i].role.empty()) {
        Name(fmt::format("{}[{}].role", kField, i), members[i].role);
      }
      if (!seen.insert({members[i].node, members[i].role}).second) {
        Add(fmt::format("{}[{}]", kField, i),
            "repeats a member: the same node with the same role");
      }
    }
  }

 private:
  void Text(std::string_view field, std::string_view text,
            size_t max_bytes) const {
    if (text.empty() || text.size() > max_bytes) {
      Add(field, fmt::format("has {} bytes; 1 to {} are allowed", text.size(),
                             max_bytes));
    } else if (text.find('\0') != std::string_view::npos ||
               !payload::IsValidUtf8(text)) {
      Add(field, "is not UTF-8 without NUL");
    }
  }

  void Property(std::string_view field, const std::string& key,
                const Value& value) const {
    if (key.empty() || key.size() > kMaxNameBytes ||
        key.find('\0') != std::string::npos || !payload::IsValidUtf8(key)) {
      return Add(field,
                 fmt::format("has a key of {} bytes; 1 to {} bytes of UTF-8 "
                             "without NUL are allowed",
                             key.size(), kMaxNameBytes));
    }
    const auto type = value.type();
    if ((type == ValueType::kList || type == ValueType::kMap) &&
        DepthOf(value) > kMaxValueDepth) {
      Add(fmt::format("{}.{}", field, key),
          fmt::format("nests more than {} deep", kMaxValueDepth));
    }
  }

  const size_t position_;
  const std::string_view kind_;
  Violations* const violations_;
};

void Check(const PutNode& put, const Checker& check) {
  check.OptionalId("node.id", put.id);
  check.Labels("node.labels", put.labels);
  check.Properties("node.properties", put.properties);
  check.Link("node.link", put.link);
}

void Check(const PatchNode& patch, const Checker& check) {
  check.Id("id", patch.id);
  check.Properties("properties", patch.properties);
  check.Labels("add_labels", patch.add_labels);
  check.Labels("remove_labels", patch.remove_labels);
  check.Link("link", patch.link);
  if (patch.link.has_value() && patch.remove_link) {
    check.Add("remove_link", "cannot be set together with link");
  }
}

void Check(const DeleteNode& removal, const Checker& check) {
  check.Id("id", removal.id);
}

void Check(const PutEdge& put, const Checker& check) {
  check.OptionalId("edge.id", put.id);
  check.Name("edge.type", put.type);
  check.Id("edge.source_id", put.source);
  check.Id("edge.target_id", put.target);
  check.Properties("edge.properties", put.properties);
  check.Span("edge.valid_time", put.span);
  if (put.merge && !put.id.is_null()) {
    check.Add("merge", "is for edges without an id");
  }
}

void Check(const PatchEdge& patch, const Checker& check) {
  check.Id("id", patch.id);
  check.Properties("properties", patch.properties);
  check.Span("valid_time", patch.span);
}

void Check(const DeleteEdge& removal, const Checker& check) {
  check.Id("id", removal.id);
}

void Check(const PutHyperedge& put, const Checker& check) {
  check.OptionalId("hyperedge.id", put.id);
  check.Name("hyperedge.type", put.type);
  check.Members(put.members);
  check.Weight("hyperedge.weight", put.weight);
  check.Confidence("hyperedge.confidence", put.confidence);
  check.Properties("hyperedge.properties", put.properties);
  check.Span("hyperedge.valid_time", put.span);
}

void Check(const PatchHyperedge& patch, const Checker& check) {
  check.Id("id", patch.id);
  check.Properties("properties", patch.properties);
  if (patch.weight) check.Weight("weight", *patch.weight);
  if (patch.confidence) check.Confidence("confidence", *patch.confidence);
  check.Span("valid_time", patch.span);
}

void Check(const DeleteHyperedge& removal, const Checker& check) {
  check.Id("id", removal.id);
}

}  // namespace

std::string_view MutationName(const Mutation& mutation) {
  // In the order of the variant.
  constexpr std::string_view kNames[] = {
      "put_node",      "patch_node",      "delete_node",
      "put_edge",      "patch_edge",      "delete_edge",
      "put_hyperedge", "patch_hyperedge", "delete_hyperedge"};
  static_assert(std::size(kNames) == std::variant_size_v<Mutation>);
  return kNames[mutation.index()];
}

absl::Status ValidateMutations(absl::Span<const Mutation> mutations) {
  if (mutations.empty() || mutations.size() > kMaxMutations) {
    return InvalidField("mutations",
                        fmt::format("has {} members; 1 to {} are allowed",
                                    mutations.size(), kMaxMutations));
  }
  Violations violations;
  for (size_t i = 0; i < mutations.size(); ++i) {
    const Checker check(i, MutationName(mutations[i]), &violations);
    std::visit([&check](const auto& kind) { Check(kind, check); },
               mutations[i]);
  }
  return violations.ToStatus();
}

}  // namespace mi::graph
