#include "engine/workspace/change.h"

#include <string>

#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::workspace {
namespace {

using ::mi::testing::StatusIs;
using ::testing::HasSubstr;

std::string Payload() {
  return *payload::EncodePayload({{"platform", "meta"}, {"spend", 12.5}});
}

std::vector<Change> OneOfEach() {
  CreateCollection create;
  create.name = "campaigns";
  create.config.dimension = 3;
  create.config.metric = vector::Metric::kManhattan;
  create.config.index = {.kind = vector::IndexKind::kIvf, .n_lists = 7};
  create.config.payload_fields = {{"tags", filter::FieldType::kText}};
  create.time = 1'700'000'000'000'000;
  UpsertPoints upsert;
  upsert.collection = 1;
  upsert.points = {{"a", Payload()}, {"b", ""}};
  upsert.vectors = {1, 2, 3, -4, 5.5, 6};
  return {create,
          UpdateCollection{1, {.m = 32}, {{"x", filter::FieldType::kGeo}}, 5},
          DeleteCollection{9},
          SetAlias{"live", 1},
          DeleteAlias{"live"},
          upsert,
          DeletePoints{1, {"a", "b"}}};
}

// Encoding is injective, so equal bytes mean equal changes.
TEST(ChangeTest, EveryKindSurvivesTheJournal) {
  for (const Change& change : OneOfEach()) {
    const storage::Record record = EncodeChange(change);
    ASSERT_OK_AND_ASSIGN(const Change decoded, DecodeChange(record));
    EXPECT_EQ(decoded.index(), change.index());
    EXPECT_EQ(EncodeChange(decoded), record);
  }
}

TEST(ChangeTest, VectorsAndPayloadsComeBackBitForBit) {
  const Change change = OneOfEach()[5];
  ASSERT_OK_AND_ASSIGN(const Change decoded,
                       DecodeChange(EncodeChange(change)));
  const auto& before = std::get<UpsertPoints>(change);
  const auto& after = std::get<UpsertPoints>(decoded);
  EXPECT_EQ(after.vectors, before.vectors);
  ASSERT_EQ(after.points.size(), 2);
  EXPECT_EQ(after.points[0].id, "a");
  EXPECT_EQ(after.points[0].payload, before.points[0].payload);
}

TEST(ChangeTest, RefusesNewerSchemasAndUnknownKinds) {
  storage::Record record = EncodeChange(DeleteAlias{"x"});
  record.schema_version = 2;
  EXPECT_THAT(DecodeChange(record), StatusIs(absl::StatusCode::kDataLoss,
                                             HasSubstr("newer version")));
  record.schema_version = 1;
  record.kind = 999;
  EXPECT_THAT(DecodeChange(record), StatusIs(absl::StatusCode::kDataLoss,
                                             HasSubstr("unknown record kind")));
}

// Damaged bytes must give an error or a change, never a crash.
TEST(ChangeTest, DamagedRecordsNeverCrash) {
  Random random(11);
  for (const Change& change : OneOfEach()) {
    const storage::Record record = EncodeChange(change);
    for (size_t size = 0; size < record.body.size(); ++size) {
      storage::Record cut = record;
      cut.body.resize(size);
      EXPECT_THAT(DecodeChange(cut),
                  StatusIs(absl::StatusCode::kDataLoss, ::testing::_));
    }
    for (int i = 0; i < 2000; ++i) {
      storage::Record damaged = record;
      damaged.body[random.Below(damaged.body.size())] =
          static_cast<char>(random.Below(256));
      const auto decoded = DecodeChange(damaged);
      if (!decoded.ok()) {
        EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
      }
    }
  }
}

}  // namespace
}  // namespace mi::workspace
