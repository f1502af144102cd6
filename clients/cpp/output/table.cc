#include "clients/cpp/output/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr std::string_view kGap = "  ";

std::string Clean(std::string_view cell, size_t max_code_points) {
  std::string clean;
  if (CodePoints(cell) > max_code_points) {
    clean = FirstCodePoints(cell, max_code_points - 1);
    clean += "…";
  } else {
    clean = cell;
  }
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  return clean;
}

void AppendCell(const std::string& cell, size_t width, Table::Align align,
                std::string* line) {
  const std::string padding(width - CodePoints(cell), ' ');
  if (align == Table::Align::kRight) *line += padding;
  *line += cell;
  if (align == Table::Align::kLeft) *line += padding;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = Clean(cell, kMaxCell);
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.title);
  lines.insert(lines.end(), rows_.begin(), rows_.end());

  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], CodePoints(line[i]));
    }
  }
  std::string text;
  for (const auto& cells : lines) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += kGap;
      AppendCell(cells[i], widths[i], columns_[i].align, &line);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string GroupDigits(uint64_t number) {
  constexpr size_t kGroup = 3;
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > kGroup;) {
    i -= kGroup;
    digits.insert(i, ",");
  }
  return digits;
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB",
                                                      "TiB"};
  constexpr double kStep = 1024;
  if (bytes < static_cast<uint64_t>(kStep)) return fmt::format("{} B", bytes);
  auto amount = static_cast<double>(bytes);
  size_t unit = 0;
  while (amount >= kStep && unit + 1 < kUnits.size()) {
    amount /= kStep;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

}  // namespace mi::client
