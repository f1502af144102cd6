// What state the machine was in while something was measured.

#ifndef MI_BENCH_VECTOR_MACHINE_STATE_H_
#define MI_BENCH_VECTOR_MACHINE_STATE_H_

#include <string>

namespace mi::bench {

// CPU seconds of the calling thread. Costs about 0.2 us.
double ThreadCpuSeconds();

// One line: date, processor, load, and how long a fixed loop took by the clock
// over what it took of the processor (1.0 on an idle machine).
std::string DescribeMachine();

}  // namespace mi::bench

#endif  // MI_BENCH_VECTOR_MACHINE_STATE_H_
