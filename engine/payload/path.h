// Names a place inside payloads: "budget.daily".

#ifndef MI_ENGINE_PAYLOAD_PATH_H_
#define MI_ENGINE_PAYLOAD_PATH_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/error.h"

namespace mi::payload {

// Keys from the outermost object inwards. Thread-compatible.
//
// Text form: keys joined by dots; inside a key, "\." is a dot and "\\" a
// backslash. Where a path meets a list it goes on into every element, however
// deeply lists nest, so "creatives.format" reaches the format of each creative
// and "tags" each tag. An empty list has no elements, so nothing is reached.
class Path {
 public:
  static constexpr size_t kMaxSegments = 16;
  static constexpr size_t kMaxBytes = 256;  // of the text form

  // One key, and how an encoded object spells it.
  struct Segment {
    std::string key;
    std::string encoded_key;  // as in codec.h

    friend bool operator==(const Segment&, const Segment&) = default;
  };

  // `field` names the path's place in the request. Errors: INVALID_ARGUMENT
  // for an empty path or key, too many keys, too long a text, an unknown
  // escape, or text that is not UTF-8.
  static absl::StatusOr<Path> Parse(std::string_view text,
                                    std::string_view field = "path");

  // At least one.
  const std::vector<Segment>& segments() const { return segments_; }
  // The one spelling of this path.
  const std::string& text() const { return text_; }

  friend bool operator==(const Path&, const Path&) = default;

 private:
  std::vector<Segment> segments_;
  std::string text_;
};

// Path::Parse for callers that collect faults; nothing when there was one.
std::optional<Path> ParsePath(std::string_view text, std::string_view field,
                              Violations* violations);

// One key in the text form of a path: dots and backslashes escaped.
std::string EscapePathKey(std::string_view key);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_PATH_H_
