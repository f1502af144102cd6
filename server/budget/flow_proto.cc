#include "server/budget/flow_proto.h"

#include <algorithm>

#include "fmt/format.h"

namespace mi::server {
namespace {

constexpr int kMaxArcs = 1'000'000;
constexpr size_t kMaxIdBytes = 256;
constexpr int64_t kMaxCost = 1'000'000'000;

void CheckId(const std::string& id, const std::string& field,
             Violations* violations) {
  if (!id.empty() && id.size() <= kMaxIdBytes) return;
  violations->Add(field, fmt::format("has {} bytes, must have 1 to {}",
                                     id.size(), kMaxIdBytes));
}

void CheckArc(const v1::FlowArc& arc, const std::string& field,
              Violations* violations) {
  CheckId(arc.source_id(), field + ".source_id", violations);
  CheckId(arc.target_id(), field + ".target_id", violations);
  if (!arc.unlimited() && arc.capacity() < 0) {
    violations->Add(field + ".capacity",
                    fmt::format("is {}, must be at least 0", arc.capacity()));
  }
  const int64_t least = arc.unlimited() ? 0 : -kMaxCost;
  if (arc.cost() < least || arc.cost() > kMaxCost) {
    violations->Add(
        field + ".cost",
        fmt::format("is {}, must be {} to {}{}", arc.cost(), least, kMaxCost,
                    arc.unlimited() ? " without limit" : ""));
  }
}

// Every name once, ascending.
std::vector<std::string> NamesOf(const v1::FlowNetwork& network) {
  std::vector<std::string> names;
  names.reserve(2 * static_cast<size_t>(network.arcs_size()));
  for (const v1::FlowArc& arc : network.arcs()) {
    names.push_back(arc.source_id());
    names.push_back(arc.target_id());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

uint32_t NumberOf(const std::vector<std::string>& names,
                  std::string_view name) {
  return static_cast<uint32_t>(
      std::lower_bound(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

uint32_t NamedNetwork::Find(std::string_view name, std::string_view field,
                            Violations* violations) const {
  const uint32_t number = NumberOf(names, name);
  if (number < names.size() && names[number] == name) return number;
  violations->Add(field, fmt::format("no arc has a node '{}'", name));
  return 0;
}

NamedNetwork FromProto(const v1::FlowNetwork& network, Violations* violations) {
  NamedNetwork out;
  if (network.arcs_size() == 0 || network.arcs_size() > kMaxArcs) {
    violations->Add("network.arcs",
                    fmt::format("has {} elements, must have 1 to {}",
                                network.arcs_size(), kMaxArcs));
    return out;
  }
  for (int a = 0; a < network.arcs_size(); ++a) {
    CheckArc(network.arcs(a), fmt::format("network.arcs[{}]", a), violations);
  }
  out.names = NamesOf(network);
  out.network.nodes = static_cast<uint32_t>(out.names.size());
  out.network.arcs.reserve(static_cast<size_t>(network.arcs_size()));
  int64_t total = 0;
  for (const v1::FlowArc& arc : network.arcs()) {
    out.network.arcs.push_back({.source = NumberOf(out.names, arc.source_id()),
                                .target = NumberOf(out.names, arc.target_id()),
                                .capacity = arc.capacity(),
                                .unlimited = arc.unlimited(),
                                .cost = arc.cost()});
    if (arc.unlimited()) continue;
    if (arc.capacity() > flow::kMaxTotal - total) {
      violations->Add("network.arcs",
                      fmt::format("have capacities that add up to more than {}",
                                  flow::kMaxTotal));
      break;
    }
    total += std::max<int64_t>(arc.capacity(), 0);
  }
  return out;
}

void CutToProto(const NamedNetwork& network, int64_t value,
                const std::vector<bool>& first_side,
                const std::vector<size_t>& arcs, v1::NetworkCut* out) {
  out->set_value(value);
  for (size_t node = 0; node < network.names.size(); ++node) {
    (first_side[node] ? out->add_first_side_ids() : out->add_second_side_ids())
        ->assign(network.names[node]);
  }
  for (const size_t arc : arcs) {
    out->add_arc_indexes(static_cast<uint32_t>(arc));
  }
}

}  // namespace mi::server
