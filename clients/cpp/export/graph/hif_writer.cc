#include <string>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/export/graph/graph_json.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/export/graph/hif_records.h"
#include "clients/cpp/input/graph/hif.h"
#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// One record a line, so that the places of errors are of use.
void Append(const Json& record, std::string* list) {
  *list += list->empty() ? "\n" : ",\n";
  *list += Dump(record);
}

// Incidences stand in a list of their own, which is held until the end.
class HifWriter : public GraphWriter {
 public:
  explicit HifWriter(Sink& sink) : sink_(sink) {}

  absl::Status Write(const v1::Node& node) override {
    if (auto facts = ToHifFileFacts(node)) {
      facts_ = *std::move(facts);
      return absl::OkStatus();
    }
    return Next(List::kNodes, ToHifNode(node));
  }

  absl::Status Write(const v1::Edge& edge) override {
    return InputError(fmt::format(
        "edge {} has no place in a HIF file, which has hyperedges only",
        Dump(IdToJson(edge.id()))));
  }

  absl::Status Write(const v1::Hyperedge& hyperedge) override {
    const HifEdge hif = ToHifEdge(hyperedge);
    for (const Json& record : hif.incidences) Append(record, &incidences_);
    any_edge_ = true;
    all_directed_ = all_directed_ && hif.is_directed;
    return Next(List::kEdges, hif.edge);
  }

  absl::Status Finish() override {
    RETURN_IF_ERROR(Begin(List::kNone));
    const std::string derived(any_edge_ && all_directed_ ? kHifDirected
                                                         : kHifUndirected);
    if (facts_.network_type == derived) {
      return InputError(fmt::format(
          "node {}: its {} '{}' follows from the incidences, so that reading "
          "the file would not bring it back; remove the property",
          kHifMetadataId, kHifNetworkType, derived));
    }
    std::string text = fmt::format("\"incidences\": [{}]", incidences_);
    text += fmt::format(
        ",\n\"network-type\": \"{}\"",
        facts_.network_type.empty() ? derived : facts_.network_type);
    if (!facts_.metadata.is_null()) {
      text += ",\n\"metadata\": " + Dump(facts_.metadata);
    }
    return sink_.Write(text + "\n}\n");
  }

 private:
  enum class List { kStart, kNodes, kEdges, kNone };

  absl::Status Next(List list, const Json& record) {
    RETURN_IF_ERROR(Begin(list));
    std::string text = std::exchange(is_first_, false) ? "\n" : ",\n";
    return sink_.Write(text + Dump(record));
  }

  // Closes the lists before `list`, and opens it.
  absl::Status Begin(List list) {
    while (list_ < list) {
      std::string text = list_ == List::kStart ? "{\n" : "],\n";
      list_ = static_cast<List>(static_cast<int>(list_) + 1);
      if (list_ == List::kNodes) text += "\"nodes\": [";
      if (list_ == List::kEdges) text += "\"edges\": [";
      is_first_ = true;
      RETURN_IF_ERROR(sink_.Write(text));
    }
    return absl::OkStatus();
  }

  Sink& sink_;
  List list_ = List::kStart;
  bool is_first_ = true;
  bool any_edge_ = false;
  bool all_directed_ = true;
  HifFileFacts facts_;
  std::string incidences_;
};

}  // namespace

std::unique_ptr<GraphWriter> MakeHifWriter(Sink& sink) {
  return std::make_unique<HifWriter>(sink);
}

}  // namespace mi::client
