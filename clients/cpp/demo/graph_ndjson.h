// The campaigns of the demo data as a graph, in the form that `mi graph load`
// reads.
//
//   (Campaign)-[HAS_CREATIVE]->(Creative)-[SHOWN_TO {impressions}]->(Audience)
//   (Campaign)-[TARGETS]->(Audience)
//   (Campaign)-[RUNS_ON {spend}, valid while the campaign runs]->(Channel)
//   SHOWN: a hyperedge for each creative, with the audience and the channel,
//   its weight the clicks
//
// Campaigns are linked to the points of the collection "campaigns".

#ifndef MI_CLIENTS_CPP_DEMO_GRAPH_NDJSON_H_
#define MI_CLIENTS_CPP_DEMO_GRAPH_NDJSON_H_

#include <cstdint>
#include <string>
#include <unordered_set>

#include "clients/cpp/demo/campaign.h"

namespace mi::client::demo {

// Thread-compatible.
class GraphNdjson {
 public:
  // The lines of one campaign: its nodes, with the audience and the channel
  // when they are new, and then its edges and hyperedges. What a campaign
  // counts is shared among its creatives.
  std::string LinesOf(const Campaign& campaign);

 private:
  std::unordered_set<std::string> known_;  // ids of audiences and channels
};

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_GRAPH_NDJSON_H_
