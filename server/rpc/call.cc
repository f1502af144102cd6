#include "server/rpc/call.h"

#include <algorithm>
#include <random>

#include "engine/base/random.h"
#include "fmt/format.h"

namespace mi::rpc {
namespace {

constexpr size_t kMaxRequestIdLength = 128;

// What may stand in a header and in a log without surprises.
bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdLength &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f; });
}

std::string RandomRequestId() {
  thread_local Random random([] {
    std::random_device device;
    return (static_cast<uint64_t>(device()) << 32) | device();
  }());
  return fmt::format("{:016x}", random.Bits());
}

}  // namespace

absl::Status Call::Require(auth::Permission permission,
                           std::string_view what) const {
  return auth::CheckPermission(permissions_, permission, what);
}

const std::string& Call::request_id() {
  if (request_id_.empty()) {
    const std::string_view given = Header(kRequestIdHeader);
    request_id_ = IsRequestId(given) ? std::string(given) : RandomRequestId();
  }
  return request_id_;
}

std::string_view Call::Header(std::string_view name) const {
  const auto& headers = context_.client_metadata();
  const auto found = headers.find(grpc::string_ref(name.data(), name.size()));
  if (found == headers.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace mi::rpc
