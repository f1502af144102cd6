// mi stats, also as mi collections stats

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

std::string StateName(v1::SegmentState state) {
  switch (state) {
    case v1::SEGMENT_STATE_DELTA:
      return "delta";
    case v1::SEGMENT_STATE_FROZEN:
      return "frozen";
    case v1::SEGMENT_STATE_SEALED:
      return "sealed";
    default:
      return v1::SegmentState_Name(state);
  }
}

std::string SearchedBy(const v1::SegmentStats& segment) {
  if (segment.has_graph()) return "graph";
  if (segment.n_lists() > 0) return fmt::format("{} lists", segment.n_lists());
  return "scan";
}

std::string SegmentTable(const v1::CollectionStats& stats) {
  Table table({{"SEGMENT"},
               {"POINTS", Table::Align::kRight},
               {"TOMBSTONES", Table::Align::kRight},
               {"SEARCHED BY"},
               {"MEMORY", Table::Align::kRight}});
  for (const v1::SegmentStats& segment : stats.segments()) {
    table.AddRow({StateName(segment.state()), GroupDigits(segment.points()),
                  GroupDigits(segment.tombstoned_points()), SearchedBy(segment),
                  FormatBytes(segment.bytes())});
  }
  return table.ToString();
}

std::string FieldTable(const v1::CollectionStats& stats) {
  Table table({{"INDEXED FIELD"},
               {"TYPE"},
               {"POINTS", Table::Align::kRight},
               {"MEMORY", Table::Align::kRight}});
  for (const v1::PayloadFieldStats& field : stats.payload_fields()) {
    table.AddRow({field.path(), FieldTypeName(field.type()),
                  GroupDigits(field.indexed_points()),
                  FormatBytes(field.index_bytes())});
  }
  return table.ToString();
}

absl::Status RunStats(Session& session, const std::string& collection) {
  v1::GetCollectionStatsRequest request;
  request.set_name(collection);
  ASSIGN_OR_RETURN(
      const v1::GetCollectionStatsResponse response,
      session.Call(session.collections(),
                   &Session::Collections::GetCollectionStats, request));
  const v1::CollectionStats& stats = response.stats();
  if (session.json()) {
    session.PrintJson(stats);
    return absl::OkStatus();
  }
  const v1::MemoryStats& memory = stats.memory();
  session.out() << fmt::format(
      "points       {} live, {} tombstoned\n"
      "memory       {}: vectors {}, codes {}, links {}, ids {}, payloads {}, "
      "payload indexes {}\n"
      "journal      {} on disk (whole tenant)\n"
      "builds       {} pending\n"
      "sequence     {}\n",
      GroupDigits(stats.live_points()), GroupDigits(stats.tombstoned_points()),
      FormatBytes(memory.total_bytes()), FormatBytes(memory.vector_bytes()),
      FormatBytes(memory.code_bytes()), FormatBytes(memory.link_bytes()),
      FormatBytes(memory.id_bytes()), FormatBytes(memory.payload_bytes()),
      FormatBytes(memory.payload_index_bytes()),
      FormatBytes(stats.journal_bytes_on_disk()), stats.pending_builds(),
      stats.sequence());
  if (stats.segments_size() > 0) session.out() << '\n' << SegmentTable(stats);
  if (stats.payload_fields_size() > 0) {
    session.out() << '\n' << FieldTable(stats);
  }
  return absl::OkStatus();
}

}  // namespace

void AddStats(CLI::App& app, Action* action) {
  const auto collection = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "stats", "Points, segments, memory and disk of a collection");
  command->add_option("COLLECTION", *collection, "Collection or alias")
      ->required();
  command->callback([action, collection] {
    *action = [collection](Session& session) {
      return RunStats(session, *collection);
    };
  });
}

}  // namespace mi::client
