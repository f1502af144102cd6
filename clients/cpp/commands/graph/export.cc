// mi graph export

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/commands/graph/load_input.h"
#include "clients/cpp/error.h"
#include "clients/cpp/export/graph/csv_columns.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/export/pages.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/output/progress.h"
#include "clients/cpp/output/sink.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;

constexpr char kStandardOutput[] = "-";

struct Options {
  std::string graph;
  std::string file;
  std::string format;
  std::string delimiter = ",";
  std::string array_delimiter = ";";
  bool without_edges = false;
  bool without_hyperedges = false;
};

// The files of an export: all formats but CSV have one.
struct Sinks {
  std::unique_ptr<Sink> main;   // of CSV: the nodes
  std::unique_ptr<Sink> edges;  // of CSV
};

struct Summary {
  uint64_t nodes = 0;
  uint64_t edges = 0;
  uint64_t hyperedges = 0;
  uint64_t bytes = 0;
  double seconds = 0;
  bool changed = false;  // meanwhile, by others
};

bool GoesToStandardOutput(const Options& options) {
  return options.file == kStandardOutput;
}

absl::StatusOr<std::string> FormatOf(const Options& options) {
  std::string format = options.format;
  const std::string extension =
      std::filesystem::path(options.file).extension().string();
  if (format.empty() && (extension == ".ndjson" || extension == ".jsonl" ||
                         GoesToStandardOutput(options))) {
    format = "ndjson";
  }
  if (format.empty() && extension == ".csv") format = "csv";
  if (format.empty() && (extension == ".json" || extension == ".hif")) {
    format = "hif";
  }
  if (format.empty()) {
    return UsageError(fmt::format(
        "{}: the name does not tell the format; --format does", options.file));
  }
  if (format == "csv" && GoesToStandardOutput(options)) {
    return UsageError("CSV is two files, which standard output is not");
  }
  return format;
}

absl::StatusOr<v1::Graph> GetGraph(Session& session, const std::string& name) {
  v1::GetGraphRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(
      v1::GetGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::GetGraph, request));
  return std::move(*response.mutable_graph());
}

// Refuses what the format would lose, before anything is written.
absl::Status CheckFormat(const Options& options, const std::string& format,
                         const v1::Graph& graph) {
  if (format == "csv" && graph.hyperedge_count() > 0 &&
      !options.without_hyperedges) {
    return InputError(fmt::format(
        "{} has {} hyperedges, which CSV cannot hold; --without-hyperedges "
        "leaves them out, and ndjson holds everything",
        graph.name(), GroupDigits(graph.hyperedge_count())));
  }
  if (format == "hif" && graph.edge_count() > 0 && !options.without_edges) {
    return InputError(fmt::format(
        "{} has {} edges, which HIF cannot hold: it has hyperedges only; "
        "--without-edges leaves them out, and ndjson holds everything",
        graph.name(), GroupDigits(graph.edge_count())));
  }
  return absl::OkStatus();
}

// "ads.csv" becomes "ads.nodes.csv".
std::string CsvPath(const std::string& file, const char* what) {
  const std::filesystem::path path(file);
  return (path.parent_path() / fmt::format("{}.{}{}", path.stem().string(),
                                           what, path.extension().string()))
      .string();
}

absl::StatusOr<Sinks> OpenSinks(Session& session, const Options& options,
                                const std::string& format) {
  Sinks sinks;
  if (GoesToStandardOutput(options)) {
    sinks.main = MakeStreamSink(session.out());
  } else if (format == "csv") {
    ASSIGN_OR_RETURN(sinks.main, OpenFileSink(CsvPath(options.file, "nodes")));
    ASSIGN_OR_RETURN(sinks.edges, OpenFileSink(CsvPath(options.file, "edges")));
  } else {
    ASSIGN_OR_RETURN(sinks.main, OpenFileSink(options.file));
  }
  return sinks;
}

// One export: reads pages and shows how far it is.
class Export {
 public:
  Export(Session& session, const Options& options, const v1::Graph& graph,
         const Sinks& sinks, int passes)
      : session_(session),
        options_(options),
        sinks_(sinks),
        progress_(session.err(), session.err_is_terminal()) {
    uint64_t rows = graph.node_count();
    if (!options.without_edges) rows += graph.edge_count();
    if (!options.without_hyperedges) rows += graph.hyperedge_count();
    state_.total_rows = rows * static_cast<uint64_t>(passes);
  }

  // Calls `visit` for every element, nodes first.
  template <typename Visit>
  absl::Status ForEach(const Visit& visit) {
    RETURN_IF_ERROR(ForEachOf<NodeList>([&](const v1::StoredNode& stored) {
      ++summary_.nodes;
      return visit(stored.node());
    }));
    if (!options_.without_edges) {
      RETURN_IF_ERROR(ForEachOf<EdgeList>([&](const v1::StoredEdge& stored) {
        ++summary_.edges;
        return visit(stored.edge());
      }));
    }
    if (options_.without_hyperedges) return absl::OkStatus();
    return ForEachOf<HyperedgeList>([&](const v1::StoredHyperedge& stored) {
      ++summary_.hyperedges;
      return visit(stored.hyperedge());
    });
  }

  void ForgetCounts() { summary_ = {}; }

  Summary Finish() {
    // Others may have written or deleted elements meanwhile.
    state_.total_rows = state_.rows;
    Tick();
    progress_.Finish(state_);
    summary_.bytes = state_.bytes;
    summary_.seconds = state_.elapsed.count();
    return summary_;
  }

 private:
  template <typename List, typename Visit>
  absl::Status ForEachOf(const Visit& visit) {
    typename List::Request request;
    request.set_graph(options_.graph);
    Pages<List> pages(session_, interrupt_, std::move(request));
    typename List::Response page;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, pages.Next(&page));
      if (interrupt_.Arrived()) {
        return InterruptedError("the export is incomplete, and is not kept");
      }
      if (!more) return absl::OkStatus();
      for (const auto& stored : List::Elements(page)) {
        RETURN_IF_ERROR(visit(stored));
      }
      state_.rows += static_cast<uint64_t>(List::Elements(page).size());
      Tick();
      progress_.Update(state_);
    }
  }

  void Tick() {
    state_.bytes =
        sinks_.main->bytes() + (sinks_.edges ? sinks_.edges->bytes() : 0);
    state_.elapsed = steady_clock::now() - begin_;
  }

  Session& session_;
  const Options& options_;
  const Sinks& sinks_;
  const Interrupt interrupt_;
  const steady_clock::time_point begin_ = steady_clock::now();
  ProgressLine progress_;
  ProgressState state_;
  Summary summary_;
};

absl::StatusOr<CsvDelimiters> ReadDelimiters(const Options& options) {
  CsvDelimiters delimiters;
  ASSIGN_OR_RETURN(delimiters.cell,
                   ReadDelimiter("--delimiter", options.delimiter));
  ASSIGN_OR_RETURN(delimiters.array,
                   ReadDelimiter("--array-delimiter", options.array_delimiter));
  if (delimiters.cell == delimiters.array) {
    return UsageError("--delimiter and --array-delimiter are the same");
  }
  return delimiters;
}

// The columns of the CSV files, which a first pass over the graph finds.
struct Columns {
  CsvNodeColumns nodes;
  CsvEdgeColumns edges;
  char array_delimiter;

  absl::Status operator()(const v1::Node& node) {
    nodes.Add(node, array_delimiter);
    return absl::OkStatus();
  }
  absl::Status operator()(const v1::Edge& edge) {
    edges.Add(edge, array_delimiter);
    return absl::OkStatus();
  }
  absl::Status operator()(const v1::Hyperedge& /*hyperedge*/) {
    return absl::OkStatus();
  }
};

absl::StatusOr<Summary> WriteGraph(Session& session, const Options& options,
                                   const std::string& format,
                                   const v1::Graph& graph, const Sinks& sinks) {
  Export run(session, options, graph, sinks, format == "csv" ? 2 : 1);
  std::unique_ptr<GraphWriter> writer;
  if (format == "csv") {
    ASSIGN_OR_RETURN(const CsvDelimiters delimiters, ReadDelimiters(options));
    Columns columns{.array_delimiter = delimiters.array};
    RETURN_IF_ERROR(
        run.ForEach([&](const auto& element) { return columns(element); }));
    run.ForgetCounts();
    writer = MakeGraphCsvWriter(*sinks.main, *sinks.edges, columns.nodes,
                                columns.edges, delimiters);
  } else {
    writer = format == "hif" ? MakeHifWriter(*sinks.main)
                             : MakeGraphNdjsonWriter(*sinks.main);
  }
  RETURN_IF_ERROR(
      run.ForEach([&](const auto& element) { return writer->Write(element); }));
  RETURN_IF_ERROR(writer->Finish());
  return run.Finish();
}

void PrintSummary(Session& session, const Options& options,
                  const std::string& format, const Summary& summary) {
  // Standard output has the graph then, and nothing else.
  std::ostream& out =
      GoesToStandardOutput(options) ? session.err() : session.out();
  if (session.json()) {
    out << Dump({{"graph", options.graph},
                 {"file", options.file},
                 {"format", format},
                 {"nodes", summary.nodes},
                 {"edges", summary.edges},
                 {"hyperedges", summary.hyperedges},
                 {"bytes", summary.bytes},
                 {"seconds", summary.seconds},
                 {"changed_meanwhile", summary.changed}})
        << '\n';
    return;
  }
  out << fmt::format(
      "wrote {} nodes, {} edges and {} hyperedges of {} to {} in {:.1f} s "
      "({})\n",
      GroupDigits(summary.nodes), GroupDigits(summary.edges),
      GroupDigits(summary.hyperedges), options.graph,
      GoesToStandardOutput(options) ? "standard output"
      : format == "csv"
          ? fmt::format("{} and {}", CsvPath(options.file, "nodes"),
                        CsvPath(options.file, "edges"))
          : options.file,
      summary.seconds, FormatBytes(summary.bytes));
}

absl::Status RunExport(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const std::string format, FormatOf(options));
  ASSIGN_OR_RETURN(const v1::Graph graph, GetGraph(session, options.graph));
  RETURN_IF_ERROR(CheckFormat(options, format, graph));
  ASSIGN_OR_RETURN(const Sinks sinks, OpenSinks(session, options, format));
  ASSIGN_OR_RETURN(Summary summary,
                   WriteGraph(session, options, format, graph, sinks));
  if (sinks.edges) RETURN_IF_ERROR(sinks.edges->Commit());
  RETURN_IF_ERROR(sinks.main->Commit());
  ASSIGN_OR_RETURN(const v1::Graph after, GetGraph(session, options.graph));
  summary.changed = after.sequence() != graph.sequence();
  PrintSummary(session, options, format, summary);
  if (summary.changed) {
    session.err() << "the graph was written to meanwhile: what changed is in "
                     "the export as it was before or after, or not at all\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddGraphExport(CLI::App& graph, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(
      graph, "export",
      "Writes a graph to a file, which load reads: .ndjson holds everything, "
      ".csv nodes and edges, HIF .json nodes and hyperedges",
      options, RunExport, action);
  command
      ->add_option("FILE", options->file,
                   "Gets its name when it is complete; - is standard output. "
                   "NAME.csv stands for NAME.nodes.csv and NAME.edges.csv")
      ->required();
  command
      ->add_option("--format", options->format,
                   "What to write, if the name of the file does not tell")
      ->check(CLI::IsMember({"csv", "hif", "ndjson"}));
  command->add_flag("--without-edges", options->without_edges,
                    "Leaves edges out");
  command->add_flag("--without-hyperedges", options->without_hyperedges,
                    "Leaves hyperedges out");
  command->add_option("--delimiter", options->delimiter, "CSV: between cells")
      ->capture_default_str();
  command
      ->add_option("--array-delimiter", options->array_delimiter,
                   "CSV: between the elements of a cell")
      ->capture_default_str();
  command->footer(
      "The export is no picture of one moment: elements that are written or "
      "deleted meanwhile are in it as they were before or after, or not at "
      "all, and the command says when there were any. For the state of one "
      "moment, of all graphs and collections, there is 'mi snapshot'.");
}

}  // namespace mi::client
