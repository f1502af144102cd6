// The largest graphs, names and values that are taken.

#ifndef MI_ENGINE_GRAPH_LIMITS_H_
#define MI_ENGINE_GRAPH_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace mi::graph {

// Labels, types, property keys and roles: UTF-8, 1 to 255 bytes, without NUL.
inline constexpr size_t kMaxNameBytes = 255;
// Distinct labels of a graph; distinct types, keys and roles the same.
inline constexpr size_t kMaxNames = 65'536;
inline constexpr size_t kMaxLabelsOfNode = 64;
inline constexpr size_t kMaxPropertiesOfElement = 1'000;
// All properties of an element, encoded.
inline constexpr size_t kMaxPropertyBytes = size_t{1} << 20;
// A property's value is at depth 1, an element of a list in it at depth 2.
inline constexpr size_t kMaxValueDepth = 32;
// An id is a string of 1 to 256 bytes, or an integer from 0 to 2^53 - 1, which
// every client can hold.
inline constexpr size_t kMaxIdBytes = 256;
inline constexpr int64_t kMaxIntegerId = (int64_t{1} << 53) - 1;
inline constexpr size_t kMaxMembers = 10'000;
inline constexpr size_t kMaxIndexes = 64;
inline constexpr size_t kMaxMutations = 10'000;
// Nodes of a graph, edges, and hyperedges: rows are counted in 32 bits.
inline constexpr uint32_t kMaxRows = 0xfffffff0;

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_LIMITS_H_
