#include "engine/graph/algorithms/components.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/status_macros.h"

namespace mi::graph {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
// Vertices between two looks at whether to stop.
constexpr uint32_t kPerCheck = 16'384;

absl::Status Look(uint32_t done, size_t all, Progress& progress) {
  if (done % kPerCheck != 0) return absl::OkStatus();
  return progress.At(static_cast<double>(done) / static_cast<double>(all));
}

class UnionFind {
 public:
  explicit UnionFind(size_t vertices) : parent_(vertices), size_(vertices, 1) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }
  uint32_t Find(uint32_t vertex) {
    while (parent_[vertex] != vertex) {
      parent_[vertex] = parent_[parent_[vertex]];
      vertex = parent_[vertex];
    }
    return vertex;
  }
  void Unite(uint32_t a, uint32_t b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return;
    if (size_[a] < size_[b]) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
  }

 private:
  std::vector<uint32_t> parent_;
  std::vector<uint32_t> size_;
};

// Tarjan's search with a stack of its own.
class StrongSearch {
 public:
  explicit StrongSearch(const CompressedRows& out)
      : out_(out),
        index_(out.size(), kNone),
        low_(out.size(), 0),
        on_stack_(out.size(), false),
        component_(out.size(), kNone) {}

  void From(uint32_t root) {
    if (index_[root] != kNone) return;
    Enter(root);
    while (!path_.empty()) {
      Step& step = path_.back();
      const uint32_t vertex = step.vertex;
      if (step.next == out_.offsets[vertex + 1]) {
        Leave(vertex);
        continue;
      }
      const uint32_t target = out_.targets[step.next++];
      if (index_[target] == kNone) {
        Enter(target);
      } else if (on_stack_[target]) {
        low_[vertex] = std::min(low_[vertex], index_[target]);
      }
    }
  }

  const std::vector<uint32_t>& components() const { return component_; }

 private:
  struct Step {
    uint32_t vertex;
    uint32_t next;  // place of the edge to look at
  };

  void Enter(uint32_t vertex) {
    index_[vertex] = low_[vertex] = count_++;
    stack_.push_back(vertex);
    on_stack_[vertex] = true;
    path_.push_back({vertex, out_.offsets[vertex]});
  }

  void Leave(uint32_t vertex) {
    path_.pop_back();
    if (!path_.empty()) {
      const uint32_t before = path_.back().vertex;
      low_[before] = std::min(low_[before], low_[vertex]);
    }
    if (low_[vertex] != index_[vertex]) return;
    // The root of a component: all above it on the stack belong to it.
    for (uint32_t member = kNone; member != vertex;) {
      member = stack_.back();
      stack_.pop_back();
      on_stack_[member] = false;
      component_[member] = vertex;
    }
  }

  const CompressedRows& out_;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<uint32_t> component_;
  std::vector<uint32_t> stack_;
  std::vector<Step> path_;
  uint32_t count_ = 0;
};

}  // namespace

Grouping Grouping::FromLabels(const std::vector<uint32_t>& labels) {
  const size_t vertices = labels.size();
  std::vector<uint64_t> size_of(vertices, 0);
  std::vector<uint32_t> in_order;  // labels, by their lowest vertex
  for (const uint32_t label : labels) {
    if (size_of[label]++ == 0) in_order.push_back(label);
  }
  std::stable_sort(
      in_order.begin(), in_order.end(),
      [&](uint32_t a, uint32_t b) { return size_of[a] > size_of[b]; });
  Grouping grouping;
  std::vector<uint32_t> number_of(vertices, 0);
  for (uint32_t number = 0; number < in_order.size(); ++number) {
    number_of[in_order[number]] = number;
    grouping.sizes.push_back(size_of[in_order[number]]);
  }
  grouping.group_of.reserve(vertices);
  for (const uint32_t label : labels) {
    grouping.group_of.push_back(number_of[label]);
  }
  return grouping;
}

absl::StatusOr<Grouping> WeakComponents(const CompressedGraph& graph,
                                        Progress& progress) {
  UnionFind groups(graph.size());
  progress.Begin("uniting", 1);
  for (uint32_t vertex = 0; vertex < graph.size(); ++vertex) {
    RETURN_IF_ERROR(Look(vertex, graph.size(), progress));
    for (const uint32_t target : graph.out().neighbors(vertex)) {
      groups.Unite(vertex, target);
    }
  }
  std::vector<uint32_t> labels(graph.size());
  for (uint32_t vertex = 0; vertex < graph.size(); ++vertex) {
    labels[vertex] = groups.Find(vertex);
  }
  return Grouping::FromLabels(labels);
}

absl::StatusOr<Grouping> StrongComponents(const CompressedGraph& graph,
                                          Progress& progress) {
  StrongSearch search(graph.out());
  progress.Begin("searching", 1);
  for (uint32_t vertex = 0; vertex < graph.size(); ++vertex) {
    RETURN_IF_ERROR(Look(vertex, graph.size(), progress));
    search.From(vertex);
  }
  return Grouping::FromLabels(search.components());
}

}  // namespace mi::graph
