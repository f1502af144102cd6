#include "server/graph/algorithm_run.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stop_token>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/algorithms/components.h"
#include "engine/graph/limits.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"

namespace mi::server {
namespace {

using graph::CompressedGraph;
using graph::Grouping;
using Result = v1::GraphAlgorithmResult;

// What an algorithm finds: one of these for every vertex.
using Scores = std::vector<double>;
using Found = std::variant<Scores, Grouping>;

constexpr size_t kExamples = 10;
// Of the whole, where there is something to write.
constexpr double kComputed = 0.7;

// Runs one algorithm over a projection; fills what is particular to it.
struct Runner {
  const AlgorithmRun& run;
  const CompressedGraph& projected;
  Progress& progress;
  Result& result;

  absl::StatusOr<Found> operator()(graph::PageRankOptions options) const {
    for (size_t i = 0; i < run.starts.size(); ++i) {
      const auto vertex = projected.VertexOf(run.starts[i]);
      if (!vertex) {
        return InvalidField(fmt::format("algorithm.page_rank.start_ids[{}]", i),
                            "is not part of the projection");
      }
      options.starts.push_back(*vertex);
    }
    std::sort(options.starts.begin(), options.starts.end());
    options.starts.erase(
        std::unique(options.starts.begin(), options.starts.end()),
        options.starts.end());
    ASSIGN_OR_RETURN(graph::PageRankResult ranked,
                     graph::PageRank(projected, options, progress));
    result.set_iteration_count(ranked.iterations);
    result.set_residual(ranked.residual);
    result.set_converged(ranked.converged);
    return std::move(ranked.scores);
  }

  absl::StatusOr<Found> operator()(const ComponentsOptions& options) const {
    return options.strong ? Wrap(graph::StrongComponents(projected, progress))
                          : Wrap(graph::WeakComponents(projected, progress));
  }

  absl::StatusOr<Found> operator()(const graph::LouvainOptions& options) const {
    ASSIGN_OR_RETURN(graph::LouvainResult found,
                     graph::Louvain(projected, options, progress));
    result.set_modularity(found.modularity);
    result.set_iteration_count(found.levels);
    return std::move(found.communities);
  }

  absl::StatusOr<Found> operator()(
      const graph::BetweennessOptions& options) const {
    return Wrap(graph::Betweenness(projected, options, progress));
  }

 private:
  template <typename T>
  static absl::StatusOr<Found> Wrap(absl::StatusOr<T> found) {
    if (!found.ok()) return found.status();
    return *std::move(found);
  }
};

void IdOf(const AlgorithmTarget& target, const CompressedGraph& projected,
          uint32_t vertex, v1::ElementId* out) {
  IdToProto(target.view->nodes[projected.nodes()[vertex]].id, out);
}

void AddTop(const AlgorithmTarget& target, const CompressedGraph& projected,
            const Scores& scores, size_t limit, Result* result) {
  std::vector<uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const size_t shown = std::min(limit, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<ptrdiff_t>(shown), order.end(),
      [&scores](uint32_t a, uint32_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
      });
  for (size_t i = 0; i < shown; ++i) {
    v1::NodeScore* top = result->add_top_nodes();
    IdOf(target, projected, order[i], top->mutable_node_id());
    top->set_score(scores[order[i]]);
  }
}

void AddTop(const AlgorithmTarget& target, const CompressedGraph& projected,
            const Grouping& groups, size_t limit, Result* result) {
  result->set_group_count(groups.sizes.size());
  const size_t shown = std::min(limit, groups.sizes.size());
  for (size_t i = 0; i < shown; ++i) {
    v1::NodeGroup* top = result->add_top_groups();
    top->set_group(i);
    top->set_size(groups.sizes[i]);
  }
  for (uint32_t vertex = 0; vertex < groups.group_of.size(); ++vertex) {
    const uint32_t group = groups.group_of[vertex];
    if (group >= shown) continue;
    v1::NodeGroup* top = result->mutable_top_groups(static_cast<int>(group));
    if (static_cast<size_t>(top->example_ids_size()) == kExamples) continue;
    IdOf(target, projected, vertex, top->add_example_ids());
  }
}

graph::Value ValueOf(const Scores& scores, uint32_t vertex) {
  return graph::Value::Float(scores[vertex]);
}
graph::Value ValueOf(const Grouping& groups, uint32_t vertex) {
  return graph::Value::Integer(groups.group_of[vertex]);
}

// Writes what was found to a property of every node, batch by batch.
class PropertyWriter {
 public:
  PropertyWriter(const AlgorithmTarget& target,
                 const CompressedGraph& projected, const std::string& property)
      : target_(target), projected_(projected), property_(property) {}

  // Returns how many nodes were written.
  absl::StatusOr<uint64_t> Write(const Found& found, Progress& progress) {
    const size_t count = projected_.size();
    uint64_t written = 0;
    for (size_t first = 0; first < count; first += graph::kMaxMutations) {
      RETURN_IF_ERROR(
          progress.At(static_cast<double>(first) / static_cast<double>(count)));
      const size_t end = std::min(count, first + graph::kMaxMutations);
      ASSIGN_OR_RETURN(const uint64_t batch,
                       WriteBatch(found, first, end, progress.stop()));
      written += batch;
    }
    return written;
  }

 private:
  // A node may be deleted between the look at the graph and the write, which is
  // then refused as a whole: look again.
  absl::StatusOr<uint64_t> WriteBatch(const Found& found, size_t first,
                                      size_t end, const std::stop_token& stop) {
    constexpr int kAttempts = 100;
    absl::Status refused;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      ASSIGN_OR_RETURN(auto mutations, Mutations(found, first, end));
      if (mutations.empty()) return 0;
      const uint64_t count = mutations.size();
      workspace::WriteRequest write;
      write.write =
          workspace::WriteGraph{target_.graph_id, std::move(mutations)};
      const auto done = target_.workspace->Write(std::move(write), stop);
      if (done.ok()) return count;
      refused = done.status();
      const auto details = GetErrorDetails(refused);
      if (!details || details->reason != Reason::kNodeNotFound) break;
    }
    return refused;
  }

  // For the vertices whose nodes are still there.
  absl::StatusOr<std::vector<graph::Mutation>> Mutations(const Found& found,
                                                         size_t first,
                                                         size_t end) const {
    const auto catalog = target_.workspace->catalog();
    const auto entry = catalog->FindGraphById(target_.graph_id);
    if (entry == nullptr) {
      return ResourceError(absl::StatusCode::kNotFound, Reason::kGraphNotFound,
                           "graph", "", "the graph was deleted meanwhile");
    }
    const auto now = entry->graph->View();
    std::vector<graph::Mutation> mutations;
    for (size_t i = first; i < end; ++i) {
      const auto vertex = static_cast<uint32_t>(i);
      const graph::Value& id =
          target_.view->nodes[projected_.nodes()[vertex]].id;
      if (!now->FindNode(id)) continue;
      graph::PatchNode patch;
      patch.id = id;
      patch.properties.emplace_back(
          property_,
          std::visit([vertex](const auto& all) { return ValueOf(all, vertex); },
                     found));
      mutations.push_back(std::move(patch));
    }
    return mutations;
  }

  const AlgorithmTarget& target_;
  const CompressedGraph& projected_;
  const std::string& property_;
};

}  // namespace

absl::StatusOr<v1::GraphAlgorithmResult> RunAlgorithm(
    const AlgorithmTarget& target, const AlgorithmRun& run, const Clock& clock,
    Progress& progress) {
  const auto start = clock.Steady();
  const bool writes = !run.write_property.empty();
  progress.Begin("reading the graph", 0.05);
  ASSIGN_OR_RETURN(
      const CompressedGraph projected,
      CompressedGraph::Make(*target.view, run.projection, progress.stop()));
  Result result;
  result.set_sequence(target.view->sequence);
  result.set_node_count(projected.size());
  result.set_edge_count(projected.edge_count());
  Progress computing = progress.Part(writes ? kComputed : 1.0);
  ASSIGN_OR_RETURN(
      const Found found,
      std::visit(Runner{run, projected, computing, result}, run.algorithm));
  std::visit(
      [&](const auto& all) {
        AddTop(target, projected, all, run.limit, &result);
      },
      found);
  if (writes) {
    progress.Begin("writing", 1.0);
    PropertyWriter writer(target, projected, run.write_property);
    ASSIGN_OR_RETURN(const uint64_t written, writer.Write(found, progress));
    result.set_written_count(written);
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      clock.Steady() - start);
  result.set_elapsed_micros(static_cast<uint64_t>(took.count()));
  return result;
}

}  // namespace mi::server
