// The libraries, called as their examples do.

#ifndef MI_BENCH_BUDGET_FLOW_PEERS_H_
#define MI_BENCH_BUDGET_FLOW_PEERS_H_

#include <cstdint>

#include "engine/flow/flow_network.h"

namespace mi::bench {

int64_t LemonMaxFlow(const flow::Network& network, uint32_t source,
                     uint32_t target);
int64_t BoostMaxFlow(const flow::Network& network, uint32_t source,
                     uint32_t target);
int64_t BoostGlobalMinCut(const flow::Network& network);

}  // namespace mi::bench

#endif  // MI_BENCH_BUDGET_FLOW_PEERS_H_
