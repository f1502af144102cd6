#include "server/rpc/method.h"

namespace mi::rpc {

std::string_view CallClassName(CallClass call_class) {
  switch (call_class) {
    case CallClass::kRead:
      return "read";
    case CallClass::kWrite:
      return "write";
    case CallClass::kAdmin:
      return "admin";
  }
  return "";
}

}  // namespace mi::rpc
