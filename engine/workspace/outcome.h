// What a write is going to do, known before it is done: the answer of a write
// with an idempotency key is stored together with the write.

#ifndef MI_ENGINE_WORKSPACE_OUTCOME_H_
#define MI_ENGINE_WORKSPACE_OUTCOME_H_

#include <cstdint>

#include "engine/workspace/catalog.h"
#include "engine/workspace/change.h"
#include "engine/workspace/staged_graphs.h"
#include "engine/workspace/write_request.h"

namespace mi::workspace {

// What State::Apply is going to return for a change that State::Prepare gave,
// without the epoch, if the state is `catalog`'s in all that the change
// concerns and `staged` has what Prepare made of graphs. The points of a
// collection in it are not to be looked at. Cost: one lookup a point.
WriteResult PredictOutcome(const Catalog& catalog, const StagedGraphs& staged,
                           const Change& change, uint64_t sequence);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_OUTCOME_H_
