#include "engine/vector/stats.h"

namespace mi::vector {
namespace {

void Add(const SegmentStats& segment, CollectionStats* stats) {
  stats->tombstones += segment.tombstones;
  stats->segments.push_back(segment);
}

void AddSegment(const Segment& segment, CollectionStats* stats) {
  const IndexMemory index = segment.index().memory();
  MemoryStats memory;
  memory.vectors = index.vectors;
  memory.codes = index.codes + index.lists;
  memory.links = index.graph;
  memory.ids = segment.id_bytes();
  memory.payloads = segment.payloads().memory_bytes();
  memory.payload_indexes = segment.payload_index().MemoryBytes();
  Add({.state = SegmentState::kSealed,
       .points = segment.size(),
       .tombstones = segment.tombstones(),
       .has_graph = segment.index().has_graph(),
       .n_lists = static_cast<uint32_t>(segment.index().n_lists()),
       .bytes = memory.total()},
      stats);
  stats->memory.vectors += memory.vectors;
  stats->memory.codes += memory.codes;
  stats->memory.links += memory.links;
  stats->memory.ids += memory.ids;
  stats->memory.payloads += memory.payloads;
  stats->memory.payload_indexes += memory.payload_indexes;
  for (const auto& indexed : segment.payload_index().FieldStats()) {
    for (FieldStats& field : stats->fields) {
      if (field.field != indexed.field) continue;
      field.bytes += indexed.bytes;
      field.indexed_points += indexed.indexed_rows;
    }
  }
}

void AddDelta(const DeltaView& part, SegmentState state,
              CollectionStats* stats) {
  const uint64_t vectors = part.delta->vector_bytes(part.rows);
  const uint64_t codes = part.delta->code_bytes(part.rows);
  const uint64_t ids = part.delta->id_bytes();
  const uint64_t payloads = part.delta->payload_bytes();
  Add({.state = state,
       .points = part.rows,
       .tombstones = part.delta->tombstones(),
       .bytes = vectors + codes + ids + payloads},
      stats);
  stats->memory.vectors += vectors;
  stats->memory.codes += codes;
  stats->memory.ids += ids;
  stats->memory.payloads += payloads;
}

}  // namespace

CollectionStats ComputeStats(const Collection& collection) {
  const auto view = collection.View();
  CollectionStats stats;
  stats.sequence = view->sequence;
  stats.live_points = view->CountLive();
  for (const auto& field : view->config->payload_fields) {
    stats.fields.push_back({.field = field});
  }
  for (const auto& segment : view->segments) AddSegment(*segment, &stats);
  for (const DeltaView& part : view->deltas) {
    AddDelta(part,
             &part == &view->deltas.back() ? SegmentState::kDelta
                                           : SegmentState::kFrozen,
             &stats);
  }
  stats.pending_builds = static_cast<uint32_t>(collection.pending_builds());
  return stats;
}

}  // namespace mi::vector
