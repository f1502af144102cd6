// Groups of options that several commands share.

#ifndef MI_CLIENTS_CPP_COMMANDS_OPTIONS_H_
#define MI_CLIENTS_CPP_COMMANDS_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "marketing/intelligence/v1/collection_service.pb.h"
#include "marketing/intelligence/v1/filter.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mi::client {

// --filter and --filter-json.
struct FilterOptions {
  std::string expression;
  std::string json;
};
void AddFilterOptions(CLI::App& command, FilterOptions* options);
// Nothing when neither was given. Errors: usage.
absl::StatusOr<std::optional<marketing::intelligence::v1::Filter>> ReadFilter(
    const FilterOptions& options);

// --with-vector, --with-payload and --fields.
struct ReturnOptions {
  bool with_vector = false;
  bool with_payload = false;
  std::vector<std::string> fields;  // paths
};
void AddReturnOptions(CLI::App& command, ReturnOptions* options);
// What to ask the server for: it returns whole top-level fields. Errors: usage.
absl::StatusOr<marketing::intelligence::v1::ReturnFields> ReadReturnOptions(
    const ReturnOptions& options);

// --metric, --index and its settings, --index-field; or --config.
struct CollectionOptions {
  std::string config_file;
  std::string metric = "cosine";
  std::string index = "hnsw";
  std::optional<uint32_t> m;
  std::optional<uint32_t> ef_construction;
  std::optional<uint32_t> ef_search;
  std::optional<uint32_t> n_lists;
  std::optional<uint32_t> n_probe;
  std::vector<std::string> index_fields;  // "path:type"
};
void AddCollectionOptions(CLI::App& command, CollectionOptions* options);
// The dimension is set only if a file has it. Errors: usage; a file at fault.
absl::StatusOr<marketing::intelligence::v1::CollectionConfig>
ReadCollectionOptions(const CollectionOptions& options);

// Names as the command line has them: "cosine", "hnsw", "keyword".
std::string MetricName(marketing::intelligence::v1::Metric metric);
std::string IndexName(const marketing::intelligence::v1::IndexConfig& index);
std::string FieldTypeName(marketing::intelligence::v1::PayloadFieldType type);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_OPTIONS_H_
