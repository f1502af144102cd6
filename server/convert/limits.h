// Largest values of requests. GetServerInfo tells them to clients.

#ifndef MI_SERVER_CONVERT_LIMITS_H_
#define MI_SERVER_CONVERT_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace mi::server {

inline constexpr uint32_t kMaxDimension = 4'096;
inline constexpr size_t kMaxIdBytes = 256;
inline constexpr uint32_t kMaxPointsPerUpsert = 1'000;
inline constexpr uint32_t kMaxIdsPerCall = 10'000;
inline constexpr uint32_t kMaxK = 10'000;
inline constexpr uint64_t kMaxKPerBatch = 1'000'000;
inline constexpr uint32_t kMaxEfSearch = 4'096;
inline constexpr uint32_t kMaxSearchesPerBatch = 1'000;
inline constexpr uint32_t kMaxPageSize = 1'000;

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_LIMITS_H_
