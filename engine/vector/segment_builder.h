// Gathers the live rows of deltas and segments and builds a segment of them,
// while writers go on deleting rows of the sources.

#ifndef MI_ENGINE_VECTOR_SEGMENT_BUILDER_H_
#define MI_ENGINE_VECTOR_SEGMENT_BUILDER_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/vector/collection_config.h"
#include "engine/vector/delta.h"
#include "engine/vector/segment.h"

namespace mi::vector {

// Use: Add each source; Build, which takes long and needs no lock; then, with
// writers held off, TransferDeletions and publish. Thread-compatible.
class SegmentBuilder {
 public:
  SegmentBuilder(const CollectionConfig& config,
                 const SegmentBuildOptions& options);

  // A source whose rows are no longer appended to. It is kept alive until the
  // builder goes.
  void Add(std::shared_ptr<const Delta> delta);
  void Add(std::shared_ptr<const Segment> segment);

  // Builds from the rows that are live now. Errors as Segment::Build.
  absl::StatusOr<std::shared_ptr<Segment>> Build(std::stop_token stop);

  // Stamps in `built` what was deleted in the sources since Build began.
  void TransferDeletions(Segment& built) const;

 private:
  using Source = std::variant<std::shared_ptr<const Delta>,
                              std::shared_ptr<const Segment>>;

  const CollectionConfig& config_;
  const SegmentBuildOptions options_;
  std::vector<Source> sources_;
  // Of each gathered row: its source and its row there.
  struct Origin {
    uint32_t source;
    uint32_t row;
  };
  std::vector<Origin> origins_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_SEGMENT_BUILDER_H_
