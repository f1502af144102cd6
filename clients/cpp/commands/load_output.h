// What a load shows while it runs.

#ifndef MI_CLIENTS_CPP_COMMANDS_LOAD_OUTPUT_H_
#define MI_CLIENTS_CPP_COMMANDS_LOAD_OUTPUT_H_

#include <mutex>
#include <string>

#include "clients/cpp/output/progress.h"
#include "clients/cpp/session.h"

namespace mi::client {

// Shows progress, and the first problems; a file of the wrong kind has as many
// as rows. Thread-safe.
class ProblemPrinter {
 public:
  ProblemPrinter(Session& session, ProgressLine& progress)
      : session_(session), progress_(progress) {}

  void Print(const std::string& problem);
  void Show(const ProgressState& state);
  void Finish();

 private:
  std::mutex mutex_;
  Session& session_;
  ProgressLine& progress_;
  ProgressState last_;
  int count_ = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_LOAD_OUTPUT_H_
