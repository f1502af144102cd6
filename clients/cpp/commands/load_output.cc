#include "clients/cpp/commands/load_output.h"

namespace mi::client {

void ProblemPrinter::Print(const std::string& problem) {
  constexpr int kMaxShown = 50;
  const std::lock_guard lock(mutex_);
  if (++count_ > kMaxShown) return;
  progress_.Clear();
  session_.err() << problem << '\n';
  if (count_ == kMaxShown) {
    session_.err() << "further problems are counted, but not shown\n";
  }
}

void ProblemPrinter::Show(const ProgressState& state) {
  const std::lock_guard lock(mutex_);
  progress_.Update(state);
  last_ = state;
}

void ProblemPrinter::Finish() {
  const std::lock_guard lock(mutex_);
  progress_.Finish(last_);
}

}  // namespace mi::client
