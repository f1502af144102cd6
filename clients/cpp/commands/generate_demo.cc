// mi generate-demo

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/demo/campaign.h"
#include "clients/cpp/demo/graph_ndjson.h"
#include "clients/cpp/demo/ndjson.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

struct Options {
  uint64_t points = 20'000;
  uint64_t seed = 7;
  std::string output;
  bool graph = false;
};

// Returns the bytes written.
uint64_t WriteCampaigns(const Options& options, std::ostream& out) {
  const demo::CampaignGenerator generator(options.seed);
  demo::GraphNdjson graph;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < options.points && out; ++i) {
    const demo::Campaign campaign = generator.Make(i);
    const std::string lines =
        options.graph ? graph.LinesOf(campaign) : demo::ToNdjson(campaign);
    out << lines;
    bytes += lines.size();
  }
  return bytes;
}

// Under its final name the file is complete.
absl::StatusOr<uint64_t> WriteFile(const Options& options) {
  const std::string partial = options.output + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  const uint64_t bytes = WriteCampaigns(options, file);
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(partial, options.output, error);
  if (!file || error) {
    return InputError(fmt::format("{}: cannot be written", options.output));
  }
  return bytes;
}

absl::Status RunGenerateDemo(Session& session, const Options& options) {
  if (options.output == "-") {
    WriteCampaigns(options, session.out());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const uint64_t bytes, WriteFile(options));
  if (session.json()) {
    session.PrintJson({{"file", options.output},
                       {"points", options.points},
                       {"seed", options.seed},
                       {"bytes", bytes}});
  } else {
    session.out() << fmt::format("wrote {} campaigns to {} ({})\n",
                                 GroupDigits(options.points), options.output,
                                 FormatBytes(bytes));
  }
  return absl::OkStatus();
}

}  // namespace

void AddGenerateDemo(CLI::App& app, Action* action) {
  constexpr uint64_t kMostPoints = 1'000'000;  // ids have six digits
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "generate-demo",
      "Writes invented campaigns with 384-dimensional embeddings as NDJSON; "
      "the same seed gives the same bytes");
  command->add_option("--points", options->points)
      ->check(CLI::Range(uint64_t{1}, kMostPoints))
      ->capture_default_str();
  command->add_option("--seed", options->seed)->capture_default_str();
  command->add_flag("--graph", options->graph,
                    "Writes them as a graph, with creatives, audiences and "
                    "channels, for mi graph load");
  command->add_option("--output", options->output, "File to write, or -")
      ->type_name("FILE")
      ->required();
  command->callback([action, options] {
    *action = [options](Session& session) {
      return RunGenerateDemo(session, *options);
    };
  });
}

}  // namespace mi::client
