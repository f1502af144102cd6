#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/export/graph/csv_columns.h"
#include "clients/cpp/export/graph/graph_json.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Properties = google::protobuf::Map<std::string, v1::PropertyValue>;

// A record, cell by cell. Cells are quoted where a reader would take them for
// something else otherwise.
class Record {
 public:
  explicit Record(char delimiter) : delimiter_(delimiter) {}

  void Add(std::string_view cell) {
    if (!is_empty_) text_ += delimiter_;
    is_empty_ = false;
    const char special[] = {delimiter_, '"', '\n', '\r', '\t', ' '};
    if (cell.find_first_of(std::string_view(special, sizeof(special))) ==
        std::string_view::npos) {
      text_ += cell;
      return;
    }
    text_ += '"';
    for (const char c : cell) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    text_ += '"';
  }

  // An id in the column of its kind, of the columns that there are.
  void AddId(const v1::ElementId& id, bool has_texts, bool has_integers) {
    const bool is_number = id.kind_case() == v1::ElementId::kNumber;
    if (has_texts) Add(is_number ? "" : id.name());
    if (has_integers) Add(is_number ? std::to_string(id.number()) : "");
  }

  std::string Line() && { return std::move(text_) + "\n"; }

 private:
  const char delimiter_;
  std::string text_;
  bool is_empty_ = true;
};

absl::Status ChangedMeanwhile(const std::string& element) {
  return InputError(fmt::format(
      "{} has properties that it had not when the columns were found: the "
      "graph was written to meanwhile; try again",
      element));
}

class GraphCsvWriter : public GraphWriter {
 public:
  GraphCsvWriter(Sink& nodes, Sink& edges, CsvNodeColumns node_columns,
                 CsvEdgeColumns edge_columns, CsvDelimiters delimiters)
      : nodes_(nodes),
        edges_(edges),
        node_columns_(std::move(node_columns)),
        edge_columns_(std::move(edge_columns)),
        delimiters_(delimiters) {}

  absl::Status Write(const v1::Node& node) override {
    RETURN_IF_ERROR(WriteHeaders());
    const bool is_number = node.id().kind_case() == v1::ElementId::kNumber;
    if (!(is_number ? node_columns_.integer_ids : node_columns_.text_ids) ||
        (node.has_link() && !node_columns_.links)) {
      return ChangedMeanwhile(Name("node", node.id()));
    }
    Record record(delimiters_.cell);
    record.AddId(node.id(), node_columns_.text_ids, node_columns_.integer_ids);
    RETURN_IF_ERROR(CheckLabels(node));
    record.Add(fmt::format(
        "{}", fmt::join(node.labels(), std::string(1, delimiters_.array))));
    if (node_columns_.links) {
      record.Add(node.link().collection());
      record.Add(node.link().point_id());
    }
    RETURN_IF_ERROR(AddProperties(Name("node", node.id()), node.properties(),
                                  node_columns_.properties, /*is_edge=*/false,
                                  &record));
    return nodes_.Write(std::move(record).Line());
  }

  absl::Status Write(const v1::Edge& edge) override {
    RETURN_IF_ERROR(WriteHeaders());
    CsvEdgeColumns needed;
    needed.Add(edge, delimiters_.array);
    const CsvEdgeColumns& there = edge_columns_;
    if ((needed.text_ids && !there.text_ids) ||
        (needed.integer_ids && !there.integer_ids) ||
        (needed.text_starts && !there.text_starts) ||
        (needed.integer_starts && !there.integer_starts) ||
        (needed.text_ends && !there.text_ends) ||
        (needed.integer_ends && !there.integer_ends) ||
        (needed.times && !there.times)) {
      return ChangedMeanwhile(Name("edge", edge.id()));
    }
    RETURN_IF_ERROR(CheckTime(edge));
    Record record(delimiters_.cell);
    record.AddId(edge.id(), there.text_ids, there.integer_ids);
    record.AddId(edge.source_id(), there.text_starts, there.integer_starts);
    record.AddId(edge.target_id(), there.text_ends, there.integer_ends);
    record.Add(edge.type());
    if (there.times) {
      const v1::TimeSpan& span = edge.valid_time();
      record.Add(span.has_from() ? FormatDateTime(span.from()) : "");
      record.Add(span.has_to() ? FormatDateTime(span.to()) : "");
    }
    RETURN_IF_ERROR(AddProperties(Name("edge", edge.id()), edge.properties(),
                                  there.properties, /*is_edge=*/true, &record));
    return edges_.Write(std::move(record).Line());
  }

  absl::Status Write(const v1::Hyperedge& hyperedge) override {
    return InputError(
        fmt::format("{} has no place in a CSV file of nodes or edges",
                    Name("hyperedge", hyperedge.id())));
  }

  absl::Status Finish() override { return WriteHeaders(); }

 private:
  static std::string Name(std::string_view kind, const v1::ElementId& id) {
    return fmt::format("{} {}", kind, Dump(IdToJson(id)));
  }

  absl::Status WriteHeaders() {
    if (std::exchange(has_headers_, true)) return absl::OkStatus();
    Record nodes(delimiters_.cell);
    // A file needs a column of ids, also without a node.
    node_columns_.text_ids |= !node_columns_.integer_ids;
    AddIdTitles(":ID", node_columns_.text_ids, node_columns_.integer_ids,
                &nodes);
    nodes.Add(":LABEL");
    if (node_columns_.links) {
      nodes.Add(":LINK_COLLECTION");
      nodes.Add(":LINK_POINT");
    }
    AddPropertyTitles(node_columns_.properties, &nodes);
    RETURN_IF_ERROR(nodes_.Write(std::move(nodes).Line()));

    Record edges(delimiters_.cell);
    CsvEdgeColumns& columns = edge_columns_;
    columns.text_starts |= !columns.integer_starts;
    columns.text_ends |= !columns.integer_ends;
    AddIdTitles(":ID", columns.text_ids, columns.integer_ids, &edges);
    AddIdTitles(":START_ID", columns.text_starts, columns.integer_starts,
                &edges);
    AddIdTitles(":END_ID", columns.text_ends, columns.integer_ends, &edges);
    edges.Add(":TYPE");
    if (columns.times) {
      edges.Add(":VALID_FROM");
      edges.Add(":VALID_TO");
    }
    AddPropertyTitles(columns.properties, &edges);
    return edges_.Write(std::move(edges).Line());
  }

  static void AddIdTitles(const std::string& title, bool has_texts,
                          bool has_integers, Record* record) {
    if (has_texts) record->Add(title);
    if (has_integers) record->Add(title + "(int)");
  }

  static void AddPropertyTitles(const CsvPropertyColumns& columns,
                                Record* record) {
    for (const auto& [name, type] : columns) {
      record->Add(fmt::format("{}:{}", name, CsvPropertyTypeName(type)));
    }
  }

  absl::Status CheckLabels(const v1::Node& node) const {
    for (const std::string& label : node.labels()) {
      if (label.find(delimiters_.array) == std::string::npos) continue;
      return InputError(fmt::format(
          "{} has the label '{}', with the '{}' that stands between labels "
          "(--array-delimiter names another one)",
          Name("node", node.id()), label, delimiters_.array));
    }
    return absl::OkStatus();
  }

  // A span that is there and has no end would read back as none.
  absl::Status CheckTime(const v1::Edge& edge) const {
    const v1::TimeSpan& span = edge.valid_time();
    if (!edge.has_valid_time() || span.has_from() || span.has_to()) {
      return absl::OkStatus();
    }
    return InputError(fmt::format(
        "{} has a time span without ends, which CSV cannot tell from none",
        Name("edge", edge.id())));
  }

  absl::Status AddProperties(const std::string& element,
                             const Properties& properties,
                             const CsvPropertyColumns& columns, bool is_edge,
                             Record* record) const {
    std::map<std::pair<std::string_view, CsvPropertyType>, std::string> cells;
    for (const auto& [name, value] : properties) {
      CsvCell cell = ToCsvCell(name, value, is_edge, delimiters_.array);
      if (!columns.contains({name, cell.type})) {
        return ChangedMeanwhile(element);
      }
      cells.emplace(std::pair(std::string_view(name), cell.type),
                    std::move(cell.text));
    }
    for (const auto& [name, type] : columns) {
      const auto found = cells.find({name, type});
      record->Add(found == cells.end() ? "" : found->second);
    }
    return absl::OkStatus();
  }

  Sink& nodes_;
  Sink& edges_;
  CsvNodeColumns node_columns_;
  CsvEdgeColumns edge_columns_;
  const CsvDelimiters delimiters_;
  bool has_headers_ = false;
};

}  // namespace

std::unique_ptr<GraphWriter> MakeGraphCsvWriter(Sink& nodes, Sink& edges,
                                                CsvNodeColumns node_columns,
                                                CsvEdgeColumns edge_columns,
                                                CsvDelimiters delimiters) {
  return std::make_unique<GraphCsvWriter>(nodes, edges, std::move(node_columns),
                                          std::move(edge_columns), delimiters);
}

}  // namespace mi::client
