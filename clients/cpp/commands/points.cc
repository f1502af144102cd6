// mi get, mi list, mi count, mi delete

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/commands/point_output.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr uint32_t kPageSize = 500;

// Options of all four commands; each uses some of them.
struct Options {
  std::string collection;
  std::vector<std::string> ids;
  FilterOptions filter;
  ReturnOptions fields;
  uint64_t limit = 100;
};

Table PointTable(const ReturnOptions& options) {
  std::vector<Table::Column> columns = {{"ID"},
                                        {"VERSION", Table::Align::kRight}};
  AddPointColumns(options, &columns);
  return Table(std::move(columns));
}

void AddTo(Table& table, const ReturnOptions& options,
           const v1::StoredPoint& point) {
  std::vector<std::string> cells = {point.point().id(),
                                    std::to_string(point.version())};
  AddPointCells(options, point.point(), &cells);
  table.AddRow(std::move(cells));
}

absl::Status Get(Session& session, const Options& options) {
  v1::GetPointsRequest request;
  request.set_collection(options.collection);
  request.mutable_ids()->Add(options.ids.begin(), options.ids.end());
  ASSIGN_OR_RETURN(*request.mutable_return_fields(),
                   ReadReturnOptions(options.fields));
  ASSIGN_OR_RETURN(
      const v1::GetPointsResponse response,
      session.Call(session.search(), &Session::Search::GetPoints, request));
  if (session.json()) {
    Json points = Json::array();
    for (const auto& point : response.points()) {
      points.push_back(PointToJson(point));
    }
    session.PrintJson({{"points", std::move(points)}});
    return absl::OkStatus();
  }
  Table table = PointTable(options.fields);
  for (const auto& point : response.points()) {
    AddTo(table, options.fields, point);
  }
  session.out() << table.ToString();
  const auto missing =
      options.ids.size() - static_cast<size_t>(response.points_size());
  if (missing > 0) session.err() << missing << " of the ids do not exist\n";
  return absl::OkStatus();
}

// Prints page by page: with --json a point a line, which `mi load` reads.
absl::Status List(Session& session, const Options& options) {
  v1::ListPointsRequest request;
  request.set_collection(options.collection);
  ASSIGN_OR_RETURN(const auto filter, ReadFilter(options.filter));
  if (filter) *request.mutable_filter() = *filter;
  ASSIGN_OR_RETURN(*request.mutable_return_fields(),
                   ReadReturnOptions(options.fields));
  uint64_t rest = options.limit;
  Table table = PointTable(options.fields);
  do {
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(rest, kPageSize)));
    ASSIGN_OR_RETURN(
        const v1::ListPointsResponse page,
        session.Call(session.search(), &Session::Search::ListPoints, request));
    for (const auto& point : page.points()) {
      if (session.json()) {
        // The version is not the file's business.
        session.PrintJson(ToJson(point.point()));
      } else {
        AddTo(table, options.fields, point);
      }
    }
    rest -= static_cast<uint64_t>(page.points_size());
    request.set_page_token(page.next_page_token());
  } while (rest > 0 && !request.page_token().empty());
  if (session.json()) return absl::OkStatus();
  session.out() << table.ToString();
  if (!request.page_token().empty()) {
    session.err() << fmt::format("stopped after {} (--limit)\n",
                                 GroupDigits(options.limit));
  }
  return absl::OkStatus();
}

absl::Status Count(Session& session, const Options& options) {
  v1::CountPointsRequest request;
  request.set_collection(options.collection);
  ASSIGN_OR_RETURN(const auto filter, ReadFilter(options.filter));
  if (filter) *request.mutable_filter() = *filter;
  ASSIGN_OR_RETURN(
      const v1::CountPointsResponse response,
      session.Call(session.search(), &Session::Search::CountPoints, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << response.count() << '\n';
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const Options& options) {
  v1::DeletePointsRequest request;
  request.set_collection(options.collection);
  ASSIGN_OR_RETURN(const auto filter, ReadFilter(options.filter));
  if (filter.has_value() == !options.ids.empty()) {
    return UsageError("delete needs either --id or a filter");
  }
  if (filter) {
    *request.mutable_filter() = *filter;
  } else {
    request.mutable_ids()->mutable_ids()->Add(options.ids.begin(),
                                              options.ids.end());
  }
  ASSIGN_OR_RETURN(
      const v1::DeletePointsResponse response,
      session.Call(session.search(), &Session::Search::DeletePoints, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  session.out() << fmt::format("deleted {}",
                               GroupDigits(response.deleted_count()));
  if (response.missing_count() > 0) {
    session.out() << fmt::format(", {} did not exist",
                                 GroupDigits(response.missing_count()));
  }
  session.out() << '\n';
  return absl::OkStatus();
}

// A command with its first argument and what it does.
CLI::App* AddCommand(CLI::App& app, const char* verb, const char* meaning,
                     const std::shared_ptr<Options>& options,
                     absl::Status (*run)(Session&, const Options&),
                     Action* action) {
  CLI::App* command = app.add_subcommand(verb, meaning);
  command->add_option("COLLECTION", options->collection, "Collection or alias")
      ->required();
  command->callback([action, options, run] {
    *action = [options, run](Session& session) {
      return run(session, *options);
    };
  });
  return command;
}

}  // namespace

void AddGet(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "get", "Points by id", options, Get, action);
  command->add_option("ID", options->ids, "Ids of points")->required();
  AddReturnOptions(*command, &options->fields);
}

void AddList(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "list",
                 "Points in the order of their ids; with --json one a line, as "
                 "load reads them",
                 options, List, action);
  command->add_option("--limit", options->limit, "At most this many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddFilterOptions(*command, &options->filter);
  AddReturnOptions(*command, &options->fields);
}

void AddCount(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddCommand(app, "count", "Number of points that match",
                                 options, Count, action);
  AddFilterOptions(*command, &options->filter);
}

void AddDelete(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "delete", "Deletes points by id or by filter", options,
                 Delete, action);
  command->add_option("--id", options->ids, "Ids of points");
  AddFilterOptions(*command, &options->filter);
}

}  // namespace mi::client
