#include "clients/cpp/export/graph/graph_json.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/output/proto_json.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

class GraphNdjsonWriter : public GraphWriter {
 public:
  explicit GraphNdjsonWriter(Sink& sink) : sink_(sink) {}

  absl::Status Write(const v1::Node& node) override { return Line(node); }
  absl::Status Write(const v1::Edge& edge) override { return Line(edge); }
  absl::Status Write(const v1::Hyperedge& hyperedge) override {
    return Line(hyperedge);
  }
  absl::Status Finish() override { return absl::OkStatus(); }

 private:
  template <typename Element>
  absl::Status Line(const Element& element) {
    return sink_.Write(Dump(ElementToJson(element)) + "\n");
  }

  Sink& sink_;
};

}  // namespace

std::unique_ptr<GraphWriter> MakeGraphNdjsonWriter(Sink& sink) {
  return std::make_unique<GraphNdjsonWriter>(sink);
}

}  // namespace mi::client
