#include "clients/cpp/interrupt.h"

#include <algorithm>
#include <thread>

namespace mi::client {
namespace {

volatile std::sig_atomic_t arrived = 0;

void Note(int /*signal*/) { arrived = 1; }

}  // namespace

Interrupt::Interrupt() {
  arrived = 0;
  struct sigaction noted {};
  noted.sa_handler = Note;
  sigemptyset(&noted.sa_mask);
  // Who presses twice does not want to wait for a server that hangs.
  noted.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &noted, &before_int_);
  sigaction(SIGTERM, &noted, &before_term_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
}

bool Interrupt::Arrived() const { return arrived != 0; }

bool Interrupt::Sleep(std::chrono::milliseconds duration) const {
  // Any thread may get the signal, so this one looks for it.
  constexpr std::chrono::milliseconds kLook(20);
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + duration;
  while (!Arrived()) {
    const auto rest = end - Clock::now();
    if (rest <= Clock::duration::zero()) return true;
    std::this_thread::sleep_for(std::min<Clock::duration>(rest, kLook));
  }
  return false;
}

}  // namespace mi::client
