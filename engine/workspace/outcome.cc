#include "engine/workspace/outcome.h"

#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/workspace/graph_changes.h"

namespace mi::workspace {
namespace {

// One function a kind of change. Prepare made sure that what a change names is
// there.
struct Predictor {
  const Catalog& catalog;
  const StagedGraphs& staged;
  const uint64_t sequence;

  WriteResult operator()(const CreateCollection& change) const {
    return {.collection = MakeEntry(change, sequence)};
  }

  WriteResult operator()(const UpdateCollection& change) const {
    return {.collection = UpdateEntry(*catalog.FindById(change.collection),
                                      change, sequence)};
  }

  WriteResult operator()(const DeleteCollection&) const { return {}; }

  WriteResult operator()(const SetAlias& change) const {
    const auto before = catalog.aliases.find(change.alias);
    WriteResult result;
    if (before != catalog.aliases.end()) {
      result.previous_collection = before->second;
    }
    return result;
  }

  WriteResult operator()(const DeleteAlias&) const { return {}; }

  WriteResult operator()(const UpsertPoints& change) const {
    std::vector<std::string_view> ids;
    ids.reserve(change.points.size());
    for (const auto& point : change.points) ids.push_back(point.id);
    WriteResult result;
    result.inserted = ids.size() - CountStored(change.collection, ids);
    result.replaced = ids.size() - result.inserted;
    return result;
  }

  WriteResult operator()(const DeletePoints& change) const {
    WriteResult result;
    result.deleted = CountStored(change.collection, change.ids);
    return result;
  }

  WriteResult operator()(const CreateGraph& change) const {
    WriteResult result;
    result.graph = *MakeGraph(change, sequence);
    return result;
  }

  WriteResult operator()(const DeleteGraph&) const { return {}; }
  WriteResult operator()(const CreateGraphIndex&) const { return {}; }
  WriteResult operator()(const DeleteGraphIndex&) const { return {}; }

  WriteResult operator()(const WriteGraph&) const {
    WriteResult result;
    result.mutations = staged.Find(sequence)->result;
    return result;
  }

 private:
  // How many of the ids exist; those of one write are unique.
  template <typename Ids>
  uint64_t CountStored(CollectionId collection, const Ids& ids) const {
    const auto view = catalog.FindById(collection)->points->View();
    uint64_t stored = 0;
    for (const auto& id : ids) stored += view->Find(id).has_value() ? 1 : 0;
    return stored;
  }
};

}  // namespace

WriteResult PredictOutcome(const Catalog& catalog, const StagedGraphs& staged,
                           const Change& change, uint64_t sequence) {
  WriteResult result = std::visit(Predictor{catalog, staged, sequence}, change);
  result.sequence = sequence;
  return result;
}

}  // namespace mi::workspace
