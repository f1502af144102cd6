#include "server/rpc/tenant_inflight.h"

namespace mi::rpc {

bool TenantInflight::TryAcquire(const std::string& tenant) {
  MutexLock lock(counts_mutex_);
  size_t& count = counts_[tenant];
  if (count >= limit_) return false;
  ++count;
  return true;
}

void TenantInflight::Release(const std::string& tenant) {
  MutexLock lock(counts_mutex_);
  --counts_[tenant];
}

}  // namespace mi::rpc
