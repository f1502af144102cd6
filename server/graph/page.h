// Pages of answers: their size, and where the next one begins.

#ifndef MI_SERVER_GRAPH_PAGE_H_
#define MI_SERVER_GRAPH_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/graph/graph_view.h"

namespace mi::server {

inline constexpr uint64_t kDefaultPageSize = 100;
inline constexpr uint64_t kMaxElementsPerPage = 10'000;

// The size of a page: 1 to kMaxElementsPerPage, or the default for 0.
size_t PageSize(uint32_t page_size, Violations* violations);

// A page token holds the last thing of the page before as numbers, "17" or
// "2.17.9". Rows stay what they are across restarts, so tokens do, too.
std::string RowToken(uint32_t row);
std::string EntryToken(const graph::AdjacencyEntry& entry);

// Nothing for the first page; what is no token is reported.
std::optional<uint32_t> RowFromToken(std::string_view token,
                                     Violations* violations);
std::optional<graph::AdjacencyEntry> EntryFromToken(std::string_view token,
                                                    Violations* violations);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_PAGE_H_
