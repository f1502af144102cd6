#include "engine/workspace/snapshot.h"

#include <string>

#include "engine/base/status_macros.h"
#include "engine/vector/config_codec.h"
#include "engine/vector/segment.h"
#include "engine/vector/stats.h"
#include "engine/vector/view_codec.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

constexpr char kCatalogSection[] = "catalog";
constexpr char kKeysSection[] = "idempotency";
constexpr uint32_t kSchemaVersion = 1;

std::string SegmentSection(CollectionId id, size_t number) {
  return fmt::format("collection/{}/segment/{}", id, number);
}
std::string DeltaSection(CollectionId id) {
  return fmt::format("collection/{}/deltas", id);
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

uint64_t StateImage::CountPoints() const {
  uint64_t points = 0;
  for (const auto& [entry, view] : views) points += view->CountLive();
  return points;
}

uint64_t StateImage::EstimateBytes() const {
  uint64_t bytes = 0;
  for (const auto& [entry, view] : views) {
    bytes += vector::ComputeStats(*entry->points).memory.total();
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
  return catalog;
}

}  // namespace mi::workspace
