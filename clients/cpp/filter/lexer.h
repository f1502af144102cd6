// Splits a filter expression into tokens.

#ifndef MI_CLIENTS_CPP_FILTER_LEXER_H_
#define MI_CLIENTS_CPP_FILTER_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::client {

enum class TokenKind { kPath, kString, kInteger, kFloat, kSymbol, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  // Of a path: its form in the API, keys escaped. Of a string: its content.
  // Of a symbol: itself.
  std::string text;
  // A path that is one bare word may be a word of the language.
  bool is_word = false;
  int64_t integer = 0;
  double number = 0;
  size_t column = 1;  // of its first character; counts from 1
};

// An error at a place of the expression, which it shows:
//
//   column 13: expected a value
//     platform == and
//                 ^
absl::Status ExpressionError(std::string_view expression, size_t column,
                             std::string_view message);

// The tokens of `expression`, kEnd last. Errors: as ExpressionError.
absl::StatusOr<std::vector<Token>> Tokenize(std::string_view expression);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_FILTER_LEXER_H_
