// The demo data: the same bytes for the same seed, and the relations that make
// it worth searching.

#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/demo/campaign.h"
#include "clients/cpp/demo/ndjson.h"
#include "clients/cpp/demo/random.h"
#include "clients/cpp/input/ndjson_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/input_testing.h"

namespace mi::client::demo {
namespace {

constexpr uint64_t kSeed = 7;
constexpr size_t kCount = 6'000;

const std::vector<Campaign>& Campaigns() {
  static const std::vector<Campaign>* const campaigns = [] {
    auto* made = new std::vector<Campaign>;
    const CampaignGenerator generator(kSeed);
    for (size_t i = 0; i < kCount; ++i) made->push_back(generator.Make(i));
    return made;
  }();
  return *campaigns;
}

uint64_t Fnv1a(const std::string& bytes, uint64_t hash) {
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

double Cosine(const Campaign& a, const Campaign& b) {
  double sum = 0;
  for (size_t i = 0; i < kDimension; ++i) {
    sum += static_cast<double>(a.embedding[i]) * b.embedding[i];
  }
  return sum;
}

// From the first run of this program, on x86-64: another machine, compiler or
// library that gives other bytes shows here.
TEST(DemoDataTest, GivesTheSameBytesEverywhere) {
  const CampaignGenerator generator(kSeed);
  uint64_t hash = 0xcbf29ce484222325;
  for (uint64_t i = 0; i < 200; ++i) {
    hash = Fnv1a(ToNdjson(generator.Make(i)), hash);
  }
  EXPECT_EQ(hash, 0xa421b36086da150c) << std::hex << hash;
}

TEST(DemoDataTest, ACampaignDependsOnSeedAndNumberOnly) {
  const CampaignGenerator again(kSeed);
  EXPECT_EQ(ToNdjson(again.Make(1'234)), ToNdjson(Campaigns()[1'234]));
  EXPECT_NE(ToNdjson(CampaignGenerator(kSeed + 1).Make(1'234)),
            ToNdjson(Campaigns()[1'234]));
}

// The oracle is the exp of the C++ library.
TEST(DemoRandomTest, ExpIsExp) {
  for (double x = -20; x <= 20; x += 0.37) {
    EXPECT_NEAR(Exp(x) / std::exp(x), 1, 1e-11) << x;
  }
  EXPECT_EQ(Exp(0), 1);
}

// The bounds are five standard errors.
TEST(DemoRandomTest, NormalHasItsMoments) {
  constexpr int kDraws = 200'000;
  Random random(3);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Normal();
    ASSERT_LT(std::abs(x), 3.5);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
}

TEST(DemoRandomTest, StreamsDiffer) {
  std::set<uint64_t> first;
  for (uint64_t stream = 0; stream < 1'000; ++stream) {
    first.insert(Random(kSeed, stream).Bits());
  }
  EXPECT_EQ(first.size(), 1'000);
}

TEST(DemoDataTest, EmbeddingsHaveUnitLength) {
  for (const Campaign& campaign : Campaigns()) {
    ASSERT_NEAR(Cosine(campaign, campaign), 1, 1e-5) << campaign.id;
  }
}

TEST(DemoDataTest, ClustersAreManyAndOfUnequalSize) {
  std::map<size_t, size_t> sizes;
  for (const Campaign& campaign : Campaigns()) ++sizes[campaign.cluster];
  EXPECT_GT(sizes.size(), 400);
  size_t largest = 0;
  for (const auto& [cluster, size] : sizes) largest = std::max(largest, size);
  // Zipf: some 5 times the mean, and no more than a few per cent.
  EXPECT_GT(largest, 4 * kCount / kClusters);
  EXPECT_LT(largest, kCount / 20);
}

TEST(DemoDataTest, WhatIsAlikeIsNear) {
  // Mean cosine of pairs that share cluster; line; nothing.
  std::pair<double, int> same_cluster;
  std::pair<double, int> same_line;
  std::pair<double, int> different;
  constexpr size_t kPairsFrom = 1'200;
  for (size_t i = 0; i < kPairsFrom; ++i) {
    for (size_t j = i + 1; j < kPairsFrom; ++j) {
      const Campaign& a = Campaigns()[i];
      const Campaign& b = Campaigns()[j];
      auto* kind = &different;
      if (a.cluster == b.cluster) {
        kind = &same_cluster;
      } else if (a.product_line == b.product_line) {
        kind = &same_line;
      } else if (a.audience == b.audience || a.theme == b.theme) {
        continue;
      }
      kind->first += Cosine(a, b);
      ++kind->second;
    }
  }
  const auto mean = [](const std::pair<double, int>& sum) {
    return sum.first / sum.second;
  };
  EXPECT_GT(mean(same_cluster), 0.6);
  EXPECT_LT(mean(same_cluster), 0.9);
  EXPECT_GT(mean(same_line), 0.25);
  EXPECT_LT(mean(same_line), mean(same_cluster) - 0.15);
  EXPECT_LT(std::abs(mean(different)), 0.1);
}

TEST(DemoDataTest, FieldsHangTogether) {
  size_t active = 0;
  size_t without_roas = 0;
  size_t planned = 0;
  for (const Campaign& campaign : Campaigns()) {
    ASSERT_LT(campaign.start, campaign.end) << campaign.id;
    ASSERT_GT(campaign.daily_budget_cents, 0);
    ASSERT_GE(campaign.impressions, campaign.clicks);
    ASSERT_GE(campaign.clicks, campaign.conversions);
    ASSERT_FALSE(campaign.creatives.empty());
    ASSERT_GE(campaign.tags.size(), 4);
    ASSERT_LE(std::abs(campaign.latitude), 90);
    ASSERT_LE(std::abs(campaign.longitude), 180);
    if (campaign.active) {
      ++active;
      ASSERT_LE(campaign.start, kToday);
      ASSERT_LT(kToday, campaign.end);
    }
    if (campaign.start > kToday) {
      ++planned;
      ASSERT_EQ(campaign.spend_cents, 0);
      ASSERT_EQ(campaign.impressions, 0);
    }
    const bool measured = campaign.objective == "sales" ||
                          campaign.objective == "leads" ||
                          campaign.objective == "app_installs";
    ASSERT_EQ(campaign.roas_thousandths.has_value(),
              measured && campaign.spend_cents > 0);
    without_roas += campaign.roas_thousandths ? 0 : 1;
  }
  EXPECT_GT(active, kCount / 100);
  EXPECT_LT(active, kCount / 4);
  EXPECT_GT(planned, kCount / 50);
  EXPECT_GT(without_roas, kCount / 4);
  EXPECT_LT(without_roas, kCount * 3 / 4);
}

TEST(DemoDataTest, AudiencesDecideThePlatform) {
  size_t it = 0;
  size_t it_on_linkedin = 0;
  for (const Campaign& campaign : Campaigns()) {
    if (campaign.audience != "IT decision makers") continue;
    ++it;
    if (campaign.platform == "linkedin") ++it_on_linkedin;
  }
  ASSERT_GT(it, 300);
  // 50 of 100 by the table; five standard errors.
  const double share =
      static_cast<double>(it_on_linkedin) / static_cast<double>(it);
  EXPECT_NEAR(share, 0.5, 5 * std::sqrt(0.25 / static_cast<double>(it)));
}

TEST(DemoDataTest, LinesAreWhatLoadReads) {
  const InputFiles files;
  std::string text;
  for (size_t i = 0; i < 50; ++i) text += ToNdjson(Campaigns()[i]);
  const std::string path = files.Write("demo.ndjson", text);
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      OpenNdjson(path, {.hints = {.datetimes = {"start_date", "end_date"},
                                  .places = {"location"}}}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 50);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].problem, "");
    EXPECT_EQ(rows[i].point.id(), Campaigns()[i].id);
    EXPECT_EQ(rows[i].point.vector_size(), static_cast<int>(kDimension));
    const auto& payload = rows[i].point.payload();
    EXPECT_EQ(payload.size(), 20);
    EXPECT_TRUE(payload.at("start_date").has_datetime_value());
    EXPECT_TRUE(payload.at("location").has_geo_value());
    EXPECT_NEAR(
        payload.at("budget").object_value().fields().at("daily").float_value() *
            100,
        static_cast<double>(Campaigns()[i].daily_budget_cents), 1e-6);
  }
}

}  // namespace
}  // namespace mi::client::demo
