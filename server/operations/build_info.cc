#include "server/operations/build_info.h"

namespace mi::server {

std::string_view BuildVersion() { return MI_BUILD_VERSION; }

std::string_view BuildRevision() { return MI_BUILD_REVISION; }

}  // namespace mi::server
