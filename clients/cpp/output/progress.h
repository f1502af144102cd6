// A progress line that redraws itself on a terminal.

#ifndef MI_CLIENTS_CPP_OUTPUT_PROGRESS_H_
#define MI_CLIENTS_CPP_OUTPUT_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace mi::client {

struct ProgressState {
  uint64_t rows = 0;     // done
  uint64_t skipped = 0;  // of them
  uint64_t bytes = 0;    // of the input that are done, or written
  uint64_t total_bytes = 0;
  // Where the rows are what is known beforehand; the bytes have no total then.
  std::optional<uint64_t> total_rows;
  uint64_t rows_before = 0;   // done by an earlier run, as the bytes are
  uint64_t bytes_before = 0;  // what came before says nothing about the speed
  std::chrono::duration<double> elapsed{};
};

// "[=====>    ]  52 %  10,400 rows  4,812 rows/s  38.1 of 73.0 MiB  ETA 0:02"
std::string RenderProgress(const ProgressState& state);

// Of work that is done elsewhere.
struct StepProgress {
  std::string step;  // "writing"
  double share = 0;  // done, 0 to 1
  std::chrono::duration<double> elapsed{};
};

// "[=====>    ]  52 %  writing  0:02"
std::string RenderProgress(const StepProgress& state);

// Draws at most ten times a second; nothing at all unless `is_terminal`.
// Thread-compatible.
class ProgressLine {
 public:
  ProgressLine(std::ostream& out, bool is_terminal)
      : out_(out), is_terminal_(is_terminal) {}
  ~ProgressLine() { Clear(); }

  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Update(const ProgressState& state);
  void Update(const StepProgress& state);
  // Draws now, and moves on to the next line.
  void Finish(const ProgressState& state);
  void Finish(const StepProgress& state);
  // Makes room for a message.
  void Clear();

 private:
  bool IsDue() const;
  void Draw(const std::string& text);
  void DrawLast(const std::string& text);

  std::ostream& out_;
  const bool is_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_OUTPUT_PROGRESS_H_
