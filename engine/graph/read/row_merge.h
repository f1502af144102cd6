// Several ascending lists of rows, read as one.

#ifndef MI_ENGINE_GRAPH_READ_ROW_MERGE_H_
#define MI_ENGINE_GRAPH_READ_ROW_MERGE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mi::graph {

// Yields the rows of all streams in ascending order, each once. A Stream has
// done(), row() and Next(); its rows ascend. Thread-compatible.
//
// Cost: O(log s) a row and stream that has it.
template <typename Stream>
class RowMerge {
 public:
  void Add(Stream stream) {
    if (!stream.done()) streams_.push_back(std::move(stream));
  }
  // To be called once, between the last Add and the first row.
  void Start() { std::make_heap(streams_.begin(), streams_.end(), Later()); }

  bool done() const { return streams_.empty(); }
  uint32_t row() const { return streams_.front().row(); }

  void Next() {
    const uint32_t passed = row();
    while (!done() && row() == passed) Advance();
  }

 private:
  struct Later {
    bool operator()(const Stream& a, const Stream& b) const {
      return a.row() > b.row();
    }
  };

  void Advance() {
    if (streams_.size() == 1) {
      streams_.front().Next();
      if (streams_.front().done()) streams_.clear();
      return;
    }
    std::pop_heap(streams_.begin(), streams_.end(), Later());
    streams_.back().Next();
    if (streams_.back().done()) {
      streams_.pop_back();
    } else {
      std::push_heap(streams_.begin(), streams_.end(), Later());
    }
  }

  std::vector<Stream> streams_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_ROW_MERGE_H_
