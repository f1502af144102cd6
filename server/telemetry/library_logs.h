// Sends what the libraries below would print to the log instead.

#ifndef MI_SERVER_TELEMETRY_LIBRARY_LOGS_H_
#define MI_SERVER_TELEMETRY_LIBRARY_LOGS_H_

#include "server/telemetry/log.h"

namespace mi::telemetry {

// Routes the messages of gRPC, protobuf and Abseil to `log`, or to nowhere when
// it is null. Process-wide: the libraries have one hook each. Call it before
// the first use of gRPC, and again with null before `log` goes away.
//
// Protobuf complains about malformed input of clients: that is not our fault,
// so it counts as debugging output.
void RouteLibraryLogs(Log* log);

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_LIBRARY_LOGS_H_
