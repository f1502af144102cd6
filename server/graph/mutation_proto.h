// Mutations of graphs between the API and the engine.

#ifndef MI_SERVER_GRAPH_MUTATION_PROTO_H_
#define MI_SERVER_GRAPH_MUTATION_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/mutation.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

using ProtoMutations = google::protobuf::RepeatedPtrField<v1::GraphMutation>;

// Mutations that may be written: everything about them that does not depend on
// the graph is right. Errors: INVALID_ARGUMENT naming every field at fault.
absl::StatusOr<std::vector<graph::Mutation>> MutationsFromProto(
    const ProtoMutations& mutations);

void ToProto(const graph::MutationCounts& counts, v1::GraphMutationCounts* out);
// Adds what further mutations did.
void AddTo(const v1::GraphMutationCounts& more, v1::GraphMutationCounts* sum);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_MUTATION_PROTO_H_
