#include "clients/cpp/commands/point_output.h"

#include "absl/types/span.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// Collects the texts of what `keys` reach from `value`.
void Reach(const v1::Value& value, absl::Span<const std::string> keys,
           std::vector<std::string>* texts) {
  if (value.has_list_value()) {
    for (const v1::Value& element : value.list_value().values()) {
      Reach(element, keys, texts);
    }
  } else if (keys.empty()) {
    texts->push_back(ToText(value));
  } else if (value.has_object_value()) {
    const auto& fields = value.object_value().fields();
    const auto field = fields.find(keys.front());
    if (field != fields.end()) {
      Reach(field->second, keys.subspan(1), texts);
    }
  }
}

std::string Join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += ", ";
    joined += text;
  }
  return joined.empty() ? "-" : joined;
}

template <typename Found>
Json Flat(const Found& found) {
  Json json = ToJson(found.point());
  json["version"] = found.version();
  return json;
}

}  // namespace

Json PointToJson(const v1::StoredPoint& point) { return Flat(point); }

Json PointToJson(const v1::ScoredPoint& point) {
  Json json = Flat(point);
  json["score"] = Widen(point.score());
  return json;
}

void AddPointColumns(const ReturnOptions& options,
                     std::vector<Table::Column>* columns) {
  for (const std::string& path : options.fields) columns->push_back({path});
  if (options.with_payload && options.fields.empty()) {
    columns->push_back({"PAYLOAD"});
  }
  if (options.with_vector) columns->push_back({"VECTOR"});
}

void AddPointCells(const ReturnOptions& options, const v1::Point& point,
                   std::vector<std::string>* cells) {
  for (const std::string& path : options.fields) {
    cells->push_back(FieldText(point, path));
  }
  const Json json = ToJson(point);
  if (options.with_payload && options.fields.empty()) {
    cells->push_back(json.contains("payload") ? Dump(json["payload"]) : "-");
  }
  if (options.with_vector) {
    cells->push_back(json.contains("vector") ? Dump(json["vector"]) : "-");
  }
}

std::string FieldText(const v1::Point& point, std::string_view path) {
  const auto keys = SplitPath(path);
  std::vector<std::string> texts;
  if (keys) {
    const auto field = point.payload().find(keys->front());
    if (field != point.payload().end()) {
      Reach(field->second, absl::MakeConstSpan(*keys).subspan(1), &texts);
    }
  }
  return Join(texts);
}

}  // namespace mi::client
