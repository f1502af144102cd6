// Datetimes as text, RFC 3339.

#ifndef MI_ENGINE_PAYLOAD_DATETIME_H_
#define MI_ENGINE_PAYLOAD_DATETIME_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/payload/value.h"

namespace mi::payload {

// Reads "2026-03-01T09:30:00Z", with an optional fraction of a second (digits
// beyond microseconds are dropped) and "Z" or an offset such as "+02:00", or a
// date alone, "2026-03-01", which means its first instant in UTC. A leap second
// ("23:59:60") is refused. Errors: INVALID_ARGUMENT for anything else and for
// years outside 1970 to 2200 in UTC.
absl::StatusOr<DateTime> ParseDateTime(std::string_view text);

// "2026-03-01T09:30:00Z", with six digits of fraction unless they are zero.
std::string FormatDateTime(DateTime datetime);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_DATETIME_H_
