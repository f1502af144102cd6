// Filters from the API to the engine.

#ifndef MI_SERVER_CONVERT_FILTER_PROTO_H_
#define MI_SERVER_CONVERT_FILTER_PROTO_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "marketing/intelligence/v1/filter.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Converts and compiles. Errors: INVALID_ARGUMENT naming every field at fault
// under `field`, the filter's place in the request. Recursion is bounded by
// the nesting that the message parser lets through.
absl::StatusOr<filter::CompiledFilter> FilterFromProto(
    const v1::Filter& filter, std::string_view field = "filter");

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_FILTER_PROTO_H_
