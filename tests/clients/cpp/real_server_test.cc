// The command against the real server: real rows through CSV, demo data through
// NDJSON, and the way back.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "clients/cpp/input/csv_table.h"
#include "tests/clients/cpp/real_server_fixture.h"
#include "tests/support/source_dir.h"

namespace mi::client {
namespace {

using ::testing::HasSubstr;

// The folder of real rows, which is not part of the repository.
std::filesystem::path FacebookAds() {
  const char* shared = std::getenv("MI_SHARED_DATA");
  const std::filesystem::path data =
      shared != nullptr ? std::filesystem::path(shared)
                        : testing::SourceDir() / ".." / "shared" / "data";
  return data / "facebook-ads" / "ads.csv";
}

// What the table itself says, read without the mapping under test.
struct Totals {
  uint64_t rows = 0;
  uint64_t young = 0;  // of 30 to 34 years
  uint64_t august_31 = 0;
  double spent = 0;
};

Totals TotalsOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  Totals totals;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::istringstream columns(line);
    for (std::string cell; std::getline(columns, cell, ',');) {
      cells.push_back(cell);
    }
    if (cells.size() < 10) continue;
    ++totals.rows;
    totals.young += cells[4] == "30-34" ? 1 : 0;
    totals.august_31 += cells[0] == "31-08-2023" ? 1 : 0;
    totals.spent += std::stod(cells[9]);
  }
  return totals;
}

TEST_F(RealServerTest, LoadsRealAdvertisingRowsFromCsv) {
  const std::filesystem::path path = FacebookAds();
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no facebook-ads/ads.csv: MI_SHARED_DATA names its folder";
  }
  const Totals totals = TotalsOf(path);
  ASSERT_GT(totals.rows, 1'000);
  const Json loaded =
      Mi({"load",
          "ads",
          path.string(),
          "--create",
          "--metric",
          "euclidean",
          "--index",
          "flat",
          "--id-column",
          "ad_id",
          "--vector-columns",
          "Impressions,Clicks,Spent,Total_Conversion,Approved_Conversion",
          "--standardize",
          "--field",
          "date:datetime[%d-%m-%Y]=Date",
          "--field",
          "age:string",
          "--index-field",
          "age:keyword,date:datetime",
          "--state",
          (folder_.path() / "state").string()});
  EXPECT_EQ(loaded["loaded"], totals.rows);
  EXPECT_EQ(Mi({"count", "ads"})["count"], totals.rows);
  EXPECT_EQ(Count("ads", "age == \"30-34\""), totals.young);
  EXPECT_EQ(Count("ads", "date == datetime(\"2023-08-31\")"), totals.august_31);
  EXPECT_EQ(Count("ads", "Spent > 100 and gender == \"F\"") +
                Count("ads", "Spent > 100 and gender == \"M\""),
            Count("ads", "Spent > 100"));

  // The aggregate: what is stored adds up to what the file says.
  const auto [exit_code, out, err] =
      TryMi({"list", "ads", "--limit", "5000", "--fields", "Spent"});
  ASSERT_EQ(exit_code, kExitOk) << err;
  double spent = 0;
  uint64_t rows = 0;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line); ++rows) {
    spent += Json::parse(line)["payload"]["Spent"].get<double>();
  }
  EXPECT_EQ(rows, totals.rows);
  EXPECT_NEAR(spent, totals.spent, 1e-6 * totals.spent);

  // An ad is near to ads that cost and earned the same.
  const Json found =
      Mi({"search", "ads", "--id", "708746", "-k", "3", "--with-payload"});
  ASSERT_EQ(found["points"].size(), 3);
  for (const Json& ad : found["points"]) {
    EXPECT_LT(ad["score"].get<double>(), 0.5);
    EXPECT_NE(ad["id"], "708746");
  }
}

TEST_F(RealServerTest, LoadsDemoDataAndGivesItBack) {
  const std::string file = (folder_.path() / "demo.ndjson").string();
  Mi({"generate-demo", "--points", "600", "--seed", "7", "--output", file});
  const std::vector<std::string> types = {"--datetime", "start_date,end_date",
                                          "--geo", "location"};
  std::vector<std::string> load = {
      "load",
      "campaigns",
      file,
      "--create",
      "--stream",
      "--batch",
      "50",
      "--index-field",
      "platform:keyword,budget.daily:float,location:geo,name:text"};
  load.insert(load.end(), types.begin(), types.end());
  EXPECT_EQ(Mi(load)["loaded"], 600);
  EXPECT_EQ(Mi({"stats", "campaigns"})["live_points"], 600);

  const Json found =
      Mi({"search", "campaigns", "--id", "cmp-000042", "-k", "5", "--filter",
          "platform == \"meta\" and budget.daily > 100", "--fields",
          "platform,budget"});
  ASSERT_EQ(found["points"].size(), 5);
  for (const Json& campaign : found["points"]) {
    EXPECT_EQ(campaign["payload"]["platform"], "meta");
    EXPECT_GT(campaign["payload"]["budget"]["daily"].get<double>(), 100);
  }
  EXPECT_GT(Count("campaigns", "near(location, 52.52, 13.405, 200000)"), 10);
  EXPECT_EQ(
      Count("campaigns", "is_null(roas)") + Count("campaigns", "roas >= 0"),
      600);

  // What `list` prints loads again, into the same answers.
  const auto [exit_code, points, err] =
      TryMi({"list", "campaigns", "--limit", "1000", "--with-payload",
             "--with-vector"});
  ASSERT_EQ(exit_code, kExitOk) << err;
  const std::string copy = (folder_.path() / "copy.ndjson").string();
  std::ofstream(copy) << points;
  load[1] = "copy";
  load[2] = copy;
  EXPECT_EQ(Mi(load)["loaded"], 600);
  for (const char* filter :
       {"platform == \"meta\"", "near(location, 52.52, 13.405, 200000)",
        "start_date > datetime(\"2026-01-01\")", "match(name, \"running\")",
        "any(creatives.format == \"video\")"}) {
    EXPECT_EQ(Count("copy", filter), Count("campaigns", filter)) << filter;
  }
}

// Demo data has every type but lists of datetimes; the second export shows that
// nothing got lost on the way.
TEST_F(RealServerTest, ExportsLoadAgainIntoTheSameBytes) {
  const std::string demo = PathOf("demo.ndjson");
  Mi({"generate-demo", "--points", "300", "--seed", "7", "--output", demo});
  Mi({"load", "campaigns", demo, "--create", "--m", "8", "--datetime",
      "start_date,end_date", "--geo", "location", "--index-field",
      "platform:keyword,start_date:datetime,location:geo"});
  const std::string first = PathOf("first.ndjson");
  EXPECT_EQ(Mi({"export", "campaigns", first, "--config",
                PathOf("config.json")})["points"],
            300);

  EXPECT_EQ(Mi({"load", "copy", first, "--create", "--config",
                PathOf("config.json")})["loaded"],
            300);
  const std::string second = PathOf("second.ndjson");
  Mi({"export", "copy", second, "--config", PathOf("config2.json")});
  EXPECT_EQ(ContentOf(first), ContentOf(second));
  EXPECT_EQ(ContentOf(PathOf("config.json")),
            ContentOf(PathOf("config2.json")));
  for (const char* filter :
       {"near(location, 52.52, 13.405, 200000)",
        "start_date > datetime(\"2026-01-01\")", "is_null(roas)"}) {
    EXPECT_GT(Count("copy", filter), 0) << filter;
    EXPECT_EQ(Count("copy", filter), Count("campaigns", filter)) << filter;
  }

  const char* filter = "platform == \"meta\"";
  EXPECT_EQ(Mi({"export", "copy", PathOf("meta.ndjson"), "--filter",
                filter})["points"],
            Count("copy", filter));

  const std::string vectors = PathOf("p.fvecs");
  Mi({"export", "copy", vectors, "--ids", PathOf("ids")});
  Mi({"load", "rows", vectors, "--create", "--id-prefix", "cmp-000", "--config",
      PathOf("config.json")});
  Mi({"export", "rows", PathOf("again.fvecs"), "--ids", PathOf("row-ids")});
  EXPECT_EQ(std::filesystem::file_size(vectors), 300 * (4 + 4 * 384));
  EXPECT_EQ(std::filesystem::file_size(PathOf("again.fvecs")),
            std::filesystem::file_size(vectors));
  EXPECT_TRUE(ContentOf(PathOf("ids")).starts_with("cmp-0000"));
}

TEST_F(RealServerTest, ManagesCollectionsAndAliases) {
  Mi({"collections", "create", "one", "--dimension", "2"});
  Mi({"collections", "create", "two", "--dimension", "2", "--index", "ivf"});
  Mi({"alias", "create", "live", "one"});
  EXPECT_EQ(Mi({"alias", "switch", "live", "two"})["previous_collection"],
            "one");
  EXPECT_EQ(Mi({"collections", "get", "live"})["collection"]["name"], "two");
  EXPECT_EQ(Mi({"alias", "list"})["aliases"][0]["collection"], "two");
  EXPECT_EQ(Mi({"collections", "list"})["collections"].size(), 2);
  const auto [exit_code, out, err] = TryMi({"collections", "delete", "two"});
  EXPECT_EQ(exit_code, kExitRefused);
  EXPECT_EQ(Json::parse(out)["error"]["code"], "FAILED_PRECONDITION");
  Mi({"alias", "delete", "live"});
  Mi({"collections", "delete", "two"});
  EXPECT_EQ(Mi({"collections", "list"})["collections"].size(), 1);
  EXPECT_EQ(Mi({"info"})["tenant"], "default");
}

TEST_F(RealServerTest, ReadsAndDeletesPoints) {
  const std::string file = (folder_.path() / "p.ndjson").string();
  std::ofstream(file) << R"({"id": "a", "vector": [1, 0], "payload": {"n": 1}})"
                      << "\n"
                      << R"({"id": "b", "vector": [0, 1], "payload": {"n": 2}})"
                      << "\n";
  Mi({"load", "points", file, "--create"});
  const Json got = Mi({"get", "points", "b", "x", "a", "--with-payload"});
  ASSERT_EQ(got["points"].size(), 2);
  EXPECT_EQ(got["points"][0]["id"], "b");
  EXPECT_EQ(got["points"][0]["payload"]["n"], 2);
  EXPECT_EQ(Mi({"delete", "points", "--id", "a", "x"})["missing_count"], 1);
  EXPECT_EQ(Mi({"delete", "points", "--filter", "n == 2"})["deleted_count"], 1);
  EXPECT_EQ(Mi({"count", "points"})["count"], 0);
}

// The server names the field, the command the line.
TEST_F(RealServerTest, RefusedRowsAreNamedByTheirLine) {
  const std::string file = (folder_.path() / "p.ndjson").string();
  std::ofstream(file) << "{\"id\": \"a\", \"vector\": [1, 0]}\n"
                      << "{\"id\": \"b\", \"vector\": [0, 0]}\n";
  const auto [exit_code, out, err] =
      TryMi({"load", "points", file, "--create"});
  EXPECT_EQ(exit_code, kExitRefused);
  EXPECT_THAT(err, HasSubstr("p.ndjson:2: "));
  EXPECT_THAT(err, HasSubstr("points[1].point.vector: is all zero"));
  EXPECT_EQ(Mi({"load", "points", file, "--on-error", "skip"})["loaded"], 1);
}

}  // namespace
}  // namespace mi::client
