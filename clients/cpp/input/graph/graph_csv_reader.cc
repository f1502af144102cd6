#include "clients/cpp/input/graph/graph_csv_reader.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/input/csv_table.h"
#include "clients/cpp/input/graph/csv_cell.h"
#include "clients/cpp/input/graph/csv_header.h"
#include "clients/cpp/input/graph/graph_json.h"
#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Properties = google::protobuf::Map<std::string, v1::PropertyValue>;

std::string ReadId(std::string_view cell, bool is_integer, v1::ElementId* id) {
  constexpr int64_t kMaxId = (int64_t{1} << 53) - 1;
  if (id->kind_case() != v1::ElementId::KIND_NOT_SET) {
    return "there is an id in another column, too";
  }
  if (!is_integer) {
    id->set_name(std::string(cell));
    return IdProblem(cell);
  }
  const auto number = ParseInteger(cell);
  if (!number || *number < 0 || *number > kMaxId) {
    return fmt::format("'{}' is not an integer from 0 to 2^53 - 1", cell);
  }
  id->set_number(static_cast<uint64_t>(*number));
  return "";
}

std::string ReadTime(const std::string& cell,
                     google::protobuf::Timestamp* time) {
  const auto read = ParseDateTime(cell);
  if (!read) {
    return fmt::format("'{}' is not a date or an RFC 3339 time", cell);
  }
  *time = *read;
  return "";
}

std::string ReadName(const std::string& cell, std::string* name) {
  *name = cell;
  return NameProblem(cell);
}

// Makes elements of records.
class RecordReader {
 public:
  RecordReader(CsvGraphHeader header, GraphCsvOptions options)
      : header_(std::move(header)), options_(std::move(options)) {}

  // What is wrong, with the column, or nothing.
  std::string Read(const std::vector<std::string>& cells,
                   v1::GraphMutation* mutation) const {
    if (header_.is_edges) {
      return ReadEdge(cells, mutation->mutable_put_edge()->mutable_edge());
    }
    return ReadNode(cells, mutation->mutable_put_node()->mutable_node());
  }

 private:
  std::string ReadNode(const std::vector<std::string>& cells,
                       v1::Node* node) const {
    for (const std::string& label : options_.labels) node->add_labels(label);
    std::string problem = ForEach(
        cells, [&](const CsvGraphColumn& column, const std::string& cell) {
          return ReadNodeCell(column, cell, node);
        });
    if (!problem.empty()) return problem;
    if (!node->has_id()) return Missing(CsvColumnRole::kId);
    if (node->has_link() && (node->link().collection().empty() ||
                             node->link().point_id().empty())) {
      return "a link needs both :LINK_COLLECTION and :LINK_POINT";
    }
    return "";
  }

  std::string ReadNodeCell(const CsvGraphColumn& column,
                           const std::string& cell, v1::Node* node) const {
    switch (column.role) {
      case CsvColumnRole::kId: {
        std::string problem =
            ReadId(cell, column.is_integer_id, node->mutable_id());
        if (!problem.empty() || column.property.empty()) return problem;
        return ReadProperty(column, cell, node->mutable_properties());
      }
      case CsvColumnRole::kLabels:
        return ReadLabels(cell, node);
      case CsvColumnRole::kLinkCollection:
        node->mutable_link()->set_collection(cell);
        return "";
      case CsvColumnRole::kLinkPoint:
        node->mutable_link()->set_point_id(cell);
        return "";
      default:
        return ReadProperty(column, cell, node->mutable_properties());
    }
  }

  std::string ReadEdge(const std::vector<std::string>& cells,
                       v1::Edge* edge) const {
    edge->set_type(options_.type);
    std::string problem = ForEach(
        cells, [&](const CsvGraphColumn& column, const std::string& cell) {
          return ReadEdgeCell(column, cell, edge);
        });
    if (!problem.empty()) return problem;
    if (!edge->has_source_id()) return Missing(CsvColumnRole::kStartId);
    if (!edge->has_target_id()) return Missing(CsvColumnRole::kEndId);
    if (!edge->type().empty()) return "";
    return header_.Has(CsvColumnRole::kType)
               ? Missing(CsvColumnRole::kType)
               : "there is no column :TYPE (--type gives all edges one)";
  }

  std::string ReadEdgeCell(const CsvGraphColumn& column,
                           const std::string& cell, v1::Edge* edge) const {
    switch (column.role) {
      case CsvColumnRole::kId: {
        std::string problem =
            ReadId(cell, column.is_integer_id, edge->mutable_id());
        if (!problem.empty() || column.property.empty()) return problem;
        return ReadProperty(column, cell, edge->mutable_properties());
      }
      case CsvColumnRole::kStartId:
        return ReadId(cell, column.is_integer_id, edge->mutable_source_id());
      case CsvColumnRole::kEndId:
        return ReadId(cell, column.is_integer_id, edge->mutable_target_id());
      case CsvColumnRole::kType:
        return ReadName(cell, edge->mutable_type());
      case CsvColumnRole::kValidFrom:
        return ReadTime(cell, edge->mutable_valid_time()->mutable_from());
      case CsvColumnRole::kValidTo:
        return ReadTime(cell, edge->mutable_valid_time()->mutable_to());
      default:
        return ReadProperty(column, cell, edge->mutable_properties());
    }
  }

  std::string ReadProperty(const CsvGraphColumn& column,
                           const std::string& cell,
                           Properties* properties) const {
    const auto [at, is_new] = properties->insert({column.property, {}});
    if (!is_new) {
      return fmt::format("'{}' has a value in another column, too",
                         column.property);
    }
    return ReadPropertyCell(cell, column.type, options_.array_delimiter,
                            &at->second);
  }

  std::string ReadLabels(std::string_view cell, v1::Node* node) const {
    while (true) {
      const size_t end = cell.find(options_.array_delimiter);
      const std::string label(cell.substr(0, end));
      if (std::string problem = NameProblem(label); !problem.empty()) {
        return fmt::format("a label {}", problem);
      }
      const auto& known = node->labels();
      if (std::find(known.begin(), known.end(), label) == known.end()) {
        node->add_labels(label);
      }
      if (end == std::string_view::npos) return "";
      cell.remove_prefix(end + 1);
    }
  }

  // Reads all cells that are not empty, up to one that is at fault.
  template <typename ReadCell>
  std::string ForEach(const std::vector<std::string>& cells,
                      const ReadCell& read) const {
    for (size_t i = 0; i < cells.size(); ++i) {
      const CsvGraphColumn& column = header_.columns[i];
      if (cells[i].empty() || column.role == CsvColumnRole::kIgnore) continue;
      const std::string problem = read(column, cells[i]);
      if (!problem.empty()) {
        return fmt::format("column {} ('{}'): {}", i + 1, column.title,
                           problem);
      }
    }
    return "";
  }

  std::string Missing(CsvColumnRole role) const {
    for (size_t i = 0; i < header_.columns.size(); ++i) {
      if (header_.columns[i].role == role) {
        return fmt::format("column {} ('{}'): is empty", i + 1,
                           header_.columns[i].title);
      }
    }
    return "";
  }

  const CsvGraphHeader header_;
  const GraphCsvOptions options_;
};

class GraphCsvReader : public GraphReader {
 public:
  GraphCsvReader(std::unique_ptr<CsvTable> table, RecordReader records)
      : table_(std::move(table)), records_(std::move(records)) {}

  absl::StatusOr<bool> Next(GraphRow* row) override {
    ASSIGN_OR_RETURN(const bool more, table_->Next(&record_));
    if (!more) return false;
    row->line = record_.line;
    row->mutation.Clear();
    row->problem = record_.problem;
    if (row->problem.empty()) {
      row->problem = records_.Read(record_.cells, &row->mutation);
    }
    return true;
  }

  Position position() const override { return table_->position(); }
  absl::Status Resume(const Position& position) override {
    return table_->Resume(position);
  }
  const std::string& path() const override { return table_->path(); }
  uint64_t size() const override { return table_->size(); }

 private:
  const std::unique_ptr<CsvTable> table_;
  const RecordReader records_;
  CsvRecord record_;
};

}  // namespace

absl::StatusOr<GraphCsvKind> DetectGraphCsv(const std::string& path,
                                            char delimiter) {
  ASSIGN_OR_RETURN(const auto table, CsvTable::Open(path, delimiter));
  ASSIGN_OR_RETURN(const CsvGraphHeader header,
                   ParseCsvGraphHeader(path, table->columns()));
  return header.is_edges ? GraphCsvKind::kEdges : GraphCsvKind::kNodes;
}

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphCsv(
    const std::string& path, const GraphCsvOptions& options) {
  ASSIGN_OR_RETURN(auto table, CsvTable::Open(path, options.delimiter));
  ASSIGN_OR_RETURN(CsvGraphHeader header,
                   ParseCsvGraphHeader(path, table->columns()));
  return std::make_unique<GraphCsvReader>(
      std::move(table), RecordReader(std::move(header), options));
}

}  // namespace mi::client
