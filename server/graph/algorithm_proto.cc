#include "server/graph/algorithm_proto.h"

#include <cmath>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/selector_proto.h"
#include "server/graph/page.h"

namespace mi::server {
namespace {

constexpr uint32_t kMaxIterations = 1'000;
constexpr int kMaxStarts = 10'000;
constexpr double kMaxResolution = 1'000;
constexpr uint32_t kMaxLevels = 100;
constexpr uint32_t kMaxSamples = 1'000'000;

graph::PageRankOptions PageRankFromProto(const v1::PageRank& asked,
                                         Violations* violations) {
  const std::string field = "algorithm.page_rank.";
  graph::PageRankOptions options;
  if (asked.has_damping()) options.damping = asked.damping();
  if (!(options.damping >= 0 && options.damping < 1)) {
    violations->Add(
        field + "damping",
        fmt::format("is {}, must be at least 0 and below 1", options.damping));
  }
  options.max_iterations = static_cast<uint32_t>(
      NumberOr(asked.max_iterations(), options.max_iterations, 1,
               kMaxIterations, field + "max_iterations", violations));
  if (asked.has_tolerance()) options.tolerance = asked.tolerance();
  if (!(options.tolerance >= 0) || std::isinf(options.tolerance)) {
    violations->Add(
        field + "tolerance",
        fmt::format("is {}, must be finite and at least 0", options.tolerance));
  }
  return options;
}

graph::LouvainOptions LouvainFromProto(const v1::LouvainCommunities& asked,
                                       Violations* violations) {
  const std::string field = "algorithm.louvain_communities.";
  graph::LouvainOptions options;
  if (asked.has_resolution()) options.resolution = asked.resolution();
  if (!(options.resolution > 0 && options.resolution <= kMaxResolution)) {
    violations->Add(field + "resolution",
                    fmt::format("is {}, must be above 0 and at most {}",
                                options.resolution, kMaxResolution));
  }
  options.max_levels = static_cast<uint32_t>(
      NumberOr(asked.max_levels(), options.max_levels, 1, kMaxLevels,
               field + "max_levels", violations));
  return options;
}

graph::BetweennessOptions BetweennessFromProto(const v1::Betweenness& asked,
                                               Violations* violations) {
  CheckRange(asked.sample_size(), 0, kMaxSamples,
             "algorithm.betweenness.sample_size", violations);
  return {.sample_size = asked.sample_size(),
          .seed = asked.seed(),
          .directed = asked.directed(),
          .normalized = asked.normalized()};
}

graph::Projection ProjectionFromProto(const v1::GraphProjection& asked,
                                      Violations* violations) {
  graph::Projection projection;
  projection.edge_types =
      NamesFromProto(asked.edge_types(), "projection.edge_types", violations);
  projection.node_labels =
      NamesFromProto(asked.node_labels(), "projection.node_labels", violations);
  projection.as_of = TimeFromProto(asked.has_as_of(), asked.as_of(),
                                   "projection.as_of", violations);
  projection.weight_property = asked.weight_property();
  if (!asked.weight_property().empty()) {
    CheckGraphName(asked.weight_property(), "projection.weight_property",
                   violations);
  }
  return projection;
}

void AlgorithmFromProto(const v1::GraphAlgorithm& asked, AlgorithmRun* run,
                        Violations* violations) {
  switch (asked.kind_case()) {
    case v1::GraphAlgorithm::kPageRank:
      run->algorithm = PageRankFromProto(asked.page_rank(), violations);
      return;
    case v1::GraphAlgorithm::kConnectedComponents:
      run->algorithm =
          ComponentsOptions{.strong = asked.connected_components().strong()};
      return;
    case v1::GraphAlgorithm::kLouvainCommunities:
      run->algorithm =
          LouvainFromProto(asked.louvain_communities(), violations);
      return;
    case v1::GraphAlgorithm::kBetweenness:
      run->algorithm = BetweennessFromProto(asked.betweenness(), violations);
      return;
    case v1::GraphAlgorithm::KIND_NOT_SET:
      violations->Add("algorithm", "has no kind set");
      return;
  }
}

}  // namespace

absl::StatusOr<AlgorithmRun> FromProto(
    const v1::RunGraphAlgorithmRequest& request, const graph::GraphView& view) {
  Violations violations;
  AlgorithmRun run;
  AlgorithmFromProto(request.algorithm(), &run, &violations);
  run.projection = ProjectionFromProto(request.projection(), &violations);
  run.limit = request.has_limit() ? request.limit() : kDefaultPageSize;
  CheckRange(run.limit, 0, kMaxElementsPerPage, "limit", &violations);
  run.write_property = request.write_property();
  if (!run.write_property.empty()) {
    CheckGraphName(run.write_property, "write_property", &violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  const ProtoIds& starts = request.algorithm().page_rank().start_ids();
  if (!starts.empty()) {
    ASSIGN_OR_RETURN(run.starts, FindNodes(view, starts, kMaxStarts,
                                           "algorithm.page_rank.start_ids"));
  }
  return run;
}

}  // namespace mi::server
