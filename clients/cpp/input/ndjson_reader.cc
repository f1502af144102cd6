#include "clients/cpp/input/ndjson_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "clients/cpp/input/file.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;
using Problem = std::optional<std::string>;

Problem ReadId(const Json& json, const std::string& field, std::string* id) {
  if (json.is_string()) {
    *id = json.get<std::string>();
  } else if (json.is_number_integer()) {
    *id = json.dump();
  } else {
    return fmt::format("'{}' is neither a text nor an integer", field);
  }
  if (id->empty()) return fmt::format("'{}' is empty", field);
  return std::nullopt;
}

// From here on. The short form of the largest float is a double just above it,
// and means it all the same.
constexpr double kRoundsToInfinity = 0x1.ffffffp127;

Problem ReadVector(const Json& json, const std::string& field,
                   v1::Point* point) {
  if (!json.is_array()) return fmt::format("'{}' is not a list", field);
  point->mutable_vector()->Reserve(static_cast<int>(json.size()));
  for (size_t i = 0; i < json.size(); ++i) {
    const double component =
        json[i].is_number() ? json[i].get<double>() : std::nan("");
    if (!(std::abs(component) < kRoundsToInfinity)) {
      return fmt::format(
          "'{}[{}]': {} is not a number that a float holds", field, i,
          json[i].dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    point->add_vector(static_cast<float>(component));
  }
  return std::nullopt;
}

class NdjsonReader : public PointReader {
 public:
  NdjsonReader(InputFile file, NdjsonOptions options)
      : file_(std::move(file)), options_(std::move(options)) {}

  absl::StatusOr<bool> Next(Row* row) override {
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
    row->point.Clear();
    row->problem = ReadRow(&row->point).value_or("");
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
  Problem ReadRow(v1::Point* point) const {
    Json json;
    try {
      json = Json::parse(line_);
    } catch (const Json::exception& error) {
      // "[json.exception.parse_error.101] parse error at line 1, ...": the
      // line is always the first.
      std::string_view what = error.what();
      what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
      constexpr std::string_view kPlace = "parse error at line 1, ";
      if (what.starts_with(kPlace)) what.remove_prefix(kPlace.size());
      return fmt::format("not JSON: {}", what);
    }
    if (!json.is_object()) return "not a JSON object";
    return ReadMembers(json, point);
  }

  Problem ReadMembers(const Json& json, v1::Point* point) const {
    for (const std::string& field :
         {options_.id_field, options_.vector_field}) {
      if (!json.contains(field)) return fmt::format("'{}' is missing", field);
    }
    for (const auto& [name, member] : json.items()) {
      Problem problem;
      if (name == options_.id_field) {
        problem = ReadId(member, name, point->mutable_id());
      } else if (name == options_.vector_field) {
        problem = ReadVector(member, name, point);
      } else if (options_.payload_field.empty()) {
        problem = ReadField(name, member, point);
      } else if (name == options_.payload_field) {
        problem = ReadPayload(member, point);
      } else {
        problem = fmt::format(
            "'{}' is none of '{}', '{}' and '{}' (--payload-field '' makes all "
            "other members the payload)",
            name, options_.id_field, options_.vector_field,
            options_.payload_field);
      }
      if (problem) return problem;
    }
    return std::nullopt;
  }

  Problem ReadPayload(const Json& json, v1::Point* point) const {
    if (json.is_null()) return std::nullopt;
    if (!json.is_object()) {
      return fmt::format("'{}' is not an object", options_.payload_field);
    }
    for (const auto& [key, member] : json.items()) {
      if (Problem problem = ReadField(key, member, point)) return problem;
    }
    return std::nullopt;
  }

  Problem ReadField(const std::string& key, const Json& json,
                    v1::Point* point) const {
    return JsonToValue(json, EscapeKey(key), options_.hints,
                       &(*point->mutable_payload())[key]);
  }

  InputFile file_;
  const NdjsonOptions options_;
  Position position_;
  std::string line_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PointReader>> OpenNdjson(
    const std::string& path, const NdjsonOptions& options) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  return std::make_unique<NdjsonReader>(std::move(file), options);
}

}  // namespace mi::client
