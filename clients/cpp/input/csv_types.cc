#include "clients/cpp/input/csv_types.h"

#include <cmath>
#include <optional>

#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// Two words for each: "1" and "0" would make numbers bools.
std::optional<bool> ParseBool(std::string_view cell) {
  std::string lower(cell);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (lower == "true" || lower == "yes") return true;
  if (lower == "false" || lower == "no") return false;
  return std::nullopt;
}

bool HasLeadingZero(std::string_view cell) {
  if (cell.starts_with('-')) cell.remove_prefix(1);
  return cell.size() > 1 && cell[0] == '0' && cell[1] >= '0' && cell[1] <= '9';
}

}  // namespace

bool ReadCell(std::string_view cell, CsvType type, const std::string& pattern,
              v1::Value* value) {
  switch (type) {
    case CsvType::kString:
      value->set_string_value(std::string(cell));
      return true;
    case CsvType::kInteger: {
      const auto integer = ParseInteger(cell);
      if (integer) value->set_integer_value(*integer);
      return integer.has_value();
    }
    case CsvType::kFloat: {
      const auto number = ParseFloat(cell);
      if (number) value->set_float_value(*number);
      return number.has_value();
    }
    case CsvType::kBool: {
      const auto truth = ParseBool(cell);
      if (truth) value->set_bool_value(*truth);
      return truth.has_value();
    }
    case CsvType::kDateTime: {
      const auto time =
          pattern.empty() ? ParseDateTime(cell) : ParseDateTime(cell, pattern);
      if (time) *value->mutable_datetime_value() = *time;
      return time.has_value();
    }
    case CsvType::kSkip:
      break;
  }
  return false;
}

void TypeInference::Add(std::string_view cell) {
  if (cell.empty()) return;
  any_ = true;
  const bool is_code = HasLeadingZero(cell);
  integer_ = integer_ && !is_code && ParseInteger(cell).has_value();
  number_ = number_ && !is_code && ParseFloat(cell).has_value();
  bool_ = bool_ && ParseBool(cell).has_value();
  datetime_ = datetime_ && ParseDateTime(cell).has_value();
}

CsvType TypeInference::type() const {
  if (!any_) return CsvType::kString;
  if (integer_) return CsvType::kInteger;
  if (number_) return CsvType::kFloat;
  if (bool_) return CsvType::kBool;
  if (datetime_) return CsvType::kDateTime;
  return CsvType::kString;
}

void RunningMoments::Add(double x) {
  ++count_;
  const double from_old_mean = x - mean_;
  mean_ += from_old_mean / static_cast<double>(count_);
  squares_ += from_old_mean * (x - mean_);
}

double RunningMoments::deviation() const {
  if (count_ == 0) return 0;
  return std::sqrt(squares_ / static_cast<double>(count_));
}

}  // namespace mi::client
