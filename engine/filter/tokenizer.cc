#include "engine/filter/tokenizer.h"

#include <algorithm>
#include <cstdint>

#include "engine/payload/utf8.h"

namespace mi::filter {
namespace {

// Lower case of ASCII letters and digits; 0 for what separates words.
char FoldAscii(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return 0;
}

bool InRange(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

// Beyond ASCII: spaces, punctuation and symbols.
bool Separates(char32_t c) {
  if (InRange(c, 0x80, 0xbf)) {
    return c != 0xaa && c != 0xb5 && c != 0xba;  // ª µ º
  }
  return c == 0xd7 || c == 0xf7 ||      // × ÷
         InRange(c, 0x2000, 0x206f) ||  // General Punctuation
         (InRange(c, 0x3000, 0x303f) && c != 0x3005 && c != 0x3007) ||
         InRange(c, 0xff01, 0xff0f) || InRange(c, 0xff1a, 0xff20) ||
         c == 0xfeff;
}

// Letters in Latin Extended-A come in pairs, capital first; which parity the
// capital has changes twice.
char32_t FoldLatinExtended(char32_t c) {
  if (c == 0x130) return 'i';   // İ has no simple folding; its letter serves
  if (c == 0x178) return 0xff;  // Ÿ
  if (c == 0x17f) return 's';   // long s
  const bool capital_is_odd =
      InRange(c, 0x139, 0x148) || InRange(c, 0x179, 0x17e);
  if (c == 0x131 || c == 0x138 || c == 0x149) return c;  // no capital
  return (c % 2 == 1) == capital_is_odd ? c + 1 : c;
}

// Source: the simple foldings (status C and S) of CaseFolding.txt, Unicode 15,
// for the blocks named in the header.
char32_t Fold(char32_t c) {
  if (InRange(c, 0xc0, 0xde)) return c + 0x20;
  if (InRange(c, 0x100, 0x17f)) return FoldLatinExtended(c);
  if (c == 0x1a0 || c == 0x1af) return c + 1;  // Ơ Ư
  if (InRange(c, 0x200, 0x21f) || InRange(c, 0x222, 0x233) ||
      InRange(c, 0x1e00, 0x1e95) || InRange(c, 0x1ea0, 0x1eff)) {
    return c | 1;
  }
  if (c == 0xb5) return 0x3bc;   // micro sign to mu
  if (c == 0x386) return 0x3ac;  // Ά
  if (InRange(c, 0x388, 0x38a)) return c + 37;
  if (c == 0x38c) return 0x3cc;  // Ό
  if (InRange(c, 0x38e, 0x38f)) return c + 63;
  if (InRange(c, 0x391, 0x3ab)) return c + 0x20;
  if (c == 0x3c2) return 0x3c3;  // final sigma
  if (InRange(c, 0x400, 0x40f)) return c + 0x50;
  if (InRange(c, 0x410, 0x42f)) return c + 0x20;
  if (c == 0x4c0) return 0x4cf;  // palochka
  if (InRange(c, 0x4c1, 0x4ce)) return c + c % 2;
  if (InRange(c, 0x460, 0x481) || InRange(c, 0x48a, 0x4bf) ||
      InRange(c, 0x4d0, 0x52f)) {
    return c | 1;
  }
  return c;
}

}  // namespace

void ForEachWord(std::string_view text,
                 absl::FunctionRef<bool(std::string_view word)> visit) {
  std::string word;
  while (!text.empty()) {
    bool separates = false;
    size_t bytes = 1;
    if (static_cast<uint8_t>(text[0]) < 0x80) {
      const char folded = FoldAscii(text[0]);
      separates = folded == 0;
      if (!separates) word.push_back(folded);
    } else if (const auto point = payload::ReadCodePoint(text);
               point.bytes == 0) {
      word.push_back(text[0]);
    } else {
      bytes = point.bytes;
      separates = Separates(point.value);
      if (!separates) payload::AppendCodePoint(Fold(point.value), &word);
    }
    if (separates && !word.empty()) {
      if (!visit(word)) return;
      word.clear();
    }
    text.remove_prefix(bytes);
  }
  if (!word.empty()) visit(word);
}

std::vector<std::string> DistinctWords(std::string_view text) {
  std::vector<std::string> words;
  ForEachWord(text, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace mi::filter
