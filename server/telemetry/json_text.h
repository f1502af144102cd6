// Text as JSON.

#ifndef MI_SERVER_TELEMETRY_JSON_TEXT_H_
#define MI_SERVER_TELEMETRY_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace mi::telemetry {

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8
// become U+FFFD, one for each: a log line must stay readable whatever a client
// sends.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_JSON_TEXT_H_
