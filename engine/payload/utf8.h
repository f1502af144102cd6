// UTF-8, as RFC 3629 defines it.

#ifndef MI_ENGINE_PAYLOAD_UTF8_H_
#define MI_ENGINE_PAYLOAD_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mi::payload {

// One code point and the bytes that it took.
struct CodePoint {
  char32_t value = 0;
  size_t bytes = 0;  // 0 where the text is not valid UTF-8
};

// The code point at the start of `text`, which must not be empty.
CodePoint ReadCodePoint(std::string_view text);

// Appends a valid code point.
void AppendCodePoint(char32_t value, std::string* out);

// No overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsValidUtf8(std::string_view text);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_UTF8_H_
