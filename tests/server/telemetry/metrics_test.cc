#include "server/telemetry/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/telemetry/process_metrics.h"
#include "tests/support/temporary_folder.h"

namespace mi::telemetry {
namespace {

using ::testing::HasSubstr;

// Every metric that a server shows, each with at least one series.
void FillEverything(Metrics* metrics) {
  metrics->AddMethod("unary", "s.S", "Get").handled[0]->Increment();
  metrics->AddClass("read").inflight->Set(1);
  metrics->SetBuildInfo({{"version", "0.1.0"}, {"compiler", "g++ \"12\""}});
  metrics->SetMemoryLimit(1e9);
  const prometheus::Labels shard = {{"shard", "0"}};
  for (const MetricDefinition& definition :
       {metric::kJournalAppendSeconds, metric::kJournalBatchRecords,
        metric::kSearchVisitedNodes}) {
    metrics->AddHistogram(definition, shard, LatencyBuckets()).Observe(0.5);
  }
  for (const MetricDefinition& definition :
       {metric::kJournalBytes, metric::kJournalErrors}) {
    metrics->AddCounter(definition, shard).Increment();
  }
  for (const MetricDefinition& definition :
       {metric::kQueueDepth, metric::kJournalHeadSequence,
        metric::kJournalAppliedSequence, metric::kIndexVectors,
        metric::kIndexBytes, metric::kIndexDeletedRatio, metric::kLogDropped}) {
    metrics->Observe(definition, [shard] {
      return std::vector<Sample>{{shard, 12}};
    });
  }
  metrics->Observe(std::make_unique<ProcessMetrics>());
}

TEST(MetricsTest, SeriesOfAMethodExistBeforeTheFirstCall) {
  Metrics metrics;
  metrics.AddMethod("unary", "s.S", "Get");
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\","
                              "grpc_method=\"Get\",grpc_service=\"s.S\","
                              "grpc_type=\"unary\"} 0"));
  EXPECT_THAT(text, HasSubstr("grpc_code=\"DataLoss\""));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_bucket{"));
}

TEST(MetricsTest, CodesHaveTheNamesOfTheGrpcMetrics) {
  EXPECT_EQ(StatusCodeLabel(absl::StatusCode::kOk), "OK");
  EXPECT_EQ(StatusCodeLabel(absl::StatusCode::kCancelled), "Canceled");
  EXPECT_EQ(StatusCodeLabel(absl::StatusCode::kUnauthenticated),
            "Unauthenticated");
  EXPECT_EQ(StatusCodeLabel(static_cast<absl::StatusCode>(99)), "Unknown");
  std::set<std::string_view> names;
  for (size_t code = 0; code < kStatusCodes; ++code) {
    names.insert(StatusCodeLabel(static_cast<absl::StatusCode>(code)));
  }
  EXPECT_EQ(names.size(), kStatusCodes);
}

TEST(MetricsTest, TheSameLabelsGiveTheSameSeries) {
  Metrics metrics;
  auto& a = metrics.AddCounter(metric::kJournalBytes, {{"shard", "0"}});
  auto& b = metrics.AddCounter(metric::kJournalBytes, {{"shard", "0"}});
  auto& other = metrics.AddCounter(metric::kJournalBytes, {{"shard", "1"}});
  EXPECT_EQ(&a, &b);
  EXPECT_NE(&a, &other);
}

TEST(MetricsTest, ObservedValuesAreReadAtEveryScrape) {
  Metrics metrics;
  double value = 1;
  metrics.Observe(metric::kIndexVectors, [&value] {
    return std::vector<Sample>{{{{"collection", "ads"}}, value}};
  });
  EXPECT_THAT(metrics.Scrape(),
              HasSubstr("mi_index_vectors{collection=\"ads\"} 1"));
  value = 2;
  EXPECT_THAT(metrics.Scrape(),
              HasSubstr("mi_index_vectors{collection=\"ads\"} 2"));
}

TEST(MetricsTest, BucketsRise) {
  for (const auto* buckets : {&LatencyBuckets(), &CountBuckets()}) {
    for (size_t i = 1; i < buckets->size(); ++i) {
      EXPECT_LT((*buckets)[i - 1], (*buckets)[i]);
    }
  }
  EXPECT_EQ(LatencyBuckets().size(), 20u);
}

TEST(MetricsTest, NoFamilyIsListedTwice) {
  Metrics metrics;
  FillEverything(&metrics);
  std::set<std::string> names;
  std::istringstream lines(metrics.Scrape());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    EXPECT_TRUE(names.insert(line).second) << line;
  }
  EXPECT_GT(names.size(), 25u);
}

TEST(MetricsTest, PromtoolFindsNothingToComplainAbout) {
  if (system("command -v promtool > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  Metrics metrics;
  FillEverything(&metrics);
  mi::testing::TemporaryFolder folder;
  const std::string path = (folder.path() / "scrape").string();
  std::ofstream(path) << metrics.Scrape();
  const std::string report = path + ".report";
  const std::string command =
      "promtool check metrics < " + path + " > " + report + " 2>&1";
  const int result = system(command.c_str());
  std::ifstream in(report);
  EXPECT_EQ(result, 0) << std::string((std::istreambuf_iterator<char>(in)), {});
}

}  // namespace
}  // namespace mi::telemetry
