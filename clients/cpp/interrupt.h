// Ctrl-C for commands that have something to put in order first.

#ifndef MI_CLIENTS_CPP_INTERRUPT_H_
#define MI_CLIENTS_CPP_INTERRUPT_H_

#include <chrono>
#include <csignal>

namespace mi::client {

// While one lives, the first SIGINT or SIGTERM is only noted; the second ends
// the program as ever. At most one at a time. Thread-compatible.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();

  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool Arrived() const;

  // False if it was cut short by the signal.
  bool Sleep(std::chrono::milliseconds duration) const;

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INTERRUPT_H_
