// Which nodes, edges and hyperedges are meant: between the API and the engine.

#ifndef MI_SERVER_CONVERT_SELECTOR_PROTO_H_
#define MI_SERVER_CONVERT_SELECTOR_PROTO_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/graph/read/selector.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// All of these report what is at fault under `field`, their place in the
// request.

graph::NodeSelector NodeSelectorFromProto(const v1::NodeSelector& selector,
                                          std::string_view field,
                                          Violations* violations);
graph::EdgeSelector EdgeSelectorFromProto(const v1::EdgeSelector& selector,
                                          std::string_view field,
                                          Violations* violations);
graph::HyperedgeSelector HyperedgeSelectorFromProto(
    const v1::HyperedgeSelector& selector, std::string_view field,
    Violations* violations);

// Both when unset.
graph::Direction DirectionFromProto(v1::Direction direction,
                                    std::string_view field,
                                    Violations* violations);

// Names of labels, types or roles: at most 64, 1 to 255 bytes each.
std::vector<std::string> NamesFromProto(
    const google::protobuf::RepeatedPtrField<std::string>& names,
    std::string_view field, Violations* violations);

// A name of a label, a type, a property or a role: 1 to 255 bytes without NUL.
void CheckGraphName(std::string_view name, std::string_view field,
                    Violations* violations);

// A number that must be within `low` and `high`.
void CheckRange(uint64_t value, uint64_t low, uint64_t high,
                std::string_view field, Violations* violations);
// The same, where 0 stands for `standard`.
uint64_t NumberOr(uint64_t value, uint64_t standard, uint64_t low,
                  uint64_t high, std::string_view field,
                  Violations* violations);

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_SELECTOR_PROTO_H_
