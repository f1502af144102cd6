// Random graphs for round trips: every type of value, the corners more often
// than in life.

#ifndef MI_TESTS_CLIENTS_CPP_RANDOM_GRAPH_H_
#define MI_TESTS_CLIENTS_CPP_RANDOM_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "marketing/intelligence/v1/graph.pb.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

struct RandomGraph {
  std::vector<v1::Node> nodes;
  std::vector<v1::Edge> edges;
  std::vector<v1::Hyperedge> hyperedges;
};

// As a server stores it: ids everywhere, weights and confidences set, labels
// sorted, no two ids of one kind alike, ends that exist. Each kind of element
// has up to `max_elements`.
RandomGraph MakeRandomGraph(uint64_t seed, size_t max_elements);

// The graph that mutations of a file put, with weights and confidences set and
// labels sorted, as MakeRandomGraph has them.
RandomGraph GraphOf(const std::vector<v1::GraphMutation>& mutations);

// Where two graphs differ, up to the order of elements and members; empty if
// they do not. NaN equals itself.
std::string Difference(const RandomGraph& a, const RandomGraph& b);

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_RANDOM_GRAPH_H_
