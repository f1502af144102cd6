#include "clients/cpp/load/sender.h"

#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/load/retry.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

using std::chrono::steady_clock;

// 3 for "points[3].point.vector", if the rows are `list`, "points".
std::optional<size_t> RowOf(std::string_view field, std::string_view list) {
  if (!field.starts_with(list)) return std::nullopt;
  field.remove_prefix(list.size());
  if (!field.starts_with('[')) return std::nullopt;
  field.remove_prefix(1);
  const auto number = ParseInteger(field.substr(0, field.find(']')));
  if (!number || *number < 0) return std::nullopt;
  return static_cast<size_t>(*number);
}

// Whether the request is at fault, and not the server or its state of health.
bool IsRefusal(const absl::Status& error) {
  return absl::IsInvalidArgument(error) || absl::IsNotFound(error) ||
         absl::IsAlreadyExists(error) || absl::IsFailedPrecondition(error) ||
         absl::IsAborted(error);
}

// What the server says of each row of the batch that it refuses.
std::map<size_t, std::string> RefusedRows(const absl::Status& error,
                                          const Batch& batch) {
  std::map<size_t, std::string> rows;
  if (!IsRefusal(error)) return rows;
  for (const auto& violation : DetailsOf(error).violations) {
    const auto row = RowOf(violation.field, RowsField(batch));
    if (!row || *row >= batch.lines.size()) continue;
    std::string& text = rows[*row];
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", violation.field, violation.description);
  }
  return rows;
}

}  // namespace

Sender::Sender(const Uploader& uploader, const LoadOptions& options,
               const std::string& input_path, const std::string& run_id,
               ReportProblem report)
    : uploader_(uploader),
      options_(options),
      input_path_(input_path),
      run_id_(run_id),
      report_(std::move(report)) {}

void Sender::Run(Pipeline* pipeline) const {
  while (true) {
    std::vector<Batch> batches = pipeline->Take(uploader_.max_batches());
    if (batches.empty()) return;
    absl::Status status = SendAll(std::move(batches), pipeline);
    if (!status.ok()) return pipeline->Fail(std::move(status));
  }
}

absl::Status Sender::SendAll(std::vector<Batch> batches,
                             Pipeline* pipeline) const {
  int attempt = 0;
  std::optional<steady_clock::time_point> first_failure;
  while (true) {
    const Uploader::Result result = uploader_.Send(batches);
    for (size_t i = 0; i < result.committed; ++i) {
      pipeline->Acknowledge(batches[i], batches[i].lines.size());
    }
    batches.erase(batches.begin(),
                  batches.begin() + static_cast<ptrdiff_t>(result.committed));
    if (result.status.ok()) return absl::OkStatus();

    const size_t dropped = options_.skip_bad_rows
                               ? DropRefused(result.status, &batches.front())
                               : 0;
    if (dropped > 0) {
      pipeline->CountSkipped(dropped);
      if (batches.front().lines.empty()) {
        pipeline->Acknowledge(batches.front(), 0);
        batches.erase(batches.begin());
      }
      if (batches.empty()) return absl::OkStatus();
      continue;
    }
    if (result.committed > 0) {  // it goes on, if slowly
      attempt = 0;
      first_failure.reset();
    }
    const auto now = steady_clock::now();
    if (!first_failure) first_failure = now;
    const auto delay = RetryDelay(result.status, attempt++);
    if (!delay || now - *first_failure >= options_.retry_for) {
      return Locate(result.status, batches.front());
    }
    pipeline->CountRetry();
    if (!pipeline->Sleep(absl::FromChrono(*delay))) return absl::OkStatus();
  }
}

size_t Sender::DropRefused(const absl::Status& error, Batch* batch) const {
  const auto refused = RefusedRows(error, *batch);
  if (refused.empty()) return 0;
  for (const auto& [row, text] : refused) {
    report_(fmt::format("{}:{}: {}", input_path_, batch->lines[row], text));
  }
  // Backwards, so that the numbers of the others stay right.
  for (auto row = refused.rbegin(); row != refused.rend(); ++row) {
    RemoveRow(row->first, batch);
  }
  SetIdempotencyKey(run_id_, batch);  // it is another request now
  return refused.size();
}

absl::Status Sender::Locate(const absl::Status& error,
                            const Batch& batch) const {
  const auto refused = RefusedRows(error, batch);
  if (refused.empty()) return error;
  const auto& [row, text] = *refused.begin();
  return WithMessage(error,
                     fmt::format("{}:{}: {}", input_path_, batch.lines[row],
                                 std::string(error.message())));
}

}  // namespace mi::client
