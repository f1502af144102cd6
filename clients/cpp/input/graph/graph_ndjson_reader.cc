#include "clients/cpp/input/graph/graph_ndjson_reader.h"

#include <optional>
#include <utility>

#include "clients/cpp/input/file.h"
#include "clients/cpp/input/graph/graph_json.h"
#include "clients/cpp/input/graph/json_fault.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

class GraphNdjsonReader : public GraphReader {
 public:
  explicit GraphNdjsonReader(InputFile file) : file_(std::move(file)) {}

  absl::StatusOr<bool> Next(GraphRow* row) override {
    do {
      ASSIGN_OR_RETURN(const bool more, file_.ReadLine(&line_));
      if (!more) return false;
      if (position_.offset == 0 && line_.starts_with(kByteOrderMark)) {
        line_.erase(0, std::string_view(kByteOrderMark).size());
      }
      row->line = position_.line;
      position_.offset = file_.offset();
      ++position_.line;
    } while (line_.find_first_not_of(" \t\r\n") == std::string::npos);
    ++position_.row;
    row->problem = ReadGraphLine(line_, &row->mutation);
    return true;
  }

  Position position() const override { return position_; }

  absl::Status Resume(const Position& position) override {
    position_ = position;
    return file_.Seek(position.offset);
  }

  const std::string& path() const override { return file_.path(); }
  uint64_t size() const override { return file_.size(); }

 private:
  InputFile file_;
  Position position_;
  std::string line_;
};

}  // namespace

std::string ReadGraphLine(std::string_view text, v1::GraphMutation* mutation) {
  mutation->Clear();
  JsonSyntaxError error;
  const std::optional<nlohmann::json> json = ParseJson(text, &error);
  if (!json) {
    return fmt::format("column {}: not JSON: {}", error.place.column,
                       error.what);
  }
  const MaybeFault fault = JsonToMutation(*json, mutation);
  if (!fault) return "";
  return fmt::format("column {}: {}", PlaceOf(text, *fault).column,
                     Describe(*fault));
}

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphNdjson(
    const std::string& path) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  return std::make_unique<GraphNdjsonReader>(std::move(file));
}

}  // namespace mi::client
