#include "engine/workspace/staged_graphs.h"

#include <utility>

namespace mi::workspace {

std::shared_ptr<const graph::GraphView> StagedGraphs::Latest(
    const GraphEntry& entry) const {
  for (auto staged = staged_.rbegin(); staged != staged_.rend(); ++staged) {
    if (staged->graph == entry.id) return staged->edited.view;
  }
  return entry.graph->View();
}

void StagedGraphs::Push(uint64_t sequence, GraphId graph,
                        graph::EditedGraph edited) {
  staged_.push_back({sequence, graph, std::move(edited)});
}

const graph::EditedGraph* StagedGraphs::Find(uint64_t sequence) const {
  for (const Staged& staged : staged_) {
    if (staged.sequence == sequence) return &staged.edited;
  }
  return nullptr;
}

std::optional<graph::EditedGraph> StagedGraphs::Take(uint64_t sequence) {
  std::optional<graph::EditedGraph> taken;
  while (!staged_.empty() && staged_.front().sequence <= sequence) {
    if (staged_.front().sequence == sequence) {
      taken = std::move(staged_.front().edited);
    }
    staged_.pop_front();
  }
  return taken;
}

void StagedGraphs::DropFrom(uint64_t sequence) {
  while (!staged_.empty() && staged_.back().sequence >= sequence) {
    staged_.pop_back();
  }
}

}  // namespace mi::workspace
