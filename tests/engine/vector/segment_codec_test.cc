// A segment that was written down and read answers as the one before.

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/codec.h"
#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "engine/vector/segment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAreArray;

constexpr size_t kDimension = 40;
constexpr uint64_t kSequence = 10'000;

// The texts that the views in SegmentRows point to.
struct Rows {
  explicit Rows(size_t count)
      : set(testing::ClusteredUnitVectors(
            {.rows = count, .queries = 20, .dimension = kDimension}, 7)) {
    for (size_t row = 0; row < count; ++row) {
      ids.push_back("campaign-" + std::to_string(row * 7919 % count));
      payloads.push_back(
          *payload::EncodePayload({{"group", static_cast<int64_t>(row % 10)}}));
    }
  }

  SegmentRows Views() const {
    SegmentRows rows;
    rows.vectors = set.base;
    rows.ids.assign(ids.begin(), ids.end());
    rows.payloads.assign(payloads.begin(), payloads.end());
    for (size_t row = 0; row < ids.size(); ++row) {
      rows.versions.push_back(row + 1);
    }
    return rows;
  }

  testing::VectorSet set;
  std::vector<std::string> ids;
  std::vector<std::string> payloads;
};

std::shared_ptr<Segment> BuildSegment(Metric metric, IndexKind kind,
                                      const Rows& rows) {
  CollectionConfig config;
  config.dimension = kDimension;
  config.metric = metric;
  config.index.kind = kind;
  config.payload_fields = {{"group", filter::FieldType::kInteger}};
  auto segment =
      Segment::Build(config, rows.Views(), {.min_graph_rows = 500}, {});
  EXPECT_OK(segment);
  return *std::move(segment);
}

std::string Written(const Segment& segment, uint64_t sequence = kSequence) {
  std::string bytes;
  Writer writer([&bytes](std::string_view piece) {
    bytes.append(piece);
    return absl::OkStatus();
  });
  segment.Write(sequence, writer);
  EXPECT_OK(writer.Finish());
  return bytes;
}

class SegmentCodecTest
    : public ::testing::TestWithParam<std::tuple<Metric, IndexKind>> {
 protected:
  std::shared_ptr<Segment> Build(const Rows& rows) const {
    return BuildSegment(std::get<0>(GetParam()), std::get<1>(GetParam()), rows);
  }
};
INSTANTIATE_TEST_SUITE_P(
    All, SegmentCodecTest,
    ::testing::Combine(::testing::Values(Metric::kCosine, Metric::kDot,
                                         Metric::kEuclidean,
                                         Metric::kManhattan),
                       ::testing::Values(IndexKind::kFlat, IndexKind::kHnsw,
                                         IndexKind::kIvf)));

TEST_P(SegmentCodecTest, HoldsTheSameRows) {
  const Rows rows(800);
  const auto before = Build(rows);
  for (uint32_t row = 0; row < 800; row += 9) before->MarkDeleted(row, row + 1);
  const auto read = Segment::Read(Written(*before), {});
  ASSERT_OK(read);
  const Segment& after = **read;
  ASSERT_EQ(after.size(), before->size());
  EXPECT_EQ(after.tombstones(), before->tombstones());
  EXPECT_EQ(after.index().has_graph(), before->index().has_graph());
  for (uint32_t row = 0; row < after.size(); ++row) {
    EXPECT_EQ(after.id(row), before->id(row));
    EXPECT_EQ(after.payload(row), before->payload(row));
    EXPECT_EQ(after.version(row), before->version(row));
    EXPECT_EQ(after.deleted_at(row), before->deleted_at(row));
    EXPECT_EQ(after.ids().Find(before->id(row)), row);
    EXPECT_THAT(std::span(after.vector(row), kDimension),
                ElementsAreArray(std::span(before->vector(row), kDimension)));
  }
  EXPECT_EQ(after.ids().in_order(), before->ids().in_order());
  EXPECT_EQ(after.payload_index().FieldStats().size(), 1);
  // To the last bit: what was read is written as it was.
  EXPECT_EQ(Written(after), Written(*before));
}

TEST_P(SegmentCodecTest, AnswersEverySearchTheSame) {
  const Rows rows(2'000);
  const auto before = Build(rows);
  const auto after = Segment::Read(Written(*before), {});
  ASSERT_OK(after);
  for (size_t q = 0; q < rows.set.query_count(); ++q) {
    const std::span<const float> query(rows.set.query(q), kDimension);
    for (const uint32_t ef : {16u, 96u}) {
      std::vector<Neighbor> expected, found;
      SearchStats stats_before, stats_after;
      ASSERT_OK(before->index().Search(query, {.ef_search = ef}, {}, &expected,
                                       &stats_before));
      ASSERT_OK((*after)->index().Search(query, {.ef_search = ef}, {}, &found,
                                         &stats_after));
      EXPECT_THAT(found, ElementsAreArray(expected));
      EXPECT_EQ(stats_after.distances_coded, stats_before.distances_coded);
    }
  }
}

TEST(SegmentCodecDamageTest, LaterDeletionsAreLeftOut) {
  const Rows rows(300);
  const auto before = BuildSegment(Metric::kCosine, IndexKind::kIvf, rows);
  before->MarkDeleted(3, 50);
  before->MarkDeleted(5, 51);
  const auto after = Segment::Read(Written(*before, /*sequence=*/50), {});
  ASSERT_OK(after);
  EXPECT_EQ((*after)->deleted_at(3), 50);
  EXPECT_EQ((*after)->deleted_at(5), 0);
  EXPECT_EQ((*after)->tombstones(), 1);
}

TEST(SegmentCodecDamageTest, EveryTruncationIsNoticed) {
  const Rows rows(60);
  const std::string bytes =
      Written(*BuildSegment(Metric::kCosine, IndexKind::kHnsw, rows));
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 200) {
    EXPECT_THAT(Segment::Read(std::string_view(bytes).substr(0, size), {}),
                testing::StatusIs(absl::StatusCode::kDataLoss, ::testing::_))
        << size;
  }
}

// Checksums find damage before this code sees it; this code must still not
// crash on bytes that somebody made.
TEST(SegmentCodecDamageTest, DamagedBytesAreRefusedOrReadSafely) {
  constexpr uint64_t kSeed = 11;
  const Rows rows(600);
  const auto segment = BuildSegment(Metric::kEuclidean, IndexKind::kHnsw, rows);
  const std::string bytes = Written(*segment);
  Random random(kSeed);
  const std::span<const float> query(rows.set.query(0), kDimension);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = bytes;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      damaged[random.Below(damaged.size())] =
          static_cast<char>(random.Below(256));
    }
    const auto read = Segment::Read(damaged, {});
    if (!read.ok()) continue;
    std::vector<Neighbor> found;
    SearchStats stats;
    EXPECT_OK((*read)->index().Search(query, {}, {}, &found, &stats))
        << "seed " << kSeed << ", round " << i;
  }
}

TEST(WriterTest, AFailingSinkEndsTheWriting) {
  int calls = 0;
  Writer writer([&calls](std::string_view) {
    ++calls;
    return absl::ResourceExhaustedError("full");
  });
  const std::vector<float> many(1 << 20);
  writer.Floats(many);
  writer.Floats(many);
  EXPECT_THAT(writer.Finish(),
              testing::StatusIs(absl::StatusCode::kResourceExhausted, "full"));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace mi::vector
