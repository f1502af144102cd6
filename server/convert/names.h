// Checks of names and ids that several services share.

#ifndef MI_SERVER_CONVERT_NAMES_H_
#define MI_SERVER_CONVERT_NAMES_H_

#include <string_view>

#include "engine/base/error.h"

namespace mi::server {

// Names of collections and aliases: 1 to 64 characters of a-z, 0-9, '_', '-'.
void CheckName(std::string_view name, std::string_view field,
               Violations* violations);

// Ids of points: 1 to kMaxIdBytes (limits.h) bytes without NUL. That they are
// UTF-8 was checked when the message was parsed.
void CheckPointId(std::string_view id, std::string_view field,
                  Violations* violations);

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_NAMES_H_
