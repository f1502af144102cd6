// A graph that is read while it is written.

#ifndef MI_ENGINE_GRAPH_GRAPH_H_
#define MI_ENGINE_GRAPH_GRAPH_H_

#include <memory>
#include <utility>

#include "engine/base/published.h"
#include "engine/graph/graph_view.h"

namespace mi::graph {

// The published version of a graph. Readers are thread-safe and never wait;
// NextEdit and Publish belong to one writer.
class Graph {
 public:
  // `last_edit` is the greatest number of an edit that made some of `first`. A
  // snapshot is read by edit 1.
  explicit Graph(std::shared_ptr<const GraphView> first, Edit last_edit = 1)
      : view_(std::move(first)), last_edit_(last_edit) {}

  std::shared_ptr<const GraphView> View() const { return view_.Load(); }

  // A number for the next change, published or not.
  Edit NextEdit() { return ++last_edit_; }

  void Publish(std::shared_ptr<const GraphView> next) {
    view_.Publish(std::move(next));
  }

 private:
  Published<GraphView> view_;
  Edit last_edit_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_GRAPH_H_
