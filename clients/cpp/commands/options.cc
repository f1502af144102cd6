#include "clients/cpp/commands/options.h"

#include <algorithm>
#include <string_view>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/config_file.h"
#include "clients/cpp/error.h"
#include "clients/cpp/filter/parser.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

std::string LongName(std::string_view name, std::string_view prefix) {
  std::string text(prefix);
  for (const char c : name) {
    text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

constexpr std::string_view kMetricPrefix = "METRIC_";
constexpr std::string_view kFieldTypePrefix = "PAYLOAD_FIELD_TYPE_";

absl::StatusOr<v1::PayloadField> ReadIndexField(const std::string& text) {
  const size_t colon = text.rfind(':');
  v1::PayloadField field;
  v1::PayloadFieldType type = v1::PAYLOAD_FIELD_TYPE_UNSPECIFIED;
  const bool known =
      colon != std::string::npos && colon > 0 &&
      v1::PayloadFieldType_Parse(
          LongName(std::string_view(text).substr(colon + 1), kFieldTypePrefix),
          &type) &&
      type != v1::PAYLOAD_FIELD_TYPE_UNSPECIFIED;
  if (!known) {
    return UsageError(fmt::format(
        "--index-field '{}': expected PATH:TYPE with TYPE one of keyword, "
        "integer, float, bool, datetime, geo, text",
        text));
  }
  field.set_path(text.substr(0, colon));
  field.set_type(type);
  return field;
}

absl::Status RefuseIfGiven(const std::optional<uint32_t>& value,
                           std::string_view flag, std::string_view index) {
  if (!value) return absl::OkStatus();
  return UsageError(
      fmt::format("{} has no meaning for --index {}", flag, index));
}

absl::Status ReadIndex(const CollectionOptions& options,
                       v1::IndexConfig* index) {
  if (options.index != "hnsw") {
    RETURN_IF_ERROR(RefuseIfGiven(options.m, "--m", options.index));
    RETURN_IF_ERROR(RefuseIfGiven(options.ef_construction, "--ef-construction",
                                  options.index));
    RETURN_IF_ERROR(
        RefuseIfGiven(options.ef_search, "--default-ef-search", options.index));
  }
  if (options.index != "ivf") {
    RETURN_IF_ERROR(RefuseIfGiven(options.n_lists, "--n-lists", options.index));
    RETURN_IF_ERROR(
        RefuseIfGiven(options.n_probe, "--default-n-probe", options.index));
  }
  if (options.index == "flat") {
    index->mutable_flat();
  } else if (options.index == "hnsw") {
    v1::HnswIndex* hnsw = index->mutable_hnsw();
    if (options.m) hnsw->set_m(*options.m);
    if (options.ef_construction) {
      hnsw->set_ef_construction(*options.ef_construction);
    }
    if (options.ef_search) hnsw->set_ef_search(*options.ef_search);
  } else {
    v1::IvfIndex* ivf = index->mutable_ivf();
    if (options.n_lists) ivf->set_n_lists(*options.n_lists);
    if (options.n_probe) ivf->set_n_probe(*options.n_probe);
  }
  return absl::OkStatus();
}

}  // namespace

void AddFilterOptions(CLI::App& command, FilterOptions* options) {
  auto* expression =
      command
          .add_option("--filter", options->expression,
                      "Only points that match, such as 'platform == \"meta\" "
                      "and budget.daily > 100'")
          ->type_name("EXPRESSION");
  command
      .add_option("--filter-json", options->json,
                  "The same as JSON of the message Filter")
      ->type_name("JSON")
      ->excludes(expression);
}

absl::StatusOr<std::optional<v1::Filter>> ReadFilter(
    const FilterOptions& options) {
  if (!options.expression.empty()) {
    auto filter = ParseFilter(options.expression);
    if (!filter.ok()) {
      return UsageError(
          fmt::format("--filter: {}", std::string(filter.status().message())));
    }
    return *std::move(filter);
  }
  if (options.json.empty()) return std::nullopt;
  v1::Filter filter;
  const auto status =
      google::protobuf::util::JsonStringToMessage(options.json, &filter);
  if (!status.ok()) {
    return UsageError(
        fmt::format("--filter-json: {}", status.message().ToString()));
  }
  return filter;
}

void AddReturnOptions(CLI::App& command, ReturnOptions* options) {
  command.add_flag("--with-vector", options->with_vector,
                   "Returns the vectors too");
  command.add_flag("--with-payload", options->with_payload,
                   "Returns the payloads too");
  command
      .add_option("--fields", options->fields,
                  "Returns these payload fields: columns of the table, such as "
                  "name,budget.daily")
      ->type_name("PATH,...")
      ->delimiter(',');
}

absl::StatusOr<v1::ReturnFields> ReadReturnOptions(
    const ReturnOptions& options) {
  v1::ReturnFields fields;
  fields.set_with_vector(options.with_vector);
  fields.set_with_payload(options.with_payload || !options.fields.empty());
  for (const std::string& path : options.fields) {
    const auto keys = SplitPath(path);
    if (!keys) {
      return UsageError(fmt::format("--fields: '{}' is not a path", path));
    }
    const auto& known = fields.payload_fields();
    if (std::find(known.begin(), known.end(), keys->front()) == known.end()) {
      fields.add_payload_fields(keys->front());
    }
  }
  return fields;
}

void AddCollectionOptions(CLI::App& command, CollectionOptions* options) {
  CLI::Option* config =
      command
          .add_option("--config", options->config_file,
                      "Makes it as this file says, which export --config wrote")
          ->type_name("FILE");
  command.add_option("--metric", options->metric, "How near two vectors are")
      ->check(CLI::IsMember({"cosine", "dot", "euclidean", "manhattan"}))
      ->capture_default_str()
      ->excludes(config);
  command.add_option("--index", options->index, "How points are searched")
      ->check(CLI::IsMember({"flat", "hnsw", "ivf"}))
      ->capture_default_str()
      ->excludes(config);
  command.add_option("--m", options->m, "HNSW: links of a point")
      ->excludes(config);
  command
      .add_option("--ef-construction", options->ef_construction,
                  "HNSW: candidates when a point is linked")
      ->excludes(config);
  command
      .add_option("--default-ef-search", options->ef_search,
                  "HNSW: candidates of a search that names none")
      ->excludes(config);
  command.add_option("--n-lists", options->n_lists, "IVF: number of lists")
      ->excludes(config);
  command
      .add_option("--default-n-probe", options->n_probe,
                  "IVF: lists visited by a search that names none")
      ->excludes(config);
  command
      .add_option("--index-field", options->index_fields,
                  "Payload fields to index; types are keyword, integer, float, "
                  "bool, datetime, geo and text")
      ->type_name("PATH:TYPE,...")
      ->delimiter(',')
      ->excludes(config);
}

absl::StatusOr<v1::CollectionConfig> ReadCollectionOptions(
    const CollectionOptions& options) {
  if (!options.config_file.empty()) return ReadConfigFile(options.config_file);
  v1::CollectionConfig config;
  v1::Metric metric = v1::METRIC_UNSPECIFIED;
  v1::Metric_Parse(LongName(options.metric, kMetricPrefix), &metric);
  config.set_metric(metric);
  RETURN_IF_ERROR(ReadIndex(options, config.mutable_index()));
  for (const std::string& text : options.index_fields) {
    ASSIGN_OR_RETURN(*config.add_payload_fields(), ReadIndexField(text));
  }
  return config;
}

std::string MetricName(v1::Metric metric) {
  return ShortName(v1::Metric_Name(metric), kMetricPrefix);
}

std::string IndexName(const v1::IndexConfig& index) {
  switch (index.kind_case()) {
    case v1::IndexConfig::kFlat:
      return "flat";
    case v1::IndexConfig::kHnsw:
      return "hnsw";
    case v1::IndexConfig::kIvf:
      return "ivf";
    case v1::IndexConfig::KIND_NOT_SET:
      break;
  }
  return "unknown";
}

std::string FieldTypeName(v1::PayloadFieldType type) {
  return ShortName(v1::PayloadFieldType_Name(type), kFieldTypePrefix);
}

}  // namespace mi::client
