#include <map>
#include <string>

#include "clients/cpp/export/point_writer.h"
#include "clients/cpp/export/typed_json.h"
#include "clients/cpp/output/proto_json.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

class NdjsonWriter : public PointWriter {
 public:
  explicit NdjsonWriter(Sink& sink) : sink_(sink) {}

  absl::Status Write(const v1::Point& point) override {
    Json vector = Json::array();
    for (const float component : point.vector()) {
      vector.push_back(Widen(component));
    }
    Json json = {{"id", point.id()}, {"vector", std::move(vector)}};
    if (!point.payload().empty()) {
      json["payload"] = ToTypedJson(point.payload());
    }
    return sink_.Write(Dump(json) + "\n");
  }

 private:
  Sink& sink_;
};

}  // namespace

std::unique_ptr<PointWriter> MakeNdjsonWriter(Sink& sink) {
  return std::make_unique<NdjsonWriter>(sink);
}

}  // namespace mi::client
