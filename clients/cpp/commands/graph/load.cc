// mi graph load

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/commands/graph/load_input.h"
#include "clients/cpp/commands/load_limits.h"
#include "clients/cpp/commands/load_output.h"
#include "clients/cpp/error.h"
#include "clients/cpp/load/loader.h"
#include "clients/cpp/output/progress.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct Options {
  std::string graph;
  std::vector<std::string> files;
  GraphInputOptions input;
  bool create = false;
  std::vector<std::string> indexes;
  LoadOptions load = {.batch_rows = 10'000, .in_flight = 2};
  std::string on_error = "stop";
  bool check = false;
  bool restart = false;
};

// What came of a file.
struct FileSummary {
  GraphInput input;
  LoadSummary load;
};

// The graph to load into, made if it is not there and --create says so.
absl::StatusOr<v1::Graph> FindGraph(Session& session, const Options& options) {
  v1::GetGraphRequest request;
  request.set_name(options.graph);
  const auto found =
      session.Call(session.graphs(), &Session::Graphs::GetGraph, request);
  if (found.ok()) return found->graph();
  if (!absl::IsNotFound(found.status())) return found.status();
  if (!options.create) {
    return WithMessage(found.status(),
                       fmt::format("{} (--create makes it)",
                                   std::string(found.status().message())));
  }
  v1::CreateGraphRequest create;
  create.set_name(options.graph);
  for (const std::string& text : options.indexes) {
    ASSIGN_OR_RETURN(*create.add_indexes(), ReadGraphIndex(text));
  }
  ASSIGN_OR_RETURN(
      v1::CreateGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::CreateGraph, create));
  session.err() << fmt::format("created graph {}\n", options.graph);
  return std::move(*response.mutable_graph());
}

// A graph of the same name that was made anew is another one. Batches have to
// be the same ones when a run is resumed, or their keys would not be.
StateFile StateOf(const Options& options, const LoadOptions& load,
                  const v1::Graph& graph, const GraphInput& input) {
  return StateFile(
      input.path + ".mi-load-state",
      {.input = input.path,
       .target = fmt::format("graph {} of {}", graph.name(),
                             FormatDateTime(graph.create_time())),
       .mapping = fmt::format("{} batch={},{}",
                              DescribeGraphInput(input, options.input),
                              load.batch_rows, load.batch_bytes)});
}

// Loads one file, showing how far it is.
LoadResult LoadFile(Session& session, const std::string& graph,
                    const LoadOptions& load, GraphReader& reader,
                    const StateFile* state) {
  ProgressLine progress(session.err(), session.err_is_terminal());
  ProblemPrinter printer(session, progress);
  const auto rows = MakeGraphSource(reader, graph);
  const auto uploader = load.stream ? MakeStreamGraphUploader(session)
                                    : MakeUnaryGraphUploader(session);
  LoadResult result =
      Load(*rows, *uploader, load, state,
           {.progress = [&](const ProgressState& now) { printer.Show(now); },
            .problem = [&](const std::string& text) { printer.Print(text); }});
  printer.Finish();
  return result;
}

std::string Describe(const FileSummary& file, bool dry_run) {
  const LoadSummary& load = file.load;
  const double speed =
      load.seconds > 0 ? static_cast<double>(load.loaded) / load.seconds : 0;
  std::string text =
      dry_run
          ? fmt::format("{}: checked {} elements, sent nothing",
                        file.input.path, GroupDigits(load.rows))
          : fmt::format("{}: loaded {} elements in {:.1f} s ({} a second)",
                        file.input.path, GroupDigits(load.loaded), load.seconds,
                        GroupDigits(static_cast<uint64_t>(speed)));
  if (load.resumed_rows > 0) {
    text += fmt::format(", after {} of an earlier run",
                        GroupDigits(load.resumed_rows));
  }
  if (load.skipped > 0) {
    text += fmt::format(", skipped {}", GroupDigits(load.skipped));
  }
  if (load.retries > 0) {
    text += fmt::format(", {} retries", GroupDigits(load.retries));
  }
  return text + "\n";
}

void PrintJsonSummary(Session& session, const Options& options,
                      const std::vector<FileSummary>& files) {
  Json list = Json::array();
  uint64_t loaded = 0;
  uint64_t skipped = 0;
  double seconds = 0;
  for (const FileSummary& file : files) {
    loaded += file.load.loaded;
    skipped += file.load.skipped;
    seconds += file.load.seconds;
    list.push_back({{"file", file.input.path},
                    {"format", file.input.format},
                    {"rows", file.load.rows},
                    {"loaded", file.load.loaded},
                    {"skipped", file.load.skipped},
                    {"resumed_rows", file.load.resumed_rows},
                    {"retries", file.load.retries},
                    {"bytes", file.load.bytes},
                    {"seconds", file.load.seconds}});
  }
  session.PrintJson(
      {{"graph", options.graph},
       {"dry_run", options.load.dry_run},
       {"loaded", loaded},
       {"skipped", skipped},
       {"seconds", seconds},
       {"elements_per_second",
        seconds > 0 ? static_cast<double>(loaded) / seconds : 0.0},
       {"files", std::move(list)}});
}

// Reads all files and sends nothing.
absl::Status CheckFiles(Session& session, const Options& options,
                        LoadOptions load, const std::vector<GraphInput>& inputs,
                        std::vector<FileSummary>* files) {
  load.dry_run = true;
  for (const GraphInput& input : inputs) {
    ASSIGN_OR_RETURN(const auto reader, OpenGraphInput(input, options.input));
    const LoadResult result = LoadFile(session, options.graph, load, *reader,
                                       /*state=*/nullptr);
    files->push_back({input, result.summary});
    RETURN_IF_ERROR(result.status);
  }
  return absl::OkStatus();
}

// Files that are done keep their state until all are: a command that is
// repeated after a failure must not load them twice.
absl::Status LoadFiles(Session& session, const Options& options,
                       const LoadOptions& load, const v1::Graph& graph,
                       const std::vector<GraphInput>& inputs,
                       std::vector<FileSummary>* files) {
  std::vector<StateFile> states;
  for (const GraphInput& input : inputs) {
    states.push_back(StateOf(options, load, graph, input));
    if (options.restart) RETURN_IF_ERROR(states.back().Remove());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    ASSIGN_OR_RETURN(const auto reader, OpenGraphInput(inputs[i], options.input,
                                                       session, options.graph));
    const LoadResult result =
        LoadFile(session, options.graph, load, *reader, &states[i]);
    files->push_back({inputs[i], result.summary});
    if (!result.status.ok()) {
      if (std::filesystem::exists(states[i].path())) {
        session.err() << "the same command goes on from where this one "
                         "stopped\n";
      }
      return result.status;
    }
  }
  for (const StateFile& state : states) RETURN_IF_ERROR(state.Remove());
  return absl::OkStatus();
}

absl::Status LoadOrCheck(Session& session, const Options& options,
                         const std::vector<GraphInput>& inputs,
                         std::vector<FileSummary>* files) {
  LoadOptions load = options.load;
  load.skip_bad_rows = options.on_error == "skip";
  if (load.dry_run) return CheckFiles(session, options, load, inputs, files);
  if (options.check) {
    std::vector<FileSummary> checked;
    RETURN_IF_ERROR(CheckFiles(session, options, load, inputs, &checked));
  }
  ASSIGN_OR_RETURN(const v1::Graph graph, FindGraph(session, options));
  RETURN_IF_ERROR(ApplyMessageLimit(session, &load).status());
  return LoadFiles(session, options, load, graph, inputs, files);
}

absl::Status LoadGraph(Session& session, const Options& options) {
  if (options.check && options.on_error == "skip") {
    return UsageError(
        "--check sends nothing unless all rows are good; --on-error skip sends "
        "the others");
  }
  if (std::set<std::string>(options.files.begin(), options.files.end()).size() <
      options.files.size()) {
    return UsageError("a file is named twice");
  }
  ASSIGN_OR_RETURN(const std::vector<GraphInput> inputs,
                   FindGraphInputs(options.files, options.input));
  std::vector<FileSummary> files;
  const absl::Status status = LoadOrCheck(session, options, inputs, &files);
  if (!session.json()) {
    std::ostream& out = status.ok() ? session.out() : session.err();
    for (const FileSummary& file : files) {
      out << Describe(file, options.load.dry_run);
    }
  } else if (status.ok()) {  // the error is the answer otherwise
    PrintJsonSummary(session, options, files);
  }
  return status;
}

void AddSendOptions(CLI::App& command, Options* options) {
  constexpr size_t kMaxInFlight = 64;
  constexpr size_t kMaxBatch = 10'000;
  command.add_flag("--create", options->create,
                   "Makes the graph if it is not there");
  command
      .add_option("--index", options->indexes,
                  "With --create: properties of nodes to index")
      ->type_name("LABEL:PROPERTY[:unique][:TYPE],...")
      ->delimiter(',');
  command
      .add_option("--batch-size", options->load.batch_rows,
                  "Elements a call; each batch is written whole or not at all")
      ->check(CLI::Range(size_t{1}, kMaxBatch))
      ->capture_default_str();
  command
      .add_option("--in-flight", options->load.in_flight,
                  "Calls at once; 1 keeps the order of the files")
      ->check(CLI::Range(size_t{1}, kMaxInFlight))
      ->capture_default_str();
  command.add_flag("--stream", options->load.stream,
                   "Sends streams of batches instead of single calls");
  command
      .add_option("--on-error", options->on_error,
                  "What to do at a row that is at fault")
      ->check(CLI::IsMember({"stop", "skip"}))
      ->capture_default_str();
  command.add_flag("--check", options->check,
                   "Reads all files first, and sends nothing unless they are "
                   "good");
  command.add_flag("--dry-run", options->load.dry_run,
                   "Reads and checks the files, and sends nothing");
  command.add_flag("--restart", options->restart,
                   "Forgets what an earlier run had loaded");
}

}  // namespace

void AddGraphLoad(CLI::App& graph, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(
      graph, "load",
      "Loads nodes, edges and hyperedges from files (.csv, .ndjson, HIF "
      ".json); a load that was interrupted goes on where it stopped",
      options, LoadGraph, action);
  command->add_option("FILE", options->files)->required();
  AddGraphInputOptions(*command, &options->input);
  AddSendOptions(*command, options.get());
  command->footer(
      "CSV files of nodes are loaded first and those of edges last, whatever "
      "their order here; within a file, an edge stands behind its nodes. What "
      "has an id replaces what has that id already. clients/cpp/README.md "
      "describes the formats.");
}

}  // namespace mi::client
