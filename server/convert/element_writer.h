// Nodes, edges and hyperedges as answers carry them.

#ifndef MI_SERVER_CONVERT_ELEMENT_WRITER_H_
#define MI_SERVER_CONVERT_ELEMENT_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/error.h"
#include "engine/graph/graph_view.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// What of an element an answer has.
enum class ElementParts {
  kIds,        // the id
  kStructure,  // all but properties
  kAll,
};

// Errors as all conversions: reported under "return_elements".
ElementParts PartsFromProto(const v1::ReturnElements& asked,
                            Violations* violations);

// Fills the elements of one answer. Refers to the view, which must outlive it.
// Thread-compatible: it remembers the labels that it has met.
class ElementWriter {
 public:
  ElementWriter(const graph::GraphView& view, ElementParts parts)
      : view_(view), parts_(parts) {}

  void Write(graph::NodeRow row, v1::StoredNode* out);
  void Write(graph::EdgeRow row, v1::StoredEdge* out) const;
  void Write(graph::HyperedgeRow row, v1::StoredHyperedge* out) const;

  // Asks for the memory of rows that are written a few elements later; large
  // graphs are not in the processor's caches.
  void PrefetchNode(graph::NodeRow row) const { view_.nodes.Prefetch(row); }
  void PrefetchEdge(graph::EdgeRow row) const { view_.edges.Prefetch(row); }
  static constexpr size_t kPrefetchAhead = 8;

 private:
  using Names = std::vector<std::string>;

  // Of a set of labels, sorted.
  const Names& LabelsOf(uint32_t label_set);

  const graph::GraphView& view_;
  const ElementParts parts_;
  absl::flat_hash_map<uint32_t, Names> labels_;
};

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_ELEMENT_WRITER_H_
