#include "engine/workspace/write_group.h"

#include <type_traits>
#include <utility>

namespace mi::workspace {
namespace {

template <typename Write>
constexpr bool kWritesPoints =
    std::is_same_v<Write, UpsertPoints> || std::is_same_v<Write, DeletePoints>;

template <typename Variant>
bool StandsAlone(const Variant& write) {
  return std::visit(
      []<typename Write>(const Write&) { return !kWritesPoints<Write>; },
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
  return request.expected_versions.empty() || !WritesAnyOf(request);
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

void WriteGroup::Add(Change change) {
  stands_alone_ = StandsAlone(change);
  records_.push_back(EncodeChange(change));
  bytes_ += records_.back().body.size();
  changes_.push_back(std::move(change));
}

}  // namespace mi::workspace
