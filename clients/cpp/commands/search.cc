// mi search

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/commands/point_output.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct Options {
  std::string collection;
  std::string vector;
  std::string vector_file;
  std::string id;
  uint32_t k = 10;
  std::optional<uint32_t> ef_search;
  std::optional<uint32_t> n_probe;
  bool exact = false;
  std::optional<float> threshold;
  FilterOptions filter;
  ReturnOptions fields;
};

// Numbers with commas or spaces between, with or without brackets around.
absl::Status ReadNumbers(std::string_view text, v1::QueryVector* vector) {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  while (true) {
    const size_t begin = text.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return absl::OkStatus();
    text.remove_prefix(begin);
    const std::string_view number =
        text.substr(0, text.find_first_of(kBetween));
    const auto component = ParseFloat(number);
    if (!component) {
      return UsageError(
          fmt::format("component {} of the vector, '{}', is not "
                      "a number",
                      vector->components_size() + 1, number));
    }
    vector->add_components(static_cast<float>(*component));
    text.remove_prefix(number.size());
  }
}

absl::Status ReadQuery(const Options& options, v1::Query* query) {
  const int given = (options.vector.empty() ? 0 : 1) +
                    (options.vector_file.empty() ? 0 : 1) +
                    (options.id.empty() ? 0 : 1);
  if (given != 1) {
    return UsageError("search needs one of --vector, --vector-file and --id");
  }
  if (!options.id.empty()) {
    query->set_point_id(options.id);
    return absl::OkStatus();
  }
  if (!options.vector.empty()) {
    return ReadNumbers(options.vector, query->mutable_vector());
  }
  std::ifstream file(options.vector_file);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) {
    return InputError(fmt::format("{}: cannot be read", options.vector_file));
  }
  return ReadNumbers(text, query->mutable_vector());
}

absl::StatusOr<v1::SearchRequest> MakeRequest(const Options& options) {
  v1::SearchRequest request;
  request.set_collection(options.collection);
  RETURN_IF_ERROR(ReadQuery(options, request.mutable_query()));
  request.set_k(options.k);
  ASSIGN_OR_RETURN(const auto filter, ReadFilter(options.filter));
  if (filter) *request.mutable_filter() = *filter;
  v1::SearchOptions* search = request.mutable_options();
  if (options.ef_search) search->set_ef_search(*options.ef_search);
  if (options.n_probe) search->set_n_probe(*options.n_probe);
  search->set_exact(options.exact);
  if (options.threshold) request.set_score_threshold(*options.threshold);
  ASSIGN_OR_RETURN(*request.mutable_return_fields(),
                   ReadReturnOptions(options.fields));
  return request;
}

std::string StrategyName(v1::SearchStrategy strategy) {
  switch (strategy) {
    case v1::SEARCH_STRATEGY_EXACT_SCAN:
      return "exact scan";
    case v1::SEARCH_STRATEGY_GRAPH:
      return "graph";
    case v1::SEARCH_STRATEGY_FILTERED_GRAPH:
      return "filtered graph";
    case v1::SEARCH_STRATEGY_LISTS:
      return "lists";
    default:
      return v1::SearchStrategy_Name(strategy);
  }
}

// Segments that were searched the same way.
struct SegmentGroup {
  uint64_t segments = 0;
  uint64_t points = 0;
  uint32_t ef_search = 0;  // the largest
  uint32_t n_probe = 0;    // the largest
};

std::string Describe(v1::SearchStrategy strategy, const SegmentGroup& group) {
  std::string text = fmt::format("{} over {}", StrategyName(strategy),
                                 GroupDigits(group.points));
  if (group.segments > 1) {
    text += fmt::format(" in {} segments", group.segments);
  }
  if (group.ef_search > 0) text += fmt::format(" (ef {})", group.ef_search);
  if (group.n_probe > 0) text += fmt::format(" (probe {})", group.n_probe);
  return text;
}

// "10 found in 0.21 ms: graph over 20,000 (ef 64); about 20,000 match; ..."
std::string PlanLine(const v1::SearchResponse& response) {
  constexpr double kMicrosPerMilli = 1000;
  const v1::SearchPlan& plan = response.plan();
  std::map<v1::SearchStrategy, SegmentGroup> groups;
  for (const v1::SegmentPlan& segment : plan.segments()) {
    SegmentGroup& group = groups[segment.strategy()];
    ++group.segments;
    group.points += segment.points();
    group.ef_search = std::max(group.ef_search, segment.ef_search());
    group.n_probe = std::max(group.n_probe, segment.n_probe());
  }
  std::string how;
  for (const auto& [strategy, group] : groups) {
    if (!how.empty()) how += ", ";
    how += Describe(strategy, group);
  }
  return fmt::format(
      "{} found in {:.2f} ms: {}; about {} match; scanned {} codes and {} "
      "vectors",
      response.points_size(),
      static_cast<double>(plan.engine_micros()) / kMicrosPerMilli,
      how.empty() ? "nothing to search" : how,
      GroupDigits(plan.estimated_matches()), GroupDigits(plan.codes_scanned()),
      GroupDigits(plan.vectors_scanned()));
}

absl::Status RunSearch(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const v1::SearchRequest request, MakeRequest(options));
  ASSIGN_OR_RETURN(
      const v1::SearchResponse response,
      session.Call(session.search(), &Session::Search::Search, request));
  if (session.json()) {
    Json points = Json::array();
    for (const auto& point : response.points()) {
      points.push_back(PointToJson(point));
    }
    session.PrintJson(
        {{"points", std::move(points)}, {"plan", ToJson(response.plan())}});
    return absl::OkStatus();
  }
  std::vector<Table::Column> columns = {{"ID"},
                                        {"SCORE", Table::Align::kRight}};
  AddPointColumns(options.fields, &columns);
  Table table(std::move(columns));
  for (const auto& point : response.points()) {
    std::vector<std::string> cells = {point.point().id(),
                                      fmt::format("{:.4f}", point.score())};
    AddPointCells(options.fields, point.point(), &cells);
    table.AddRow(std::move(cells));
  }
  session.out() << table.ToString() << PlanLine(response) << '\n';
  return absl::OkStatus();
}

}  // namespace

void AddSearch(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("search", "The k nearest points");
  command->add_option("COLLECTION", options->collection, "Collection or alias")
      ->required();
  command->add_option("--vector", options->vector, "What to search for")
      ->type_name("0.1,0.2,...");
  command
      ->add_option("--vector-file", options->vector_file,
                   "File with the components, with commas or spaces between")
      ->type_name("FILE");
  command->add_option("--id", options->id,
                      "Searches for the vector of this point");
  command->add_option("-k", options->k, "How many points")
      ->capture_default_str();
  command->add_option("--ef-search", options->ef_search,
                      "HNSW: candidates to keep");
  command->add_option("--n-probe", options->n_probe, "IVF: lists to visit");
  command->add_flag("--exact", options->exact, "Scans every matching point");
  command->add_option("--threshold", options->threshold,
                      "Leaves out points that score worse");
  AddFilterOptions(*command, &options->filter);
  AddReturnOptions(*command, &options->fields);
  command->callback([action, options] {
    *action = [options](Session& session) {
      return RunSearch(session, *options);
    };
  });
}

}  // namespace mi::client
