// What this binary was built from.

#ifndef MI_SERVER_OPERATIONS_BUILD_INFO_H_
#define MI_SERVER_OPERATIONS_BUILD_INFO_H_

#include <string_view>

namespace mi::server {

// The project's version, for example "0.1.0".
std::string_view BuildVersion();

// The source revision; "unknown" outside of a checkout.
std::string_view BuildRevision();

}  // namespace mi::server

#endif  // MI_SERVER_OPERATIONS_BUILD_INFO_H_
