// How HIF, the Hypergraph Interchange Format, and a graph of ours say the same.
//
//   HIF                           here
//   nodes: {node, weight, attrs}  a node; its weight is the property "weight",
//                                 attrs are the other properties
//   edges: {edge, weight, attrs}  a hyperedge with that weight; attrs are its
//                                 properties
//   incidences: {edge, node}      a member of the hyperedge
//     direction: head | tail      its role
//     weight, attrs               an entry {node, role, weight, attrs} of the
//                                 hyperedge's property "hif_incidences"
//   metadata, network-type        the properties "metadata" and "network_type"
//                                 of the node "hif:metadata", labelled
//                                 HifMetadata. There is none when metadata are
//                                 empty and the type follows from the
//                                 incidences: directed when all have a
//                                 direction, undirected otherwise
//
// What HIF has no word for stands in attrs, under names that begin with "$": of
// nodes $labels and $link, of edges $type, $confidence and $valid_time, of
// incidences $role. A property whose name begins with "$" has another one in
// front there. Values of attrs are in the form of property_json.h.
//
// Edges between two nodes have no place in HIF, and edges of HIF without an
// incidence none in a graph. An attribute that is null is, as everywhere in a
// graph, as if it were not there.
//
// Source: M. Coll et al., "HIF: The hypergraph interchange format for
// higher-order networks", Network Science 13, 2025; schema 0.1.0.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_HIF_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_HIF_H_

#include <string_view>

namespace mi::client {

inline constexpr std::string_view kHifDirected = "directed";
inline constexpr std::string_view kHifUndirected = "undirected";
inline constexpr std::string_view kHifAsc = "asc";
inline constexpr std::string_view kHifHead = "head";
inline constexpr std::string_view kHifTail = "tail";

inline constexpr std::string_view kHifWeight = "weight";
inline constexpr std::string_view kHifIncidences = "hif_incidences";
inline constexpr std::string_view kHifMetadataId = "hif:metadata";
inline constexpr std::string_view kHifMetadataLabel = "HifMetadata";
inline constexpr std::string_view kHifMetadata = "metadata";
inline constexpr std::string_view kHifNetworkType = "network_type";

// Of edges that say nothing of a type. It is not written either.
inline constexpr std::string_view kHifDefaultType = "HYPEREDGE";

inline constexpr std::string_view kHifLabels = "$labels";
inline constexpr std::string_view kHifLink = "$link";
inline constexpr std::string_view kHifType = "$type";
inline constexpr std::string_view kHifConfidence = "$confidence";
inline constexpr std::string_view kHifValidTime = "$valid_time";
inline constexpr std::string_view kHifRole = "$role";

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_HIF_H_
