// Splits text into words, the same way for queries, for the index and for the
// row-by-row test.

#ifndef MI_ENGINE_FILTER_TOKENIZER_H_
#define MI_ENGINE_FILTER_TOKENIZER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace mi::filter {

// Calls visit(word) for each word of `text`, in order, until it returns false.
//
// A word is a longest run of letters and digits, lower-cased. ASCII letters and
// digits count, and every character beyond ASCII except spaces, punctuation and
// the like of Latin-1, General Punctuation and CJK Symbols: so "naïve" and
// "日本語" are words, "a–b" is two. Lower case is simple case folding for the
// Latin of Europe and Vietnam, for Greek and for Cyrillic; other scripts are
// left as they are. Accents are kept, and text is not normalised: "café" is
// neither "cafe" nor "cafe" with a combining accent. Bytes that are not UTF-8
// count as letters.
void ForEachWord(std::string_view text,
                 absl::FunctionRef<bool(std::string_view word)> visit);

// The distinct words, sorted by bytes.
std::vector<std::string> DistinctWords(std::string_view text);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_TOKENIZER_H_
