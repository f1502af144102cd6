#include "engine/workspace/write_group.h"

#include <type_traits>
#include <utility>

namespace mi::workspace {
namespace {

template <typename Write>
constexpr bool kWritesPoints =
    std::is_same_v<Write, UpsertPoints> || std::is_same_v<Write, DeletePoints>;

// Those are prepared upon each other: see StagedGraphs.
template <typename Write>
constexpr bool kChangesGraph = std::is_same_v<Write, WriteGraph> ||
                               std::is_same_v<Write, CreateGraphIndex> ||
                               std::is_same_v<Write, DeleteGraphIndex>;

template <typename Variant>
bool StandsAlone(const Variant& write) {
  return std::visit(
      []<typename Write>(const Write&) {
        return !kWritesPoints<Write> && !kChangesGraph<Write>;
      },
      write);
}

// Calls visit(collection, id) for every point that a write of points names.
template <typename Variant, typename Visitor>
void ForEachPoint(const Variant& write, Visitor&& visit) {
  if (const auto* upsert = std::get_if<UpsertPoints>(&write)) {
    for (const auto& point : upsert->points)
      visit(upsert->collection, point.id);
  } else if (const auto* removal = std::get_if<DeletePoints>(&write)) {
    for (const auto& id : removal->ids) visit(removal->collection, id);
  }
}

}  // namespace

bool WriteGroup::Admits(const WriteRequest& request) {
  if (empty()) return true;
  if (stands_alone_ || StandsAlone(request.write)) return false;
  if (changes_.size() >= max_writes_ || bytes_ >= max_bytes_) return false;
  const bool has_key = request.idempotency.has_value();
  if (has_key && keys_.contains(request.idempotency->key.key)) return false;
  return (request.expected_versions.empty() && !has_key) ||
         !WritesAnyOf(request);
}

bool WriteGroup::WritesAnyOf(const WriteRequest& request) {
  for (; indexed_changes_ < changes_.size(); ++indexed_changes_) {
    ForEachPoint(changes_[indexed_changes_],
                 [&](CollectionId collection, const std::string& id) {
                   written_.emplace(collection, id);
                 });
  }
  bool found = false;
  ForEachPoint(request.write,
               [&](CollectionId collection, const std::string& id) {
                 found = found || written_.contains({collection, id});
               });
  return found;
}

void WriteGroup::Add(Change change,
                     std::optional<storage::IdempotencyRow> row) {
  stands_alone_ = StandsAlone(change);
  records_.push_back(EncodeChange(change));
  bytes_ += records_.back().body.size();
  changes_.push_back(std::move(change));
  if (!row.has_value()) return;
  const size_t row_bytes =
      row->key.size() + row->request_hash.size() + row->answer.size();
  bytes_ += row_bytes;
  idempotency_bytes_ += row_bytes;
  keys_.insert(row->key);
  idempotency_.push_back(*std::move(row));
}

}  // namespace mi::workspace
