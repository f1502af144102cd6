// mi collections {list, create, get, delete, stats}

#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

absl::StatusOr<v1::ListCollectionsResponse> ListAll(Session& session) {
  v1::ListCollectionsResponse all;
  v1::ListCollectionsRequest request;
  do {
    ASSIGN_OR_RETURN(
        const v1::ListCollectionsResponse page,
        session.Call(session.collections(),
                     &Session::Collections::ListCollections, request));
    all.mutable_collections()->MergeFrom(page.collections());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(const v1::ListCollectionsResponse all, ListAll(session));
  if (session.json()) {
    session.PrintJson(all);
    return absl::OkStatus();
  }
  Table table({{"NAME"},
               {"DIMENSION", Table::Align::kRight},
               {"METRIC"},
               {"INDEX"},
               {"FIELDS", Table::Align::kRight},
               {"CREATED"}});
  for (const v1::Collection& collection : all.collections()) {
    const v1::CollectionConfig& config = collection.config();
    table.AddRow({collection.name(), GroupDigits(config.dimension()),
                  MetricName(config.metric()), IndexName(config.index()),
                  std::to_string(config.payload_fields_size()),
                  FormatDateTime(collection.create_time())});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

void PrintCollection(Session& session, const v1::Collection& collection) {
  const v1::CollectionConfig& config = collection.config();
  std::string index = IndexName(config.index());
  if (config.index().has_hnsw()) {
    const v1::HnswIndex& hnsw = config.index().hnsw();
    index += fmt::format(", m {}, ef_construction {}, ef_search {}", hnsw.m(),
                         hnsw.ef_construction(), hnsw.ef_search());
  }
  session.out() << fmt::format(
      "name         {}\n"
      "dimension    {}\n"
      "metric       {}\n"
      "index        {}\n"
      "created      {}\n"
      "updated      {}\n"
      "version      {}\n",
      collection.name(), config.dimension(), MetricName(config.metric()), index,
      FormatDateTime(collection.create_time()),
      FormatDateTime(collection.update_time()), collection.version());
  for (const v1::PayloadField& field : config.payload_fields()) {
    session.out() << fmt::format("indexed      {}: {}\n", field.path(),
                                 FieldTypeName(field.type()));
  }
}

absl::Status Get(Session& session, const std::string& name) {
  v1::GetCollectionRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const v1::GetCollectionResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::GetCollection, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    PrintCollection(session, response.collection());
  }
  return absl::OkStatus();
}

absl::Status Create(Session& session, const std::string& name,
                    const std::optional<uint32_t>& dimension,
                    const CollectionOptions& options) {
  v1::CreateCollectionRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(*request.mutable_config(), ReadCollectionOptions(options));
  if (dimension) request.mutable_config()->set_dimension(*dimension);
  if (request.config().dimension() == 0) {
    return UsageError("--dimension is required, unless --config has it");
  }
  ASSIGN_OR_RETURN(
      const v1::CreateCollectionResponse response,
      session.Call(session.collections(),
                   &Session::Collections::CreateCollection, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    PrintCollection(session, response.collection());
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const std::string& name) {
  v1::DeleteCollectionRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(
      const v1::DeleteCollectionResponse response,
      session.Call(session.collections(),
                   &Session::Collections::DeleteCollection, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("deleted {}\n", name);
  }
  return absl::OkStatus();
}

void AddName(CLI::App* command, std::string* name) {
  command->add_option("NAME", *name, "Collection or alias")->required();
}

void AddCreate(CLI::App& parent, Action* action) {
  struct Options {
    std::string name;
    std::optional<uint32_t> dimension;
    CollectionOptions collection;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("create", "Creates an empty collection");
  AddName(command, &options->name);
  command->add_option("--dimension", options->dimension,
                      "Components of every vector");
  AddCollectionOptions(*command, &options->collection);
  command->callback([action, options] {
    *action = [options](Session& session) {
      return Create(session, options->name, options->dimension,
                    options->collection);
    };
  });
}

void AddNamed(CLI::App& parent, const char* verb, const char* meaning,
              absl::Status (*run)(Session&, const std::string&),
              Action* action) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(verb, meaning);
  AddName(command, name.get());
  command->callback([action, name, run] {
    *action = [name, run](Session& session) { return run(session, *name); };
  });
}

}  // namespace

void AddCollections(CLI::App& app, Action* action) {
  CLI::App* collections =
      app.add_subcommand("collections", "Lists, creates, deletes collections");
  collections->require_subcommand(1);
  collections->add_subcommand("list", "All collections of the tenant")
      ->callback([action] { *action = List; });
  AddCreate(*collections, action);
  AddNamed(*collections, "get", "The configuration of a collection", Get,
           action);
  AddNamed(*collections, "delete", "Deletes a collection with all its points",
           Delete, action);
  AddStats(*collections, action);
}

}  // namespace mi::client
