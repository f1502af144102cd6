#include "clients/cpp/input/graph/hif_reader.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/input/graph/hif.h"
#include "clients/cpp/input/graph/hif_records.h"
#include "clients/cpp/input/graph/json_records.h"
#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;

std::string KeyOf(const v1::ElementId& id) { return id.SerializeAsString(); }

// A fault as a row has it.
struct Problem {
  uint64_t line = 0;
  std::string text;
};

// Keeps the first one of a row.
void SetProblem(Problem problem, GraphRow* row) {
  if (!row->problem.empty()) return;
  row->line = problem.line;
  row->problem = std::move(problem.text);
}

struct NodeRow {
  GraphRow row;
  bool has_record = false;  // in "nodes"
};

struct EdgeRow {
  GraphRow row;
  bool has_record = false;                // in "edges"
  absl::flat_hash_set<std::string> seen;  // members: node and role
  v1::PropertyList entries;               // of "hif_incidences"
};

// Everything that a file says, put together.
struct Hypergraph {
  std::vector<NodeRow> nodes;
  std::vector<EdgeRow> edges;
};

class Builder {
 public:
  Builder(JsonRecords& records, const HifOptions& options)
      : records_(records), options_(options) {}

  absl::StatusOr<Hypergraph> Run() {
    JsonRecord record;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, records_.Next(&record));
      if (!more) break;
      RETURN_IF_ERROR(Add(record));
    }
    for (EdgeRow& edge : graph_.edges) Complete(&edge);
    AddMetadata();
    return std::move(graph_);
  }

 private:
  absl::Status Add(const JsonRecord& record) {
    JsonSyntaxError error;
    const std::optional<Json> json = ParseJson(record.text, &error);
    if (!json) {
      const TextPlace place = InFile(record, error.place);
      return InputError(fmt::format("{}:{}: column {}: not JSON: {}",
                                    records_.path(), place.line, place.column,
                                    error.what));
    }
    if (record.member == "network-type") return SetNetworkType(record, *json);
    if (record.member == "metadata") return SetMetadata(record, *json);
    const bool is_list = record.member == "incidences" ||
                         record.member == "nodes" || record.member == "edges";
    if (!is_list) {
      return Refuse(record, JsonFault{"is not a member of a HIF file: there "
                                      "are network-type, metadata, incidences, "
                                      "nodes and edges"});
    }
    if (!record.index) return Refuse(record, JsonFault{"is not a list"});
    if (record.member == "nodes") return AddNode(record, *json);
    if (record.member == "edges") return AddEdge(record, *json);
    return AddIncidence(record, *json);
  }

  absl::Status AddNode(const JsonRecord& record, const Json& json) {
    v1::ElementId id;
    if (MaybeFault fault = ReadHifId(json, "node", &id)) {
      return Refuse(record, std::move(*fault));
    }
    NodeRow& node = NodeOf(id, record);
    if (node.has_record) {
      SetProblem(ProblemOf(record, JsonFault{"is a node again"}), &node.row);
      return absl::OkStatus();
    }
    node.has_record = true;
    node.row.line = record.place.line;
    MaybeFault fault =
        ReadHifNode(json, node.row.mutation.mutable_put_node()->mutable_node());
    if (fault) SetProblem(ProblemOf(record, std::move(*fault)), &node.row);
    return absl::OkStatus();
  }

  absl::Status AddEdge(const JsonRecord& record, const Json& json) {
    v1::ElementId id;
    if (MaybeFault fault = ReadHifId(json, "edge", &id)) {
      return Refuse(record, std::move(*fault));
    }
    EdgeRow& edge = EdgeOf(id, record);
    if (edge.has_record) {
      SetProblem(ProblemOf(record, JsonFault{"is an edge again"}), &edge.row);
      return absl::OkStatus();
    }
    edge.has_record = true;
    if (edge.row.problem.empty()) edge.row.line = record.place.line;
    MaybeFault fault = ReadHifEdge(json, HyperedgeOf(&edge));
    if (fault) SetProblem(ProblemOf(record, std::move(*fault)), &edge.row);
    return absl::OkStatus();
  }

  absl::Status AddIncidence(const JsonRecord& record, const Json& json) {
    v1::ElementId id;
    if (MaybeFault fault = ReadHifId(json, "edge", &id)) {
      return Refuse(record, std::move(*fault));
    }
    ++incidences_;
    EdgeRow& edge = EdgeOf(id, record);
    HifIncidence incidence;
    if (MaybeFault fault = ReadHifIncidence(json, &incidence)) {
      SetProblem(ProblemOf(record, std::move(*fault)), &edge.row);
      return absl::OkStatus();
    }
    const std::string& role = incidence.member.role();
    if (role == kHifHead || role == kHifTail) ++directed_;
    NodeOf(incidence.member.node_id(), record);
    if (!edge.seen.insert(incidence.member.SerializeAsString()).second) {
      SetProblem(ProblemOf(record, JsonFault{"is an incidence again"}),
                 &edge.row);
      return absl::OkStatus();
    }
    *HyperedgeOf(&edge)->add_members() = std::move(incidence.member);
    if (incidence.entry) {
      *edge.entries.add_values() = *std::move(incidence.entry);
    }
    return absl::OkStatus();
  }

  absl::Status SetNetworkType(const JsonRecord& record, const Json& json) {
    if (json != std::string(kHifDirected) &&
        json != std::string(kHifUndirected) && json != std::string(kHifAsc)) {
      return Refuse(record,
                    JsonFault{fmt::format(
                        "is {}, not \"undirected\", \"directed\" or \"asc\"",
                        Excerpt(json))});
    }
    network_type_ = json.get<std::string>();
    return absl::OkStatus();
  }

  absl::Status SetMetadata(const JsonRecord& record, const Json& json) {
    MaybeFault fault = json.is_object()
                           ? JsonToProperty(json, &metadata_.emplace())
                           : MaybeFault(JsonFault{"is not an object"});
    if (fault) return Refuse(record, std::move(*fault));
    if (json.empty()) metadata_.reset();
    metadata_line_ = record.place.line;
    return absl::OkStatus();
  }

  // What can only be said when everything is read.
  void Complete(EdgeRow* edge) const {
    v1::Hyperedge& hyperedge = *HyperedgeOf(edge);
    if (hyperedge.type().empty()) hyperedge.set_type(options_.type);
    if (hyperedge.members().empty()) {
      SetProblem({edge->row.line,
                  "the edge has no incidences; a hyperedge has at least one "
                  "member"},
                 &edge->row);
    }
    if (edge->entries.values().empty()) return;
    v1::PropertyValue& value =
        (*hyperedge.mutable_properties())[std::string(kHifIncidences)];
    if (value.kind_case() != v1::PropertyValue::KIND_NOT_SET) {
      SetProblem({edge->row.line,
                  "the edge has an attribute 'hif_incidences', in which those "
                  "of its incidences would be kept"},
                 &edge->row);
      return;
    }
    *value.mutable_list_value() = std::move(edge->entries);
  }

  // A node for what is of the file, unless exporting says it anyway.
  void AddMetadata() {
    const std::string_view derived = incidences_ > 0 && directed_ == incidences_
                                         ? kHifDirected
                                         : kHifUndirected;
    const bool has_type = !network_type_.empty() && network_type_ != derived;
    if (!has_type && !metadata_) return;
    v1::ElementId id;
    id.set_name(std::string(kHifMetadataId));
    NodeRow& node = NodeAt(id, metadata_line_);
    if (node.has_record) {
      SetProblem(
          {node.row.line, fmt::format("the id '{}' is taken by the file's "
                                      "metadata",
                                      kHifMetadataId)},
          &node.row);
      return;
    }
    node.has_record = true;
    v1::Node& put = *node.row.mutation.mutable_put_node()->mutable_node();
    put.add_labels(std::string(kHifMetadataLabel));
    auto& properties = *put.mutable_properties();
    if (has_type) {
      properties[std::string(kHifNetworkType)].set_string_value(network_type_);
    }
    if (metadata_) properties[std::string(kHifMetadata)] = *metadata_;
  }

  NodeRow& NodeOf(const v1::ElementId& id, const JsonRecord& record) {
    return NodeAt(id, record.place.line);
  }
  // The row of a node, made when it is new.
  NodeRow& NodeAt(const v1::ElementId& id, uint64_t line) {
    const auto [at, is_new] =
        node_rows_.try_emplace(KeyOf(id), graph_.nodes.size());
    if (is_new) {
      NodeRow& node = graph_.nodes.emplace_back();
      node.row.line = line;
      *node.row.mutation.mutable_put_node()->mutable_node()->mutable_id() = id;
    }
    return graph_.nodes[at->second];
  }

  EdgeRow& EdgeOf(const v1::ElementId& id, const JsonRecord& record) {
    const auto [at, is_new] =
        edge_rows_.try_emplace(KeyOf(id), graph_.edges.size());
    if (is_new) {
      EdgeRow& edge = graph_.edges.emplace_back();
      edge.row.line = record.place.line;
      *HyperedgeOf(&edge)->mutable_id() = id;
    }
    return graph_.edges[at->second];
  }

  static v1::Hyperedge* HyperedgeOf(EdgeRow* edge) {
    return edge->row.mutation.mutable_put_hyperedge()->mutable_hyperedge();
  }

  // A place within a record as one of the file.
  static TextPlace InFile(const JsonRecord& record, const TextPlace& place) {
    return {.line = record.place.line + place.line - 1,
            .column = place.line == 1 ? record.place.column + place.column - 1
                                      : place.column};
  }

  static Problem ProblemOf(const JsonRecord& record, JsonFault fault) {
    const TextPlace place = InFile(record, PlaceOf(record.text, fault));
    if (record.index) fault = std::move(fault).In(*record.index);
    fault = std::move(fault).In(record.member);
    return {place.line,
            fmt::format("column {}: {}", place.column, Describe(fault))};
  }

  // The end: it is of no row.
  absl::Status Refuse(const JsonRecord& record, JsonFault fault) const {
    const Problem problem = ProblemOf(record, std::move(fault));
    return InputError(
        fmt::format("{}:{}: {}", records_.path(), problem.line, problem.text));
  }

  JsonRecords& records_;
  const HifOptions& options_;
  Hypergraph graph_;
  absl::flat_hash_map<std::string, size_t> node_rows_;  // by id
  absl::flat_hash_map<std::string, size_t> edge_rows_;
  uint64_t incidences_ = 0;
  uint64_t directed_ = 0;  // of them, with a direction
  std::string network_type_;
  std::optional<v1::PropertyValue> metadata_;
  uint64_t metadata_line_ = 1;
};

class HypergraphReader : public HifReader {
 public:
  HypergraphReader(std::string path, uint64_t size, Hypergraph graph,
                   const HifOptions& options)
      : path_(std::move(path)), size_(size), graph_(std::move(graph)) {
    for (NodeRow& node : graph_.nodes) AddLabels(options.labels, &node.row);
  }

  std::vector<v1::ElementId> mentioned_nodes() const override {
    std::vector<v1::ElementId> ids;
    for (const NodeRow& node : graph_.nodes) {
      if (!node.has_record) ids.push_back(IdOf(node));
    }
    return ids;
  }

  void PassOver(const std::vector<v1::ElementId>& mentioned) override {
    for (const v1::ElementId& id : mentioned) passed_.insert(KeyOf(id));
  }

  // A passed row is counted all the same: positions are the same whether the
  // node was there or not.
  absl::StatusOr<bool> Next(GraphRow* row) override {
    while (next_ < graph_.nodes.size()) {
      NodeRow& node = graph_.nodes[next_++];
      if (!node.has_record && passed_.contains(KeyOf(IdOf(node)))) continue;
      *row = std::move(node.row);
      return true;
    }
    if (next_ == rows()) return false;
    *row = std::move(graph_.edges[next_++ - graph_.nodes.size()].row);
    return true;
  }

  // The offset is the whole file's: all of it decides what the rows are.
  Position position() const override {
    return {.offset = next_ == 0 ? 0 : size_, .line = 1, .row = next_};
  }
  absl::Status Resume(const Position& position) override {
    if (position.row > rows()) {
      return InputError(fmt::format("{}: has changed since", path_));
    }
    next_ = position.row;
    return absl::OkStatus();
  }

  const std::string& path() const override { return path_; }
  uint64_t size() const override { return size_; }
  std::optional<uint64_t> total_rows() const override { return rows(); }

 private:
  static const v1::ElementId& IdOf(const NodeRow& node) {
    return node.row.mutation.put_node().node().id();
  }

  static void AddLabels(const std::vector<std::string>& labels, GraphRow* row) {
    v1::Node& node = *row->mutation.mutable_put_node()->mutable_node();
    for (const std::string& label : labels) {
      const auto& known = node.labels();
      if (std::find(known.begin(), known.end(), label) == known.end()) {
        node.add_labels(label);
      }
    }
  }

  uint64_t rows() const { return graph_.nodes.size() + graph_.edges.size(); }

  const std::string path_;
  const uint64_t size_;
  Hypergraph graph_;
  absl::flat_hash_set<std::string> passed_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HifReader>> OpenHif(const std::string& path,
                                                   const HifOptions& options) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  const uint64_t size = file.size();
  if (size > HifReader::kMaxBytes) {
    return InputError(fmt::format(
        "{}: has more than {} MiB, and is read into memory; NDJSON is not",
        path, HifReader::kMaxBytes >> 20));
  }
  JsonRecords records(std::move(file));
  ASSIGN_OR_RETURN(Hypergraph graph, Builder(records, options).Run());
  return std::make_unique<HypergraphReader>(path, size, std::move(graph),
                                            options);
}

}  // namespace mi::client
