// How many calls each tenant has in flight.

#ifndef MI_SERVER_RPC_TENANT_INFLIGHT_H_
#define MI_SERVER_RPC_TENANT_INFLIGHT_H_

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "engine/base/mutex.h"

namespace mi::rpc {

// Thread-safe.
class TenantInflight {
 public:
  explicit TenantInflight(size_t limit) : limit_(limit) {}

  // False when `tenant` is at its limit; otherwise Release must follow.
  [[nodiscard]] bool TryAcquire(const std::string& tenant);
  void Release(const std::string& tenant);

 private:
  const size_t limit_;
  Mutex counts_mutex_;
  // Tenants without a call in flight stay, at 0: there are as many as there
  // are tenants with keys.
  absl::flat_hash_map<std::string, size_t> counts_
      ABSL_GUARDED_BY(counts_mutex_);
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_TENANT_INFLIGHT_H_
