// Types and statistics of CSV columns, from their cells.

#ifndef MI_CLIENTS_CPP_INPUT_CSV_TYPES_H_
#define MI_CLIENTS_CPP_INPUT_CSV_TYPES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "clients/cpp/input/csv_field.h"
#include "marketing/intelligence/v1/value.pb.h"

namespace mi::client {

// Reads a cell that is not empty; false if it has another type. `pattern` as in
// CsvField. Bools are true, false, yes, no, in any case.
bool ReadCell(std::string_view cell, CsvType type, const std::string& pattern,
              marketing::intelligence::v1::Value* value);

// Finds the narrowest type that all cells of a column have. Thread-compatible.
class TypeInference {
 public:
  // Empty cells say nothing.
  void Add(std::string_view cell);
  // Text where nothing fits better, and where there was no cell. Numbers with
  // leading zeros are text: they are codes.
  CsvType type() const;

 private:
  bool any_ = false;
  bool integer_ = true;
  bool number_ = true;
  bool bool_ = true;
  bool datetime_ = true;
};

// Mean and standard deviation in one pass.
//
// Source: B. Welford, "Note on a method for calculating corrected sums of
// squares and products", Technometrics 4(3), 1962. Thread-compatible.
class RunningMoments {
 public:
  void Add(double x);
  uint64_t count() const { return count_; }
  double mean() const { return mean_; }
  double deviation() const;  // of the population

 private:
  uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_CSV_TYPES_H_
