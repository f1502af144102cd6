// mi export

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/config_file.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/export/pages.h"
#include "clients/cpp/export/point_writer.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/output/progress.h"
#include "clients/cpp/output/sink.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;

constexpr char kStandardOutput[] = "-";

struct Options {
  std::string collection;
  std::string file;
  std::string format;
  std::string ids;
  std::string config;
  FilterOptions filter;
};

// What is exported, as the server has it at the start.
struct Source {
  v1::Collection collection;
  v1::ListPointsRequest points;
  uint64_t point_count = 0;
};

// The files of an export; those that were not asked for are null.
struct Sinks {
  std::unique_ptr<Sink> points;
  std::unique_ptr<Sink> ids;
  std::unique_ptr<Sink> config;
};

struct Summary {
  uint64_t points = 0;
  uint64_t bytes = 0;
  double seconds = 0;
};

bool GoesToStandardOutput(const Options& options) {
  return options.file == kStandardOutput;
}

absl::StatusOr<std::string> FormatOf(const Options& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension =
      std::filesystem::path(options.file).extension().string();
  if (extension == ".fvecs") return "fvecs";
  if (extension == ".ndjson" || extension == ".jsonl") return "ndjson";
  if (GoesToStandardOutput(options)) return "ndjson";
  return UsageError(fmt::format(
      "{}: the name does not tell the format; --format does", options.file));
}

// One file must not overwrite another.
absl::Status CheckFiles(const Options& options, const std::string& format) {
  if (!options.ids.empty() && format != "fvecs") {
    return UsageError("--ids: a file of the format ndjson has the ids");
  }
  std::set<std::string> paths = {options.file};
  for (const std::string& path : {options.ids, options.config}) {
    if (path == kStandardOutput) {
      return UsageError("only FILE can be standard output");
    }
    if (!path.empty() && !paths.insert(path).second) {
      return UsageError(fmt::format("{}: is named twice", path));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Collection> FindCollection(Session& session,
                                              const std::string& name) {
  v1::GetCollectionRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(v1::GetCollectionResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::GetCollection, request));
  return std::move(*response.mutable_collection());
}

absl::StatusOr<uint64_t> CountPoints(Session& session,
                                     const v1::ListPointsRequest& points) {
  v1::CountPointsRequest request;
  request.set_collection(points.collection());
  if (points.has_filter()) *request.mutable_filter() = points.filter();
  ASSIGN_OR_RETURN(
      const v1::CountPointsResponse response,
      session.Call(session.search(), &Session::Search::CountPoints, request));
  return response.count();
}

absl::StatusOr<Source> FindSource(Session& session, const Options& options,
                                  const std::string& format) {
  Source source;
  ASSIGN_OR_RETURN(const auto filter, ReadFilter(options.filter));
  if (filter) *source.points.mutable_filter() = *filter;
  ASSIGN_OR_RETURN(source.collection,
                   FindCollection(session, options.collection));
  // By its own name: an alias may be switched between two pages.
  source.points.set_collection(source.collection.name());
  v1::ReturnFields& fields = *source.points.mutable_return_fields();
  fields.set_with_vector(true);
  fields.set_with_payload(format == "ndjson");
  ASSIGN_OR_RETURN(source.point_count, CountPoints(session, source.points));
  return source;
}

absl::StatusOr<Sinks> OpenSinks(Session& session, const Options& options) {
  Sinks sinks;
  if (GoesToStandardOutput(options)) {
    sinks.points = MakeStreamSink(session.out());
  } else {
    ASSIGN_OR_RETURN(sinks.points, OpenFileSink(options.file));
  }
  if (!options.ids.empty()) {
    ASSIGN_OR_RETURN(sinks.ids, OpenFileSink(options.ids));
  }
  if (!options.config.empty()) {
    ASSIGN_OR_RETURN(sinks.config, OpenFileSink(options.config));
  }
  return sinks;
}

// The points last: where they are, the others are as well.
absl::Status Commit(const Sinks& sinks) {
  if (sinks.config) RETURN_IF_ERROR(sinks.config->Commit());
  if (sinks.ids) RETURN_IF_ERROR(sinks.ids->Commit());
  return sinks.points->Commit();
}

std::unique_ptr<PointWriter> MakeWriter(const std::string& format,
                                        const Sinks& sinks) {
  return format == "fvecs" ? MakeFvecsWriter(*sinks.points, sinks.ids.get())
                           : MakeNdjsonWriter(*sinks.points);
}

// Writes all pages, showing how far it is.
absl::StatusOr<Summary> WritePoints(Session& session, const Source& source,
                                    PointWriter& writer, const Sink& sink) {
  const Interrupt interrupt;
  const auto begin = steady_clock::now();
  ProgressLine progress(session.err(), session.err_is_terminal());
  ProgressState state{.total_rows = source.point_count};
  Pages<PointList> pages(session, interrupt, source.points);
  v1::ListPointsResponse page;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, pages.Next(&page));
    if (interrupt.Arrived()) {
      return InterruptedError("the export is incomplete, and is not kept");
    }
    if (!more) break;
    for (const v1::StoredPoint& point : page.points()) {
      RETURN_IF_ERROR(writer.Write(point.point()));
    }
    state.rows += static_cast<uint64_t>(page.points_size());
    state.bytes = sink.bytes();
    state.elapsed = steady_clock::now() - begin;
    progress.Update(state);
  }
  // Others may have written or deleted points meanwhile.
  state.total_rows = state.rows;
  progress.Finish(state);
  return Summary{state.rows, state.bytes, state.elapsed.count()};
}

void PrintSummary(Session& session, const Options& options,
                  const std::string& format, const std::string& collection,
                  const Summary& summary) {
  // Standard output has the points then, and nothing else.
  std::ostream& out =
      GoesToStandardOutput(options) ? session.err() : session.out();
  const double speed =
      summary.seconds > 0
          ? static_cast<double>(summary.points) / summary.seconds
          : 0;
  if (session.json()) {
    out << Dump({{"collection", collection},
                 {"file", options.file},
                 {"format", format},
                 {"points", summary.points},
                 {"bytes", summary.bytes},
                 {"seconds", summary.seconds},
                 {"points_per_second", speed}})
        << '\n';
    return;
  }
  out << fmt::format(
      "wrote {} points of {} to {} in {:.1f} s ({}, {} a "
      "second)\n",
      GroupDigits(summary.points), collection,
      GoesToStandardOutput(options) ? "standard output" : options.file,
      summary.seconds, FormatBytes(summary.bytes),
      GroupDigits(static_cast<uint64_t>(speed)));
}

absl::Status RunExport(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const std::string format, FormatOf(options));
  RETURN_IF_ERROR(CheckFiles(options, format));
  ASSIGN_OR_RETURN(const Source source, FindSource(session, options, format));
  ASSIGN_OR_RETURN(const Sinks sinks, OpenSinks(session, options));
  if (sinks.config) {
    RETURN_IF_ERROR(
        sinks.config->Write(ConfigToText(source.collection.config())));
  }
  const std::unique_ptr<PointWriter> writer = MakeWriter(format, sinks);
  ASSIGN_OR_RETURN(const Summary summary,
                   WritePoints(session, source, *writer, *sinks.points));
  RETURN_IF_ERROR(Commit(sinks));
  PrintSummary(session, options, format, source.collection.name(), summary);
  return absl::OkStatus();
}

}  // namespace

void AddExport(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "export",
      "Writes the points of a collection to a file, in the order of their ids: "
      "all of each as .ndjson, which load reads, or the vectors as .fvecs");
  command->add_option("COLLECTION", options->collection, "Collection or alias")
      ->required();
  command
      ->add_option("FILE", options->file,
                   "Gets its name when it is complete; - is standard output")
      ->required();
  command
      ->add_option("--format", options->format,
                   "What to write, if the name of the file does not tell")
      ->check(CLI::IsMember({"fvecs", "ndjson"}));
  command
      ->add_option("--ids", options->ids,
                   "fvecs: writes the ids here, one a line, in the order of "
                   "the vectors")
      ->type_name("FILE");
  command
      ->add_option("--config", options->config,
                   "Writes the configuration of the collection here; load "
                   "--create --config makes another one like it")
      ->type_name("FILE");
  AddFilterOptions(*command, &options->filter);
  command->footer(
      "The export is no picture of one moment: points that are written, "
      "replaced or deleted meanwhile are in it as they were before or after, "
      "or not at all. What is left alone meanwhile is there exactly once. For "
      "the state of one moment, of all collections, there is 'mi snapshot'.");
  command->callback([action, options] {
    *action = [options](Session& session) {
      return RunExport(session, *options);
    };
  });
}

}  // namespace mi::client
