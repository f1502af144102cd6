// What a read of a graph works on.

#ifndef MI_SERVER_GRAPH_GRAPH_READ_H_
#define MI_SERVER_GRAPH_GRAPH_READ_H_

#include <stop_token>

#include "engine/base/clock.h"
#include "engine/graph/graph_view.h"
#include "engine/workspace/catalog.h"

namespace mi::server {

// One state of a graph and of the names around it, for as long as a call.
struct GraphRead {
  const workspace::Catalog& catalog;
  const graph::GraphView& view;
  const Clock& clock;
  std::stop_token stop;
};

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_GRAPH_READ_H_
