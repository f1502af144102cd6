#include "server/telemetry/json_text.h"

#include <cstddef>
#include <iterator>

#include "engine/payload/utf8.h"
#include "fmt/format.h"

namespace mi::telemetry {
namespace {

// Appends a character below U+0080.
void AppendAscii(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  if (c < 0x20 || c == 0x7f) {
    fmt::format_to(std::back_inserter(*out), "\\u{:04x}", static_cast<int>(c));
  } else {
    out->push_back(c);
  }
}

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->reserve(out->size() + text.size() + 2);
  out->push_back('"');
  while (!text.empty()) {
    size_t bytes = 1;
    if (IsAscii(text.front())) {
      AppendAscii(text.front(), out);
    } else if (bytes = payload::ReadCodePoint(text).bytes; bytes > 0) {
      out->append(text.substr(0, bytes));
    } else {
      bytes = 1;
      out->append("\\ufffd");
    }
    text.remove_prefix(bytes);
  }
  out->push_back('"');
}

}  // namespace mi::telemetry
