// The command as a person or a script runs it.

#ifndef MI_TESTS_CLIENTS_CPP_RUN_MI_H_
#define MI_TESTS_CLIENTS_CPP_RUN_MI_H_

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cpp/app.h"

namespace mi::client {

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// `typed` is what somebody at a terminal answers; without it nobody is there.
inline Outcome RunMi(const std::vector<std::string>& arguments,
                     const std::optional<std::string>& typed = std::nullopt) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(typed.value_or(""));
  Outcome outcome;
  outcome.exit_code = Run(
      arguments,
      {.out = out, .err = err, .in = &in, .in_is_terminal = typed.has_value()});
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_RUN_MI_H_
