// Dates, times and durations as text, in the extended form of ISO 8601.
//
// The server is who reads them; these functions find what it would refuse, so
// that a file can be checked before anything of it is sent.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_TEMPORAL_TEXT_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_TEMPORAL_TEXT_H_

#include <string_view>

namespace mi::client {

bool IsDate(std::string_view text);           // 2026-03-01
bool IsLocalTime(std::string_view text);      // 09:30, 09:30:00.5
bool IsTime(std::string_view text);           // the same with Z or +01:00
bool IsLocalDateTime(std::string_view text);  // 2026-03-01T09:30:00
// 2026-03-01T09:30:00+01:00, and behind it [Europe/Berlin] if wanted.
bool IsZonedDateTime(std::string_view text);
// P1Y2M3DT4H5M6.5S or P2W. Parts may be negative; only the last has a fraction.
bool IsDuration(std::string_view text);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_TEMPORAL_TEXT_H_
