#include "engine/workspace/snapshot.h"

#include <algorithm>
#include <string>

#include "engine/base/status_macros.h"
#include "engine/graph/view_codec.h"
#include "engine/vector/config_codec.h"
#include "engine/vector/segment.h"
#include "engine/vector/stats.h"
#include "engine/vector/view_codec.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

constexpr char kCatalogSection[] = "catalog";
constexpr char kKeysSection[] = "idempotency";
// Not in snapshots from before there were graphs.
constexpr char kGraphsSection[] = "graphs";
constexpr uint32_t kSchemaVersion = 1;

std::string SegmentSection(CollectionId id, size_t number) {
  return fmt::format("collection/{}/segment/{}", id, number);
}
std::string DeltaSection(CollectionId id) {
  return fmt::format("collection/{}/deltas", id);
}

std::string GraphSection(GraphId id) { return fmt::format("graph/{}", id); }

void WriteGraphs(const StateImage& image, Writer& out) {
  out.Fixed32(kSchemaVersion);
  out.Varint(image.graphs.size());
  for (const auto& [entry, view] : image.graphs) {
    out.Varint(entry->id);
    out.String(entry->name);
    out.SignedVarint(entry->create_time);
  }
}

// The names and contents of graphs.
absl::Status ReadGraphs(const storage::SnapshotReader& snapshot,
                        Catalog* catalog) {
  const auto sections = snapshot.section_names();
  if (std::find(sections.begin(), sections.end(), kGraphsSection) ==
      sections.end()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string_view bytes,
                   snapshot.Section(kGraphsSection));
  Reader in(bytes);
  if (in.Fixed32() != kSchemaVersion) in.Fail("another version of the graphs");
  std::vector<std::shared_ptr<GraphEntry>> entries(in.Count(/*min_bytes=*/3));
  for (auto& entry : entries) {
    entry = std::make_shared<GraphEntry>();
    entry->id = in.Varint();
    entry->name = in.String();
    entry->create_time = in.SignedVarint();
  }
  RETURN_IF_ERROR(in.Finish());
  for (auto& entry : entries) {
    ASSIGN_OR_RETURN(const std::string_view content,
                     snapshot.Section(GraphSection(entry->id)));
    ASSIGN_OR_RETURN(auto view, graph::ReadView(content));
    entry->graph = std::make_shared<graph::Graph>(std::move(view));
    catalog->graphs.emplace(entry->name, std::move(entry));
  }
  return absl::OkStatus();
}

void WriteCatalog(const StateImage& image, Writer& out) {
  out.Fixed32(kSchemaVersion);
  out.Varint(image.views.size());
  for (const auto& [entry, view] : image.views) {
    out.Varint(entry->id);
    out.String(entry->name);
    vector::WriteConfig(entry->config, out);
    out.SignedVarint(entry->create_time);
    out.SignedVarint(entry->update_time);
    out.Varint(entry->version);
    out.Varint(view->sequence);
    out.Varint(view->segments.size());
  }
  out.Varint(image.catalog->aliases.size());
  for (const auto& [alias, collection] : image.catalog->aliases) {
    out.String(alias);
    out.String(collection);
  }
}

void WriteKeys(const StateImage& image, Writer& out) {
  std::vector<const storage::IdempotencyRow*> rows;
  for (const auto& row : image.keys) {
    if (row->sequence <= image.sequence) rows.push_back(row.get());
  }
  out.Fixed32(kSchemaVersion);
  out.Varint(rows.size());
  for (const storage::IdempotencyRow* row : rows) {
    out.String(row->key);
    out.String(row->request_hash);
    out.Varint(row->sequence);
    out.SignedVarint(row->expires_at);
    out.String(row->answer);
  }
}

// A collection's line in the catalog.
struct CatalogLine {
  CollectionEntry entry;
  uint64_t sequence = 0;  // of its last change
  size_t segments = 0;
};

CatalogLine ReadLine(Reader& in) {
  CatalogLine line;
  line.entry.id = in.Varint();
  line.entry.name = in.String();
  line.entry.config = vector::ReadConfig(in);
  line.entry.create_time = in.SignedVarint();
  line.entry.update_time = in.SignedVarint();
  line.entry.version = in.Varint();
  line.sequence = in.Varint();
  line.segments = in.Varint();
  return line;
}

absl::StatusOr<std::shared_ptr<vector::Collection>> ReadPoints(
    const storage::SnapshotReader& snapshot, const CatalogLine& line,
    const vector::CollectionOptions& options,
    const vector::BackgroundLanes& lanes) {
  std::vector<std::shared_ptr<vector::Segment>> segments;
  for (size_t i = 0; i < line.segments; ++i) {
    ASSIGN_OR_RETURN(const std::string_view bytes,
                     snapshot.Section(SegmentSection(line.entry.id, i)));
    ASSIGN_OR_RETURN(auto segment, vector::Segment::Read(bytes, {}));
    segments.push_back(std::move(segment));
  }
  ASSIGN_OR_RETURN(const std::string_view bytes,
                   snapshot.Section(DeltaSection(line.entry.id)));
  const vector::CollectionConfig& config = line.entry.config;
  ASSIGN_OR_RETURN(
      auto deltas,
      vector::ReadDeltas(
          config, vector::Collection::DeltaCapacity(config.dimension, options),
          bytes));
  return vector::Collection::Restore(config, options, lanes, line.sequence,
                                     std::move(segments), std::move(deltas));
}

}  // namespace

void StateImage::Count(SnapshotInfo* info) const {
  info->collections = views.size();
  for (const auto& [entry, view] : views) info->points += view->CountLive();
  info->graphs = graphs.size();
  for (const auto& [entry, view] : graphs) {
    info->nodes += view->node_count();
    info->edges += view->edge_count();
    info->hyperedges += view->hyperedge_count();
  }
}

uint64_t StateImage::EstimateBytes() const {
  uint64_t bytes = 0;
  for (const auto& [entry, view] : views) {
    bytes += vector::ComputeStats(*entry->points).memory.total();
  }
  // About what an element without properties takes in a snapshot.
  constexpr uint64_t kBytesPerElement = 32;
  for (const auto& [entry, view] : graphs) {
    bytes += kBytesPerElement * (view->node_count() + view->edge_count() +
                                 view->hyperedge_count());
  }
  for (const auto& row : keys) {
    bytes += row->key.size() + row->request_hash.size() + row->answer.size();
  }
  return bytes;
}

absl::Status WriteImage(const StateImage& image,
                        storage::SnapshotWriter& snapshot) {
  RETURN_IF_ERROR(snapshot.AddSection(
      kCatalogSection, [&](Writer& out) { WriteCatalog(image, out); }));
  for (const auto& [entry, view] : image.views) {
    const vector::CollectionView& points = *view;
    for (size_t i = 0; i < points.segments.size(); ++i) {
      RETURN_IF_ERROR(snapshot.AddSection(
          SegmentSection(entry->id, i), [&, i](Writer& out) {
            points.segments[i]->Write(image.sequence, out);
          }));
    }
    RETURN_IF_ERROR(
        snapshot.AddSection(DeltaSection(entry->id), [&](Writer& out) {
          vector::WriteDeltas(points, image.sequence, out);
        }));
  }
  RETURN_IF_ERROR(snapshot.AddSection(
      kGraphsSection, [&](Writer& out) { WriteGraphs(image, out); }));
  for (const auto& [entry, view] : image.graphs) {
    RETURN_IF_ERROR(snapshot.AddSection(
        GraphSection(entry->id),
        [&](Writer& out) { graph::WriteView(*view, out); }));
  }
  return snapshot.AddSection(kKeysSection,
                             [&](Writer& out) { WriteKeys(image, out); });
}

absl::StatusOr<std::vector<storage::IdempotencyRow>> ReadKeys(
    const storage::SnapshotReader& snapshot) {
  ASSIGN_OR_RETURN(const std::string_view bytes,
                   snapshot.Section(kKeysSection));
  Reader in(bytes);
  if (in.Fixed32() != kSchemaVersion) in.Fail("another version of the keys");
  std::vector<storage::IdempotencyRow> rows(in.Count(/*min_bytes=*/5));
  for (storage::IdempotencyRow& row : rows) {
    row.key = in.String();
    row.request_hash = in.String();
    row.sequence = in.Varint();
    row.expires_at = in.SignedVarint();
    row.answer = in.String();
  }
  RETURN_IF_ERROR(in.Finish());
  return rows;
}

absl::StatusOr<std::shared_ptr<const Catalog>> ReadImage(
    const storage::SnapshotReader& snapshot,
    const vector::CollectionOptions& options,
    const vector::BackgroundLanes& lanes) {
  ASSIGN_OR_RETURN(const std::string_view bytes,
                   snapshot.Section(kCatalogSection));
  Reader in(bytes);
  if (in.Fixed32() != kSchemaVersion) in.Fail("another version of the catalog");
  std::vector<CatalogLine> lines(in.Count(/*min_bytes=*/8));
  for (CatalogLine& line : lines) line = ReadLine(in);
  auto catalog = std::make_shared<Catalog>();
  for (size_t aliases = in.Count(/*min_bytes=*/2); aliases > 0; --aliases) {
    std::string alias(in.String());
    catalog->aliases.emplace(std::move(alias), in.String());
  }
  RETURN_IF_ERROR(in.Finish());
  for (CatalogLine& line : lines) {
    ASSIGN_OR_RETURN(line.entry.points,
                     ReadPoints(snapshot, line, options, lanes));
    std::string name = line.entry.name;
    catalog->collections.emplace(
        std::move(name),
        std::make_shared<const CollectionEntry>(std::move(line.entry)));
  }
  RETURN_IF_ERROR(ReadGraphs(snapshot, catalog.get()));
  return catalog;
}

}  // namespace mi::workspace
