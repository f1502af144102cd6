// mi graph run {pagerank, components, communities, betweenness}

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/commands/graph/graph_output.h"
#include "clients/cpp/commands/job_output.h"
#include "clients/cpp/commands/job_wait.h"
#include "clients/cpp/error.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// Of all algorithms; each uses some of them.
struct Options {
  std::string graph;
  std::vector<std::string> types;
  std::vector<std::string> labels;
  std::string as_of;
  std::string weight;
  std::optional<uint32_t> limit;
  std::string write_property;
  bool job = false;
  bool no_wait = false;
  std::optional<double> damping;
  uint32_t max_iterations = 0;
  std::optional<double> tolerance;
  std::vector<std::string> starts;
  bool integer_ids = false;
  bool strong = false;
  std::optional<double> resolution;
  uint32_t max_levels = 0;
  uint32_t sample_size = 0;
  uint64_t seed = 0;
  bool directed = false;
  bool normalized = false;
};

absl::StatusOr<v1::GraphProjection> ReadProjection(const Options& options) {
  v1::GraphProjection projection;
  for (const std::string& type : options.types) projection.add_edge_types(type);
  for (const std::string& label : options.labels) {
    projection.add_node_labels(label);
  }
  projection.set_weight_property(options.weight);
  if (options.as_of.empty()) return projection;
  const auto time = ParseDateTime(options.as_of);
  if (!time) {
    return UsageError(fmt::format(
        "--as-of: '{}' is not a date or an RFC 3339 time", options.as_of));
  }
  *projection.mutable_as_of() = *time;
  return projection;
}

absl::Status RunAsJob(Session& session, const Options& options,
                      const v1::Job& job) {
  if (options.no_wait) {
    PrintJob(session, job);
    return absl::OkStatus();
  }
  const Interrupt interrupt;
  ASSIGN_OR_RETURN(const v1::GetJobResponse answer,
                   WaitForJob(session, interrupt, job.name()));
  PrintResult(session, answer);
  return absl::OkStatus();
}

absl::Status Run(Session& session, const Options& options,
                 const v1::GraphAlgorithm& algorithm) {
  v1::RunGraphAlgorithmRequest request;
  request.set_graph(options.graph);
  *request.mutable_algorithm() = algorithm;
  ASSIGN_OR_RETURN(*request.mutable_projection(), ReadProjection(options));
  if (options.limit) request.set_limit(*options.limit);
  request.set_write_property(options.write_property);
  request.set_as_job(options.job || options.no_wait);
  ASSIGN_OR_RETURN(const v1::RunGraphAlgorithmResponse response,
                   session.Call(session.graphs(),
                                &Session::Graphs::RunGraphAlgorithm, request));
  if (response.has_job()) return RunAsJob(session, options, response.job());
  if (session.json()) {
    session.PrintJson({{"graph_algorithm", ToJson(response.result())}});
  } else {
    session.out() << AlgorithmText(response.result());
  }
  return absl::OkStatus();
}

absl::Status PageRank(Session& session, const Options& options) {
  v1::GraphAlgorithm algorithm;
  v1::PageRank& rank = *algorithm.mutable_page_rank();
  if (options.damping) rank.set_damping(*options.damping);
  rank.set_max_iterations(options.max_iterations);
  if (options.tolerance) rank.set_tolerance(*options.tolerance);
  for (const std::string& text : options.starts) {
    ASSIGN_OR_RETURN(*rank.add_start_ids(), ReadId(text, options.integer_ids));
  }
  return Run(session, options, algorithm);
}

absl::Status Components(Session& session, const Options& options) {
  v1::GraphAlgorithm algorithm;
  algorithm.mutable_connected_components()->set_strong(options.strong);
  return Run(session, options, algorithm);
}

absl::Status Communities(Session& session, const Options& options) {
  v1::GraphAlgorithm algorithm;
  v1::LouvainCommunities& louvain = *algorithm.mutable_louvain_communities();
  if (options.resolution) louvain.set_resolution(*options.resolution);
  louvain.set_max_levels(options.max_levels);
  return Run(session, options, algorithm);
}

absl::Status Betweenness(Session& session, const Options& options) {
  v1::GraphAlgorithm algorithm;
  v1::Betweenness& betweenness = *algorithm.mutable_betweenness();
  betweenness.set_sample_size(options.sample_size);
  betweenness.set_seed(options.seed);
  betweenness.set_directed(options.directed);
  betweenness.set_normalized(options.normalized);
  return Run(session, options, algorithm);
}

void AddCommonOptions(CLI::App& command, Options* options) {
  command.add_option("--type", options->types, "Only edges of these types")
      ->type_name("TYPE,...")
      ->delimiter(',');
  command
      .add_option("--label", options->labels,
                  "Only nodes with one of these labels")
      ->type_name("LABEL,...")
      ->delimiter(',');
  command.add_option("--as-of", options->as_of, "Only edges valid then")
      ->type_name("TIME");
  command
      .add_option("--weight", options->weight,
                  "Property of edges that is their weight; otherwise 1")
      ->type_name("PROPERTY");
  command.add_option("--limit", options->limit,
                     "Prints at most so many. Default: 100");
  command
      .add_option("--write-property", options->write_property,
                  "Writes the outcome to this property of every node")
      ->type_name("NAME");
  command.add_flag("--job", options->job,
                   "Runs as a job of the server, and waits for it: for what "
                   "takes longer than a call may");
  command.add_flag("--no-wait", options->no_wait,
                   "The same, but prints the job and returns");
}

CLI::App* AddAlgorithm(CLI::App& parent, const char* verb, const char* meaning,
                       const std::shared_ptr<Options>& options,
                       absl::Status (*run)(Session&, const Options&),
                       Action* action) {
  CLI::App* command =
      AddGraphCommand(parent, verb, meaning, options, run, action);
  AddCommonOptions(*command, options.get());
  return command;
}

}  // namespace

void AddRunAlgorithm(CLI::App& graph, Action* action) {
  CLI::App* parent =
      graph.add_subcommand("run", "Computes something about a whole graph");
  parent->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddAlgorithm(
      *parent, "pagerank", "Who is reached by many, and by those who are",
      options, PageRank, action);
  command->add_option("--damping", options->damping,
                      "Chance to follow an edge. Default: 0.85");
  command->add_option("--max-iterations", options->max_iterations,
                      "Default: 100");
  command->add_option("--tolerance", options->tolerance,
                      "Ends when scores change by less. Default: 1e-9");
  command
      ->add_option("--start", options->starts,
                   "Starts from these nodes only: personalised PageRank")
      ->type_name("ID,...")
      ->delimiter(',');
  command->add_flag("--integer-ids", options->integer_ids,
                    "Ids given here are integers, not texts");

  command = AddAlgorithm(*parent, "components", "Which nodes hang together",
                         options, Components, action);
  command->add_flag("--strong", options->strong,
                    "Along the direction of the edges, both ways");

  command =
      AddAlgorithm(*parent, "communities",
                   "Groups with many edges inside and few between (Louvain)",
                   options, Communities, action);
  command->add_option("--resolution", options->resolution,
                      "Higher: more and smaller ones. Default: 1");
  command->add_option("--max-levels", options->max_levels, "Default: 20");

  command = AddAlgorithm(
      *parent, "betweenness",
      "On how many of the shortest paths between others a node lies", options,
      Betweenness, action);
  command->add_option("--sample", options->sample_size,
                      "Only paths from so many nodes, chosen at random. "
                      "Default: from all");
  command->add_option("--seed", options->seed, "Chooses the same nodes again");
  command->add_flag("--directed", options->directed,
                    "Follows edges in their direction only");
  command->add_flag("--normalized", options->normalized,
                    "Divides by the number of pairs of other nodes");
}

}  // namespace mi::client
