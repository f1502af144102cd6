#include "clients/cpp/filter/lexer.h"

#include <array>
#include <optional>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Letters of any alphabet: keys need not be English.
bool StartsKey(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ContinuesKey(char c) { return StartsKey(c) || IsDigit(c) || c == '-'; }

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view expression) : text_(expression) {}

  absl::StatusOr<std::vector<Token>> Run() {
    if (!IsValidUtf8(text_)) return UsageError("the filter is not valid UTF-8");
    std::vector<Token> tokens;
    while (true) {
      while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
      // Counted on from the token before: the expression may be long.
      start_column_ = ColumnOf(at_);
      start_ = at_;
      ASSIGN_OR_RETURN(Token token, Next());
      token.column = start_column_;
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  absl::StatusOr<Token> Next() {
    if (at_ == text_.size()) return Token{};
    const char c = text_[at_];
    if (StartsKey(c) || c == '`') return Path();
    if (c == '"' || c == '\'') return String();
    if (IsDigit(c) || c == '-' || c == '+') return Number();
    return Symbol();
  }

  absl::StatusOr<Token> Path() {
    Token token{.kind = TokenKind::kPath};
    bool quoted = false;
    while (true) {
      if (at_ < text_.size() && text_[at_] == '`') {
        quoted = true;
        ASSIGN_OR_RETURN(const std::string_view key, QuotedKey());
        token.text += EscapeKey(key);
      } else if (at_ < text_.size() && StartsKey(text_[at_])) {
        const size_t begin = at_;
        while (at_ < text_.size() && ContinuesKey(text_[at_])) ++at_;
        token.text += text_.substr(begin, at_ - begin);
      } else {
        return Error(at_, "expected a key after the dot");
      }
      if (at_ == text_.size() || text_[at_] != '.') break;
      token.text += text_[at_++];
    }
    token.is_word = !quoted && token.text.find('.') == std::string::npos;
    return token;
  }

  // `utm.source`: a key with characters that would mean something else.
  absl::StatusOr<std::string_view> QuotedKey() {
    const size_t begin = at_ + 1;
    const size_t end = text_.find('`', begin);
    if (end == std::string_view::npos) return Error(at_, "` is not closed");
    if (end == begin) return Error(at_, "an empty key");
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }

  absl::StatusOr<Token> String() {
    const char quote = text_[at_];
    const size_t begin = at_;
    std::string json = "\"";
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char escaped = text_[++at_];
        if (escaped != '\'') json += '\\';  // JSON knows no \'
        json += escaped;
      } else if (c == '"') {
        json += "\\\"";
      } else {
        json += c;
      }
    }
    if (at_ == text_.size()) {
      return Error(begin, "the string is not closed");
    }
    ++at_;
    json += '"';
    // The escapes of JSON, read by the one who knows them.
    const auto value = nlohmann::json::parse(json, /*cb=*/nullptr,
                                             /*allow_exceptions=*/false);
    if (!value.is_string()) {
      return Error(begin,
                   "the string has a control character or an escape that JSON "
                   "does not know");
    }
    return Token{.kind = TokenKind::kString, .text = value.get<std::string>()};
  }

  absl::StatusOr<Token> Number() {
    const size_t begin = at_++;  // a sign or a digit
    const auto in_number = [this] {
      const char c = text_[at_];
      const char before = text_[at_ - 1];
      return IsDigit(c) || c == '.' || StartsKey(c) ||
             ((c == '-' || c == '+') && (before == 'e' || before == 'E'));
    };
    while (at_ < text_.size() && in_number()) ++at_;
    std::string_view text = text_.substr(begin, at_ - begin);
    if (text[0] == '+') text.remove_prefix(1);
    if (const auto integer = ParseInteger(text)) {
      return Token{.kind = TokenKind::kInteger, .integer = *integer};
    }
    if (text.find_first_of(".eE") == std::string_view::npos &&
        text.find_first_not_of("-0123456789") == std::string_view::npos &&
        text.size() > 1) {
      return Error(begin, fmt::format("{} does not fit in 64 bits", text));
    }
    if (const auto number = ParseFloat(text)) {
      return Token{.kind = TokenKind::kFloat, .number = *number};
    }
    return Error(begin, fmt::format("'{}' is not a finite number", text));
  }

  absl::StatusOr<Token> Symbol() {
    constexpr std::array<std::string_view, 11> kSymbols = {
        "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","};
    const std::string_view rest = text_.substr(at_);
    for (const std::string_view symbol : kSymbols) {
      if (!rest.starts_with(symbol)) continue;
      at_ += symbol.size();
      return Token{.kind = TokenKind::kSymbol, .text = std::string(symbol)};
    }
    // Habits from other languages.
    for (const auto& [wrong, right] :
         {std::pair("&&", "and"), std::pair("||", "or"), std::pair("!", "not"),
          std::pair("=", "==")}) {
      if (rest.starts_with(wrong)) {
        return Error(at_,
                     fmt::format("'{}' is written '{}' here", wrong, right));
      }
    }
    return Error(
        at_, fmt::format("'{}' has no meaning here", FirstCodePoints(rest, 1)));
  }

  // Of a place that is not before the token being read.
  size_t ColumnOf(size_t at) const {
    return start_column_ + CodePoints(text_.substr(start_, at - start_));
  }

  absl::Status Error(size_t at, std::string_view message) const {
    return ExpressionError(text_, ColumnOf(at), message);
  }

  const std::string_view text_;
  size_t at_ = 0;
  size_t start_ = 0;  // of the token being read
  size_t start_column_ = 1;
};

}  // namespace

absl::Status ExpressionError(std::string_view expression, size_t column,
                             std::string_view message) {
  // So much of the expression as fits a line, with the place in it.
  constexpr size_t kShownBefore = 50;
  constexpr size_t kShown = 76;
  const size_t skipped = column > kShownBefore ? column - kShownBefore : 0;
  expression.remove_prefix(FirstCodePoints(expression, skipped).size());
  std::string shown;
  for (const char c : FirstCodePoints(expression, kShown)) {
    shown += IsSpace(c) ? ' ' : c;
  }
  return UsageError(fmt::format("column {}: {}\n  {}\n  {:>{}}", column,
                                message, shown, '^', column - skipped));
}

absl::StatusOr<std::vector<Token>> Tokenize(std::string_view expression) {
  return Lexer(expression).Run();
}

}  // namespace mi::client
