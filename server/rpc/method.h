// What the server has to know of a method before a call of it runs.

#ifndef MI_SERVER_RPC_METHOD_H_
#define MI_SERVER_RPC_METHOD_H_

#include <cstddef>
#include <string_view>

namespace mi::rpc {

// Which pool of threads a call runs on, and which queue it waits in.
enum class CallClass {
  kRead,   // computes; as many threads as processors
  kWrite,  // mostly waits for the journal; more threads
  kAdmin,  // rare and small; never behind the other two
};
inline constexpr size_t kCallClasses = 3;

// "read", "write", "admin".
std::string_view CallClassName(CallClass call_class);

struct MethodInfo {
  std::string_view service;  // full name
  std::string_view method;
  CallClass call_class;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_METHOD_H_
