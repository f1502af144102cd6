#include "clients/cpp/filter/condition_parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "clients/cpp/filter/lexer.h"
#include "clients/cpp/input/graph/json_fault.h"
#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// Words that make a value of a text: "date" is the mark "$date" without its $.
constexpr std::array<std::string_view, 6> kTemporals = {
    "date", "localtime", "time", "localdatetime", "datetime", "duration"};

// What a comparison sets.
v1::PropertyValue* Operand(std::string_view comparison,
                           v1::PropertyCondition* condition) {
  if (comparison == "==") return condition->mutable_equal();
  if (comparison == "!=") return condition->mutable_not_equal();
  if (comparison == "<") return condition->mutable_less_than();
  if (comparison == "<=") return condition->mutable_less_than_or_equal();
  if (comparison == ">") return condition->mutable_greater_than();
  if (comparison == ">=") return condition->mutable_greater_than_or_equal();
  return nullptr;
}

// Recursive descent: one function for each rule of the grammar.
class Parser {
 public:
  Parser(std::string_view expression, std::vector<Token> tokens)
      : expression_(expression), tokens_(std::move(tokens)) {}

  absl::StatusOr<std::vector<v1::PropertyCondition>> Run() {
    std::vector<v1::PropertyCondition> conditions;
    do {
      RETURN_IF_ERROR(Condition(&conditions.emplace_back()));
    } while (TakeWord("and"));
    if (Current().kind != TokenKind::kEnd) {
      return Error(IsWord("or") ? "conditions are joined by 'and' only"
                                : "expected 'and' or the end");
    }
    return conditions;
  }

 private:
  absl::Status Condition(v1::PropertyCondition* condition) {
    const bool negated = TakeWord("not");
    if (negated && !IsCall("exists")) {
      return Error("expected exists() behind 'not'");
    }
    if (IsCall("exists")) {
      at_ += 2;
      RETURN_IF_ERROR(Property(condition));
      condition->set_exists(!negated);
      return Expect(")");
    }
    if (IsCall("starts_with") || IsCall("ends_with") || IsCall("contains")) {
      return TextTest(condition);
    }
    RETURN_IF_ERROR(Property(condition));
    if (TakeWord("in")) return Values(condition->mutable_in());
    v1::PropertyValue* const operand = Current().kind == TokenKind::kSymbol
                                           ? Operand(Current().text, condition)
                                           : nullptr;
    if (operand == nullptr) {
      return Error("expected a comparison: ==, !=, <, <=, >, >= or in");
    }
    ++at_;
    return Value(operand);
  }

  absl::Status TextTest(v1::PropertyCondition* condition) {
    const std::string test = Current().text;
    at_ += 2;
    RETURN_IF_ERROR(Property(condition));
    RETURN_IF_ERROR(Expect(","));
    if (Current().kind != TokenKind::kString) {
      return Error("expected a text in quotes");
    }
    const std::string& text = Current().text;
    if (test == "starts_with") {
      condition->set_starts_with(text);
    } else if (test == "ends_with") {
      condition->set_ends_with(text);
    } else {
      condition->set_contains(text);
    }
    ++at_;
    return Expect(")");
  }

  absl::Status Values(v1::PropertyList* list) {
    RETURN_IF_ERROR(Expect("["));
    do {
      RETURN_IF_ERROR(Value(list->add_values()));
    } while (TakeSymbol(","));
    return Expect("]");
  }

  absl::Status Value(v1::PropertyValue* value) {
    const Token& token = Current();
    if (token.kind == TokenKind::kString) {
      value->set_string_value(token.text);
    } else if (token.kind == TokenKind::kInteger) {
      value->set_integer_value(token.integer);
    } else if (token.kind == TokenKind::kFloat) {
      value->set_float_value(token.number);
    } else if (IsWord("true") || IsWord("false")) {
      value->set_boolean_value(token.text == "true");
    } else if (token.is_word && IsSymbol("(", 1)) {
      return Temporal(value);
    } else if (token.kind == TokenKind::kPath) {
      return Error(fmt::format(
          "expected a value; a text stands in quotes, \"{}\"", token.text));
    } else {
      return Error("expected a value");
    }
    ++at_;
    return absl::OkStatus();
  }

  absl::Status Temporal(v1::PropertyValue* value) {
    const std::string word = Current().text;
    if (std::find(kTemporals.begin(), kTemporals.end(), word) ==
        kTemporals.end()) {
      return Error(fmt::format("no function '{}'; there are {}", word,
                               fmt::join(kTemporals, ", ")));
    }
    at_ += 2;
    if (Current().kind != TokenKind::kString) {
      return Error("expected a text in quotes");
    }
    nlohmann::json json;
    json["$" + word] = Current().text;
    if (const MaybeFault fault = JsonToProperty(json, value)) {
      return Error(fault->what);
    }
    ++at_;
    return Expect(")");
  }

  absl::Status Property(v1::PropertyCondition* condition) {
    if (Current().kind != TokenKind::kPath) {
      return Error("expected a property, such as budget");
    }
    const auto keys = SplitPath(Current().text);
    if (!keys || keys->size() != 1) {
      return Error(
          "a property has no parts; one whose name has a dot stands in "
          "backticks");
    }
    condition->set_property(keys->front());
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
};

}  // namespace

absl::StatusOr<std::vector<v1::PropertyCondition>> ParseConditions(
    std::string_view expression) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(expression));
  return Parser(expression, std::move(tokens)).Run();
}

}  // namespace mi::client
