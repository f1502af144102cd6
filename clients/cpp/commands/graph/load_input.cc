#include "clients/cpp/commands/graph/load_input.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/input/graph/graph_csv_reader.h"
#include "clients/cpp/input/graph/graph_ndjson_reader.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr std::string_view kNodesCsv = "nodes-csv";
constexpr std::string_view kEdgesCsv = "edges-csv";
constexpr std::string_view kNdjson = "ndjson";
constexpr std::string_view kHif = "hif";

absl::StatusOr<GraphCsvOptions> ReadCsvOptions(
    const std::string& path, const GraphInputOptions& options) {
  GraphCsvOptions csv = {.labels = options.labels, .type = options.type};
  const bool is_tsv = std::filesystem::path(path).extension() == ".tsv";
  ASSIGN_OR_RETURN(
      csv.delimiter,
      ReadDelimiter("--delimiter", is_tsv && options.delimiter == ","
                                       ? "\t"
                                       : options.delimiter));
  ASSIGN_OR_RETURN(csv.array_delimiter,
                   ReadDelimiter("--array-delimiter", options.array_delimiter));
  if (csv.delimiter == csv.array_delimiter) {
    return UsageError("--delimiter and --array-delimiter are the same");
  }
  return csv;
}

absl::StatusOr<std::string> FormatOf(const std::string& path,
                                     const GraphInputOptions& options) {
  const std::string extension =
      std::filesystem::path(path).extension().string();
  std::string format = options.format;
  if (format.empty() && (extension == ".ndjson" || extension == ".jsonl")) {
    format = kNdjson;
  }
  if (format.empty() && (extension == ".json" || extension == ".hif")) {
    format = kHif;
  }
  const bool is_csv = extension == ".csv" || extension == ".tsv";
  if (format == kNdjson || format == kHif) return format;
  if (format.empty() && !is_csv) {
    return UsageError(fmt::format(
        "{}: the name does not tell the format; --format does", path));
  }
  ASSIGN_OR_RETURN(const GraphCsvOptions csv, ReadCsvOptions(path, options));
  ASSIGN_OR_RETURN(const GraphCsvKind kind,
                   DetectGraphCsv(path, csv.delimiter));
  const std::string found(kind == GraphCsvKind::kNodes ? kNodesCsv : kEdgesCsv);
  if (!format.empty() && format != found) {
    return InputError(fmt::format("{}:1: the header is one of {}, not of {}",
                                  path, found, format));
  }
  return found;
}

int OrderOf(const GraphInput& input) {
  if (input.format == kNodesCsv) return 0;
  return input.format == kEdgesCsv ? 2 : 1;
}

absl::StatusOr<std::unique_ptr<HifReader>> OpenHifInput(
    const std::string& path, const GraphInputOptions& options) {
  HifOptions hif = {.labels = options.labels};
  if (!options.type.empty()) hif.type = options.type;
  return OpenHif(path, hif);
}

// Those of the nodes that the graph has.
absl::StatusOr<std::vector<v1::ElementId>> FindExisting(
    Session& session, const std::string& graph,
    const std::vector<v1::ElementId>& ids) {
  constexpr size_t kIdsPerCall = 1'000;
  std::vector<v1::ElementId> existing;
  for (size_t begin = 0; begin < ids.size(); begin += kIdsPerCall) {
    v1::GetNodesRequest request;
    request.set_graph(graph);
    const size_t end = std::min(begin + kIdsPerCall, ids.size());
    for (size_t i = begin; i < end; ++i) *request.add_ids() = ids[i];
    ASSIGN_OR_RETURN(
        const v1::GetNodesResponse response,
        session.Call(session.graphs(), &Session::Graphs::GetNodes, request));
    for (const v1::StoredNode& stored : response.nodes()) {
      existing.push_back(stored.node().id());
    }
  }
  return existing;
}

}  // namespace

absl::StatusOr<char> ReadDelimiter(const std::string& flag,
                                   const std::string& text) {
  if (text == "\\t") return '\t';
  constexpr std::string_view kNone = "\"\r\n ";
  if (text.size() == 1 && kNone.find(text[0]) == std::string_view::npos) {
    return text[0];
  }
  return UsageError(fmt::format("{}: expected one character, or \\t", flag));
}

void AddGraphInputOptions(CLI::App& command, GraphInputOptions* options) {
  command
      .add_option(
          "--format", options->format,
          "What the files are, if their names do not tell; a CSV file's "
          "header says whether it has nodes or edges")
      ->check(CLI::IsMember({"nodes-csv", "edges-csv", "ndjson", "hif"}));
  command.add_option("--delimiter", options->delimiter, "CSV: between cells")
      ->capture_default_str();
  command
      .add_option("--array-delimiter", options->array_delimiter,
                  "CSV: between the elements of a cell")
      ->capture_default_str();
  command
      .add_option("--label", options->labels,
                  "CSV, HIF: for all nodes, beside those that they have")
      ->type_name("LABEL,...")
      ->delimiter(',');
  command
      .add_option("--type", options->type,
                  "CSV: type of edges that say none; HIF: of hyperedges. "
                  "Default: HYPEREDGE")
      ->type_name("TYPE");
}

absl::StatusOr<std::vector<GraphInput>> FindGraphInputs(
    const std::vector<std::string>& paths, const GraphInputOptions& options) {
  std::vector<GraphInput> inputs;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string format, FormatOf(path, options));
    inputs.push_back({path, std::move(format)});
  }
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const GraphInput& a, const GraphInput& b) {
                     return OrderOf(a) < OrderOf(b);
                   });
  return inputs;
}

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphInput(
    const GraphInput& input, const GraphInputOptions& options) {
  if (input.format == kNdjson) return OpenGraphNdjson(input.path);
  if (input.format == kHif) return OpenHifInput(input.path, options);
  ASSIGN_OR_RETURN(const GraphCsvOptions csv,
                   ReadCsvOptions(input.path, options));
  return OpenGraphCsv(input.path, csv);
}

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphInput(
    const GraphInput& input, const GraphInputOptions& options, Session& session,
    const std::string& graph) {
  if (input.format != kHif) return OpenGraphInput(input, options);
  ASSIGN_OR_RETURN(std::unique_ptr<HifReader> hif,
                   OpenHifInput(input.path, options));
  ASSIGN_OR_RETURN(const auto existing,
                   FindExisting(session, graph, hif->mentioned_nodes()));
  hif->PassOver(existing);
  return hif;
}

std::string DescribeGraphInput(const GraphInput& input,
                               const GraphInputOptions& options) {
  return fmt::format("{} delimiter={} array-delimiter={} labels={} type={}",
                     input.format, options.delimiter, options.array_delimiter,
                     fmt::join(options.labels, ","), options.type);
}

}  // namespace mi::client
