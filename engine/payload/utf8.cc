#include "engine/payload/utf8.h"

#include <cstring>

namespace mi::payload {

CodePoint ReadCodePoint(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  char32_t value = lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    value = (value << 6) | (next & 0x3f);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[bytes] || value > 0x10ffff ||
      (value >= 0xd800 && value < 0xe000)) {
    return {};
  }
  return {value, bytes};
}

void AppendCodePoint(char32_t value, std::string* out) {
  if (value < 0x80) {
    out->push_back(static_cast<char>(value));
    return;
  }
  const int following = value < 0x800 ? 1 : value < 0x10000 ? 2 : 3;
  const char32_t lead_mark = following == 1   ? 0xc0
                             : following == 2 ? 0xe0
                                              : 0xf0;
  out->push_back(static_cast<char>(lead_mark | (value >> (6 * following))));
  for (int i = following - 1; i >= 0; --i) {
    out->push_back(static_cast<char>(0x80 | ((value >> (6 * i)) & 0x3f)));
  }
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    // Eight bytes of ASCII at a time, which is most of all text.
    uint64_t word = 0;
    if (text.size() >= sizeof(word)) {
      std::memcpy(&word, text.data(), sizeof(word));
      if ((word & 0x8080808080808080u) == 0) {
        text.remove_prefix(sizeof(word));
        continue;
      }
    }
    const CodePoint point = ReadCodePoint(text);
    if (point.bytes == 0) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

}  // namespace mi::payload
