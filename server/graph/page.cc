#include "server/graph/page.h"

#include <array>
#include <charconv>

#include "engine/graph/limits.h"
#include "fmt/format.h"
#include "server/convert/selector_proto.h"

namespace mi::server {
namespace {

// Reads `count` numbers with dots between them, and nothing else.
bool ReadNumbers(std::string_view text, uint32_t* numbers, size_t count) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < count; ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return false;
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc() || next == at) return false;
    at = next;
  }
  return at == end;
}

void NoToken(Violations* violations) {
  violations->Add("page_token", "is not from an answer of this method");
}

}  // namespace

size_t PageSize(uint32_t page_size, Violations* violations) {
  return NumberOr(page_size, kDefaultPageSize, 1, kMaxElementsPerPage,
                  "page_size", violations);
}

std::string RowToken(uint32_t row) { return fmt::to_string(row); }

std::string EntryToken(const graph::AdjacencyEntry& entry) {
  return fmt::format("{}.{}.{}", entry.type, entry.neighbor, entry.edge);
}

std::optional<uint32_t> RowFromToken(std::string_view token,
                                     Violations* violations) {
  if (token.empty()) return std::nullopt;
  uint32_t row = 0;
  if (ReadNumbers(token, &row, 1) && row < graph::kMaxRows) return row;
  NoToken(violations);
  return std::nullopt;
}

std::optional<graph::AdjacencyEntry> EntryFromToken(std::string_view token,
                                                    Violations* violations) {
  if (token.empty()) return std::nullopt;
  std::array<uint32_t, 3> numbers{};
  if (ReadNumbers(token, numbers.data(), numbers.size())) {
    return graph::AdjacencyEntry{
        .type = numbers[0], .neighbor = numbers[1], .edge = numbers[2]};
  }
  NoToken(violations);
  return std::nullopt;
}

}  // namespace mi::server
