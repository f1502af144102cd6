#include "clients/cpp/filter/parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/filter/lexer.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// Bounds the recursion; the server accepts filters half as deep.
constexpr int kMaxNesting = 128;

constexpr std::array<std::string_view, 8> kReserved = {
    "and", "or", "not", "in", "true", "false", "null", "datetime"};

// Sets one bound of the range, or equality, that a comparison means.
void SetTest(std::string_view comparison, v1::Value value,
             v1::Condition* condition) {
  v1::Value* target = nullptr;
  if (comparison == "==") {
    target = condition->mutable_equal();
  } else if (comparison == "!=") {
    target = condition->mutable_not_equal();
  } else if (comparison == "<") {
    target = condition->mutable_range()->mutable_less_than();
  } else if (comparison == "<=") {
    target = condition->mutable_range()->mutable_less_than_or_equal();
  } else if (comparison == ">") {
    target = condition->mutable_range()->mutable_greater_than();
  } else {
    target = condition->mutable_range()->mutable_greater_than_or_equal();
  }
  *target = std::move(value);
}

// Recursive descent: one function for each rule of the grammar.
class Parser {
 public:
  Parser(std::string_view expression, std::vector<Token> tokens)
      : expression_(expression), tokens_(std::move(tokens)) {}

  absl::StatusOr<v1::Filter> Run() {
    ASSIGN_OR_RETURN(v1::Filter filter, Or());
    if (Current().kind != TokenKind::kEnd) {
      return Error("expected 'and', 'or' or the end");
    }
    return filter;
  }

 private:
  absl::StatusOr<v1::Filter> Or() {
    ASSIGN_OR_RETURN(v1::Filter first, And());
    if (!IsWord("or")) return first;
    v1::Filter filter;
    *filter.mutable_or_()->add_filters() = std::move(first);
    while (TakeWord("or")) {
      ASSIGN_OR_RETURN(*filter.mutable_or_()->add_filters(), And());
    }
    return filter;
  }

  absl::StatusOr<v1::Filter> And() {
    ASSIGN_OR_RETURN(v1::Filter first, Unary());
    if (!IsWord("and")) return first;
    v1::Filter filter;
    *filter.mutable_and_()->add_filters() = std::move(first);
    while (TakeWord("and")) {
      ASSIGN_OR_RETURN(*filter.mutable_and_()->add_filters(), Unary());
    }
    return filter;
  }

  absl::StatusOr<v1::Filter> Unary() {
    if (++nesting_ > kMaxNesting) {
      return Error(fmt::format("nested more than {} deep", kMaxNesting));
    }
    ASSIGN_OR_RETURN(v1::Filter filter, UnaryWithinLimit());
    --nesting_;
    return filter;
  }

  absl::StatusOr<v1::Filter> UnaryWithinLimit() {
    v1::Filter filter;
    if (TakeWord("not")) {
      ASSIGN_OR_RETURN(*filter.mutable_not_(), Unary());
      return filter;
    }
    if (TakeSymbol("(")) {
      ASSIGN_OR_RETURN(filter, Or());
      RETURN_IF_ERROR(Expect(")"));
      return filter;
    }
    RETURN_IF_ERROR(Quantified(filter.mutable_condition()));
    return filter;
  }

  absl::Status Quantified(v1::Condition* condition) {
    const bool all = IsCall("all");
    if (all || IsCall("any")) {
      at_ += 2;
      condition->set_quantifier(all ? v1::QUANTIFIER_ALL : v1::QUANTIFIER_ANY);
      if (IsCall("exists") || IsCall("is_null")) {
        return Error(fmt::format("'{}' cannot be counted with all() or any()",
                                 Current().text));
      }
      RETURN_IF_ERROR(Condition(condition));
      return Expect(")");
    }
    const bool exists = IsCall("exists");
    if (!exists && !IsCall("is_null")) return Condition(condition);
    at_ += 2;
    RETURN_IF_ERROR(Path(condition));
    if (exists) {
      condition->mutable_exists();
    } else {
      condition->mutable_is_null();
    }
    return Expect(")");
  }

  absl::Status Condition(v1::Condition* condition) {
    if (IsCall("match") || IsCall("match_any")) return Match(condition);
    if (IsCall("near")) return Near(condition);
    if (IsCall("within")) return Within(condition);
    if (Current().is_word && IsSymbol("(", 1)) {
      return Error(fmt::format(
          "no function '{}'; there are all, any, exists, is_null, match, "
          "match_any, near and within",
          Current().text));
    }
    RETURN_IF_ERROR(Path(condition));
    return Comparison(condition);
  }

  absl::Status Comparison(v1::Condition* condition) {
    if (TakeWord("in")) return Values(condition->mutable_in());
    if (IsWord("not")) {
      ++at_;
      if (!TakeWord("in")) return Error("expected 'in' after 'not'");
      return Values(condition->mutable_not_in());
    }
    constexpr std::array<std::string_view, 6> kComparisons = {"==", "!=", "<",
                                                              "<=", ">",  ">="};
    const std::string comparison = Current().text;
    if (Current().kind != TokenKind::kSymbol ||
        std::find(kComparisons.begin(), kComparisons.end(), comparison) ==
            kComparisons.end()) {
      return Error("expected a comparison: ==, !=, <, <=, >, >= or in");
    }
    ++at_;
    ASSIGN_OR_RETURN(v1::Value value, Value());
    if (value.kind_case() == v1::Value::kBoolValue && comparison != "==" &&
        comparison != "!=") {
      --at_;
      return Error("true and false have no order");
    }
    SetTest(comparison, std::move(value), condition);
    return absl::OkStatus();
  }

  absl::Status Values(v1::ListValue* list) {
    RETURN_IF_ERROR(Expect("["));
    if (IsSymbol("]")) return Error("expected a value: the list is empty");
    do {
      ASSIGN_OR_RETURN(*list->add_values(), Value());
    } while (TakeSymbol(","));
    if (!IsSymbol("]")) return Error("expected ',' or ']'");
    return Expect("]");
  }

  absl::StatusOr<v1::Value> Value() {
    v1::Value value;
    const Token& token = Current();
    if (token.kind == TokenKind::kString) {
      value.set_string_value(token.text);
    } else if (token.kind == TokenKind::kInteger) {
      value.set_integer_value(token.integer);
    } else if (token.kind == TokenKind::kFloat) {
      value.set_float_value(token.number);
    } else if (IsWord("true") || IsWord("false")) {
      value.set_bool_value(token.text == "true");
    } else if (IsCall("datetime")) {
      ASSIGN_OR_RETURN(*value.mutable_datetime_value(), DateTime());
      return value;
    } else if (IsWord("null")) {
      return Error("nothing equals null; write is_null(path)");
    } else if (token.kind == TokenKind::kPath) {
      return Error(
          fmt::format("expected a value; a text stands in quotes, "
                      "\"{}\"",
                      token.text));
    } else {
      return Error("expected a value");
    }
    ++at_;
    return value;
  }

  absl::StatusOr<google::protobuf::Timestamp> DateTime() {
    at_ += 2;
    const auto time = Current().kind == TokenKind::kString
                          ? ParseDateTime(Current().text)
                          : std::nullopt;
    if (!time) {
      return Error(
          "expected a date or an RFC 3339 time in quotes, "
          "\"2026-03-01T09:30:00Z\"");
    }
    ++at_;
    RETURN_IF_ERROR(Expect(")"));
    return *time;
  }

  absl::Status Match(v1::Condition* condition) {
    const bool any_word = Current().text == "match_any";
    at_ += 2;
    RETURN_IF_ERROR(Path(condition));
    RETURN_IF_ERROR(Expect(","));
    if (Current().kind != TokenKind::kString) {
      return Error("expected the words to look for, in quotes");
    }
    condition->mutable_text_match()->set_query(Current().text);
    condition->mutable_text_match()->set_any_word(any_word);
    ++at_;
    return Expect(")");
  }

  absl::Status Near(v1::Condition* condition) {
    at_ += 2;
    RETURN_IF_ERROR(Path(condition));
    v1::GeoRadius* radius = condition->mutable_geo_radius();
    ASSIGN_OR_RETURN(const double latitude, Argument("the latitude"));
    ASSIGN_OR_RETURN(const double longitude, Argument("the longitude"));
    ASSIGN_OR_RETURN(const double metres, Argument("the radius in metres"));
    radius->mutable_center()->set_latitude(latitude);
    radius->mutable_center()->set_longitude(longitude);
    radius->set_radius_meters(metres);
    return Expect(")");
  }

  absl::Status Within(v1::Condition* condition) {
    at_ += 2;
    RETURN_IF_ERROR(Path(condition));
    v1::GeoBoundingBox* box = condition->mutable_geo_bounding_box();
    ASSIGN_OR_RETURN(const double south, Argument("the south edge"));
    ASSIGN_OR_RETURN(const double west, Argument("the west edge"));
    ASSIGN_OR_RETURN(const double north, Argument("the north edge"));
    ASSIGN_OR_RETURN(const double east, Argument("the east edge"));
    box->set_south(south);
    box->set_west(west);
    box->set_north(north);
    box->set_east(east);
    return Expect(")");
  }

  // A comma and a number.
  absl::StatusOr<double> Argument(std::string_view what) {
    RETURN_IF_ERROR(Expect(","));
    const Token& token = Current();
    if (token.kind != TokenKind::kInteger && token.kind != TokenKind::kFloat) {
      return Error(fmt::format("expected {}, a number", what));
    }
    ++at_;
    return token.kind == TokenKind::kInteger
               ? static_cast<double>(token.integer)
               : token.number;
  }

  absl::Status Path(v1::Condition* condition) {
    const Token& token = Current();
    if (token.kind != TokenKind::kPath) {
      return Error("expected a field, such as budget.daily");
    }
    if (token.is_word && std::find(kReserved.begin(), kReserved.end(),
                                   token.text) != kReserved.end()) {
      return Error(
          fmt::format("expected a field; one that is named '{}' is "
                      "written in backticks",
                      token.text));
    }
    condition->set_path(token.text);
    ++at_;
    return absl::OkStatus();
  }

  // The token at hand; the last one is kEnd, and is never passed.
  const Token& Current() const { return tokens_[at_]; }

  bool IsWord(std::string_view word) const {
    return Current().is_word && Current().text == word;
  }
  bool TakeWord(std::string_view word) {
    if (!IsWord(word)) return false;
    ++at_;
    return true;
  }
  bool IsSymbol(std::string_view symbol, size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() &&
           tokens_[at_ + ahead].kind == TokenKind::kSymbol &&
           tokens_[at_ + ahead].text == symbol;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!IsSymbol(symbol)) return false;
    ++at_;
    return true;
  }
  // A word with an opening parenthesis behind.
  bool IsCall(std::string_view word) const {
    return IsWord(word) && IsSymbol("(", 1);
  }

  absl::Status Expect(std::string_view symbol) {
    if (TakeSymbol(symbol)) return absl::OkStatus();
    return Error(fmt::format("expected '{}'", symbol));
  }

  absl::Status Error(std::string_view message) const {
    return ExpressionError(expression_, Current().column, message);
  }

  const std::string_view expression_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

absl::StatusOr<v1::Filter> ParseFilter(std::string_view expression) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(expression));
  return Parser(expression, std::move(tokens)).Run();
}

}  // namespace mi::client
