#include "clients/cpp/input/graph/json_fault.h"

#include <algorithm>
#include <initializer_list>

#include "clients/cpp/text.h"

namespace mi::client {
namespace {

using Json = nlohmann::json;

// Walks through a valid JSON text without making values of it.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) { SkipSpace(); }

  // Goes on to the value that `step` leads to; false if there is none.
  bool Enter(const JsonStep& step) {
    if (at_ >= text_.size() || text_[at_] != (step.index ? '[' : '{')) {
      return false;
    }
    ++at_;
    for (size_t i = 0;; ++i) {
      SkipSpace();
      if (at_ >= text_.size() || text_[at_] == '}' || text_[at_] == ']') {
        return false;
      }
      const bool found = step.index ? i == *step.index : TakeKey() == step.name;
      if (found) return true;
      SkipValue();
      SkipSpace();
      if (at_ < text_.size() && text_[at_] == ',') ++at_;
    }
  }

  size_t offset() const { return std::min(at_, text_.size()); }

 private:
  void SkipSpace() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  }

  // A key with its colon.
  std::string TakeKey() {
    const size_t begin = at_;
    SkipString();
    const Json key = Json::parse(text_.substr(begin, at_ - begin), nullptr,
                                 /*allow_exceptions=*/false);
    SkipSpace();
    ++at_;
    SkipSpace();
    return key.is_string() ? key.get<std::string>() : "";
  }

  void SkipString() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  void SkipValue() {
    size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        SkipString();
        if (depth == 0) return;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
      if (depth == 0 && (c == '}' || c == ']')) return;
    }
  }

  const std::string_view text_;
  size_t at_ = 0;
};

std::string Name(const JsonStep& step) {
  return step.index ? fmt::format("[{}]", *step.index) : EscapeKey(step.name);
}

// "[json.exception.parse_error.101] parse error at line 1, column 3: ...": the
// place is said elsewhere.
std::string WithoutPlace(std::string_view what) {
  const size_t bracket = what.find("] ");
  if (bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
  constexpr std::string_view kPlace = "parse error at line ";
  const size_t colon = what.find(": ");
  if (what.starts_with(kPlace) && colon != std::string_view::npos) {
    what.remove_prefix(colon + 2);
  }
  return std::string(what);
}

}  // namespace

std::string Describe(const JsonFault& fault) {
  std::string path;
  for (auto step = fault.path.rbegin(); step != fault.path.rend(); ++step) {
    if (!path.empty() && !step->index) path += '.';
    path += Name(*step);
  }
  return path.empty() ? fault.what : fmt::format("'{}' {}", path, fault.what);
}

TextPlace PlaceOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line_break = before.rfind('\n');
  const std::string_view line = line_break == std::string_view::npos
                                    ? before
                                    : before.substr(line_break + 1);
  return {.line = 1 + static_cast<uint64_t>(
                          std::count(before.begin(), before.end(), '\n')),
          .column = 1 + CodePoints(line)};
}

TextPlace PlaceOf(std::string_view json, const JsonFault& fault) {
  Walker walker(json);
  for (auto step = fault.path.rbegin(); step != fault.path.rend(); ++step) {
    if (!walker.Enter(*step)) break;
  }
  return PlaceOf(json, walker.offset());
}

std::optional<Json> ParseJson(std::string_view text, JsonSyntaxError* error) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& problem) {
    // Counts from 1; behind the end where the text breaks off.
    const size_t at = problem.byte == 0 ? 0 : problem.byte - 1;
    *error = {.what = WithoutPlace(problem.what()),
              .place = PlaceOf(text, std::min(at, text.size()))};
  } catch (const Json::exception& problem) {
    *error = {.what = WithoutPlace(problem.what())};
  }
  return std::nullopt;
}

std::string Excerpt(const Json& json) {
  constexpr size_t kMaxCodePoints = 60;
  if (json.is_object()) return "an object";
  if (json.is_array()) return "a list";
  const std::string text =
      json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (CodePoints(text) <= kMaxCodePoints) return text;
  return fmt::format("{}...", FirstCodePoints(text, kMaxCodePoints));
}

MaybeFault CheckMembers(const Json& json,
                        std::initializer_list<std::string_view> known) {
  if (!json.is_object()) return JsonFault{"is not an object"};
  for (const auto& [name, member] : json.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return JsonFault{
          fmt::format("is unknown; there may be {}", fmt::join(known, ", "))}
          .In(name);
    }
  }
  return std::nullopt;
}

const Json* FindMember(const Json& json, std::string_view name) {
  const auto found = json.find(std::string(name));
  return found == json.end() ? nullptr : &*found;
}

}  // namespace mi::client
