#include "tests/engine/graph/graph_oracle.h"

#include <algorithm>

namespace mi::graph {
namespace {

using absl::StatusCode;

Value IdOf(const IdKey& key) { return Value::FromBytes(key); }

PropertyMap Whole(const Properties& properties) {
  PropertyMap map;
  for (const auto& [name, value] : properties) {
    if (!value.is_null()) map[name] = value;
  }
  return map;
}

void Patch(const Properties& properties, PropertyMap* map) {
  for (const auto& [name, value] : properties) {
    if (value.is_null()) {
      map->erase(name);
    } else {
      (*map)[name] = value;
    }
  }
}

// One batch on a copy of the oracle.
struct Batch {
  GraphOracle next;
  uint64_t sequence = 0;
  const MutationResult* actual = nullptr;
  MutationResult result;
  size_t position = 0;

  template <typename Elements>
  StatusCode CheckVersion(const Elements& elements, const Value& id,
                          ExpectedVersion expected) const {
    const auto at = elements.find(KeyOf(id));
    const uint64_t stored = at == elements.end() ? 0 : at->second.version;
    return !expected || *expected == stored ? StatusCode::kOk
                                            : StatusCode::kAborted;
  }

  IdKey Assign(const Value& id, int64_t* next_id) {
    if (id.is_null()) {
      const Value assigned = Value::Integer((*next_id)++);
      result.assigned_ids[position] = assigned;
      return KeyOf(assigned);
    }
    if (id.type() == ValueType::kInteger) {
      *next_id = std::max(*next_id, id.integer() + 1);
    }
    return KeyOf(id);
  }

  // Against all other nodes.
  StatusCode CheckIndexes(const IdKey& changed) const {
    const OracleNode& node = next.nodes.at(changed);
    for (const IndexDefinition& index : next.indexes) {
      const auto value = node.properties.find(index.property);
      if (!node.labels.contains(index.label) ||
          value == node.properties.end()) {
        continue;
      }
      if (index.required_type != ValueType::kNull &&
          value->second.type() != index.required_type) {
        return StatusCode::kFailedPrecondition;
      }
      if (!index.unique) continue;
      for (const auto& [key, other] : next.nodes) {
        const auto same = other.properties.find(index.property);
        if (key != changed && other.labels.contains(index.label) &&
            same != other.properties.end() &&
            (same->second == value->second ||
             EqualInCondition(same->second, value->second))) {
          return StatusCode::kAlreadyExists;
        }
      }
    }
    return StatusCode::kOk;
  }

  StatusCode operator()(const PutNode& put) {
    if (const auto code =
            CheckVersion(next.nodes, put.id, put.expected_version);
        code != StatusCode::kOk) {
      return code;
    }
    const bool exists = !put.id.is_null() && next.nodes.contains(KeyOf(put.id));
    if (exists && next.nodes[KeyOf(put.id)].version == sequence) {
      return StatusCode::kInvalidArgument;
    }
    ++(exists ? result.counts.nodes_updated : result.counts.nodes_created);
    const IdKey key = Assign(put.id, &next.next_node_id);
    OracleNode& node = next.nodes[key];
    node.version = sequence;
    node.labels = {put.labels.begin(), put.labels.end()};
    node.properties = Whole(put.properties);
    node.link = put.link;
    return CheckIndexes(key);
  }

  StatusCode operator()(const PatchNode& patch) {
    const auto at = next.nodes.find(KeyOf(patch.id));
    if (at == next.nodes.end()) return StatusCode::kNotFound;
    if (const auto code =
            CheckVersion(next.nodes, patch.id, patch.expected_version);
        code != StatusCode::kOk) {
      return code;
    }
    OracleNode& node = at->second;
    if (node.version == sequence) return StatusCode::kInvalidArgument;
    node.version = sequence;
    Patch(patch.properties, &node.properties);
    for (const auto& label : patch.remove_labels) node.labels.erase(label);
    for (const auto& label : patch.add_labels) node.labels.insert(label);
    if (patch.link || patch.remove_link) node.link = patch.link;
    ++result.counts.nodes_updated;
    return CheckIndexes(at->first);
  }

  StatusCode operator()(const DeleteNode& removal) {
    if (const auto code =
            CheckVersion(next.nodes, removal.id, removal.expected_version);
        code != StatusCode::kOk) {
      return code;
    }
    const IdKey key = KeyOf(removal.id);
    if (!next.nodes.contains(key)) {
      ++result.counts.missing;
      return StatusCode::kOk;
    }
    const size_t edges = std::erase_if(next.edges, [&](const auto& edge) {
      return edge.second.source == key || edge.second.target == key;
    });
    const size_t hyperedges =
        std::erase_if(next.hyperedges, [&](const auto& hyperedge) {
          return std::any_of(
              hyperedge.second.members.begin(), hyperedge.second.members.end(),
              [&](const auto& member) { return member.second == key; });
        });
    if (!removal.detach && edges + hyperedges > 0) {
      return StatusCode::kFailedPrecondition;
    }
    next.nodes.erase(key);
    ++result.counts.nodes_deleted;
    result.counts.edges_deleted += edges;
    result.counts.hyperedges_deleted += hyperedges;
    return StatusCode::kOk;
  }

  // The edge that a merge took, if it may have.
  std::optional<IdKey> Merged(const PutEdge& put) const {
    std::set<IdKey> candidates;
    for (const auto& [key, edge] : next.edges) {
      if (edge.type == put.type && edge.source == KeyOf(put.source) &&
          edge.target == KeyOf(put.target)) {
        candidates.insert(key);
      }
    }
    if (candidates.empty()) return std::nullopt;
    if (actual != nullptr) {
      const IdKey chosen = KeyOf(actual->assigned_ids[position]);
      if (candidates.contains(chosen)) return chosen;
    }
    return *candidates.begin();
  }

  StatusCode operator()(const PutEdge& put) {
    if (!next.nodes.contains(KeyOf(put.source)) ||
        !next.nodes.contains(KeyOf(put.target))) {
      return StatusCode::kNotFound;
    }
    std::optional<IdKey> existing;
    if (!put.id.is_null()) {
      if (next.edges.contains(KeyOf(put.id))) existing = KeyOf(put.id);
      if (existing && next.edges[*existing].version == sequence) {
        return StatusCode::kInvalidArgument;
      }
    } else if (put.merge) {
      existing = Merged(put);
      if (existing) result.assigned_ids[position] = IdOf(*existing);
    }
    const uint64_t stored = existing ? next.edges[*existing].version : 0;
    if (put.expected_version && *put.expected_version != stored) {
      return StatusCode::kAborted;
    }
    if (existing) {
      const OracleEdge& edge = next.edges[*existing];
      if (edge.type != put.type || edge.source != KeyOf(put.source) ||
          edge.target != KeyOf(put.target)) {
        return StatusCode::kFailedPrecondition;
      }
    }
    ++(existing ? result.counts.edges_updated : result.counts.edges_created);
    const IdKey key = existing ? *existing : Assign(put.id, &next.next_edge_id);
    next.edges[key] = {.version = sequence,
                       .type = put.type,
                       .source = KeyOf(put.source),
                       .target = KeyOf(put.target),
                       .properties = Whole(put.properties),
                       .span = put.span.value_or(TimeSpan{})};
    return StatusCode::kOk;
  }

  // Finds, checks and stamps what a patch changes; null with the code.
  template <typename Elements, typename PatchKind>
  auto* FindToPatch(Elements& elements, const PatchKind& patch,
                    StatusCode* code) {
    const auto at = elements.find(KeyOf(patch.id));
    if (at == elements.end()) {
      *code = StatusCode::kNotFound;
    } else if (*code = CheckVersion(elements, patch.id, patch.expected_version);
               *code == StatusCode::kOk) {
      if (at->second.version == sequence) {
        *code = StatusCode::kInvalidArgument;
      } else {
        at->second.version = sequence;
        Patch(patch.properties, &at->second.properties);
        if (patch.span) at->second.span = *patch.span;
        return &at->second;
      }
    }
    return static_cast<decltype(&at->second)>(nullptr);
  }

  StatusCode operator()(const PatchEdge& patch) {
    StatusCode code = StatusCode::kOk;
    if (FindToPatch(next.edges, patch, &code)) ++result.counts.edges_updated;
    return code;
  }

  StatusCode operator()(const PatchHyperedge& patch) {
    StatusCode code = StatusCode::kOk;
    OracleHyperedge* hyperedge = FindToPatch(next.hyperedges, patch, &code);
    if (hyperedge == nullptr) return code;
    if (patch.weight) hyperedge->weight = *patch.weight;
    if (patch.confidence) hyperedge->confidence = *patch.confidence;
    ++result.counts.hyperedges_updated;
    return code;
  }

  StatusCode operator()(const DeleteEdge& removal) {
    const auto code =
        CheckVersion(next.edges, removal.id, removal.expected_version);
    if (code != StatusCode::kOk) return code;
    ++(next.edges.erase(KeyOf(removal.id)) > 0 ? result.counts.edges_deleted
                                               : result.counts.missing);
    return code;
  }

  StatusCode operator()(const DeleteHyperedge& removal) {
    const auto code =
        CheckVersion(next.hyperedges, removal.id, removal.expected_version);
    if (code != StatusCode::kOk) return code;
    ++(next.hyperedges.erase(KeyOf(removal.id)) > 0
           ? result.counts.hyperedges_deleted
           : result.counts.missing);
    return code;
  }

  StatusCode operator()(const PutHyperedge& put) {
    const auto code =
        CheckVersion(next.hyperedges, put.id, put.expected_version);
    if (code != StatusCode::kOk) return code;
    OracleHyperedge hyperedge;
    for (const auto& member : put.members) {
      if (!next.nodes.contains(KeyOf(member.node))) {
        return StatusCode::kNotFound;
      }
      hyperedge.members.emplace(member.role, KeyOf(member.node));
    }
    const auto at = next.hyperedges.find(KeyOf(put.id));
    const bool exists = !put.id.is_null() && at != next.hyperedges.end();
    if (exists && at->second.version == sequence) {
      return StatusCode::kInvalidArgument;
    }
    ++(exists ? result.counts.hyperedges_updated
              : result.counts.hyperedges_created);
    hyperedge.version = sequence;
    hyperedge.type = put.type;
    hyperedge.weight = put.weight;
    hyperedge.confidence = put.confidence;
    hyperedge.properties = Whole(put.properties);
    hyperedge.span = put.span.value_or(TimeSpan{});
    next.hyperedges[Assign(put.id, &next.next_hyperedge_id)] =
        std::move(hyperedge);
    return code;
  }
};

}  // namespace

IdKey KeyOf(const Value& id) { return IdKey(id.bytes()); }

absl::StatusCode GraphOracle::Apply(const std::vector<Mutation>& mutations,
                                    uint64_t sequence,
                                    const MutationResult* actual,
                                    MutationResult* result) {
  Batch batch{
      .next = *this, .sequence = sequence, .actual = actual, .result = {}};
  for (const Mutation& mutation : mutations) {
    batch.result.assigned_ids.emplace_back();
    const StatusCode code = std::visit(batch, mutation);
    if (code != StatusCode::kOk) return code;
    ++batch.position;
  }
  *this = std::move(batch.next);
  *result = std::move(batch.result);
  return StatusCode::kOk;
}

absl::StatusCode GraphOracle::CheckIndex(const IndexDefinition& index) const {
  for (const IndexDefinition& other : indexes) {
    if (other.label == index.label && other.property == index.property) {
      return StatusCode::kAlreadyExists;
    }
  }
  // In the order of rows: which error comes first is not defined, so a code
  // stands for both.
  Batch batch{.next = *this, .result = {}};
  batch.next.indexes = {index};
  for (const auto& [key, node] : nodes) {
    const StatusCode code = batch.CheckIndexes(key);
    if (code != StatusCode::kOk) return code;
  }
  return StatusCode::kOk;
}

}  // namespace mi::graph
