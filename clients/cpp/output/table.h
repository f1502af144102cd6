// Tables for people: columns as wide as their widest cell.

#ifndef MI_CLIENTS_CPP_OUTPUT_TABLE_H_
#define MI_CLIENTS_CPP_OUTPUT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mi::client {

// Thread-compatible.
class Table {
 public:
  enum class Align { kLeft, kRight };

  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns);

  // One cell for each column. Control characters are shown as spaces, and
  // cells longer than kMaxCell code points are cut, which "…" shows.
  void AddRow(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // Title line and rows, each with a line break; no trailing spaces.
  std::string ToString() const;

 private:
  static constexpr size_t kMaxCell = 48;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// 20000 as "20,000".
std::string GroupDigits(uint64_t number);

// 1536 as "1.5 KiB".
std::string FormatBytes(uint64_t bytes);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_OUTPUT_TABLE_H_
