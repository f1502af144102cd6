#include "clients/cpp/load/batch.h"

#include "fmt/format.h"

namespace mi::client {
namespace {

auto& RowsOf(Batch::Points& request) { return *request.mutable_points(); }
auto& RowsOf(Batch::Graph& request) { return *request.mutable_mutations(); }

}  // namespace

void SetIdempotencyKey(std::string_view run_id, Batch* batch) {
  const std::string key =
      fmt::format("{}-{:x}-{:x}-{:x}", run_id, batch->start.row, batch->end.row,
                  batch->lines.size());
  std::visit([&key](auto& request) { request.set_idempotency_key(key); },
             batch->request);
}

void RemoveRow(size_t row, Batch* batch) {
  std::visit(
      [row](auto& request) {
        RowsOf(request).DeleteSubrange(static_cast<int>(row), 1);
      },
      batch->request);
  batch->lines.erase(batch->lines.begin() + static_cast<ptrdiff_t>(row));
}

std::string_view RowsField(const Batch& batch) {
  return std::holds_alternative<Batch::Points>(batch.request) ? "points"
                                                              : "mutations";
}

}  // namespace mi::client
