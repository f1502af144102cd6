// Decides whether a write can be done in the present state, and what exactly
// it will do.

#ifndef MI_ENGINE_WORKSPACE_PREPARE_H_
#define MI_ENGINE_WORKSPACE_PREPARE_H_

#include "absl/status/statusor.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/staged_graphs.h"
#include "engine/workspace/state.h"
#include "engine/workspace/write_request.h"

namespace mi::workspace {

// See State::Prepare.
absl::StatusOr<Change> PrepareWrite(const Catalog& catalog,
                                    const StateLimits& limits,
                                    StagedGraphs& staged, WriteRequest request,
                                    TimeMicros now, uint64_t sequence);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_PREPARE_H_
