// mi load

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/load_limits.h"
#include "clients/cpp/commands/load_output.h"
#include "clients/cpp/commands/options.h"
#include "clients/cpp/input/csv_reader.h"
#include "clients/cpp/input/fvecs_reader.h"
#include "clients/cpp/input/ndjson_reader.h"
#include "clients/cpp/load/loader.h"
#include "clients/cpp/output/progress.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct Options {
  std::string file;
  std::string format;
  std::string id_prefix;
  NdjsonOptions ndjson;
  std::vector<std::string> datetimes;
  std::vector<std::string> places;
  CsvOptions csv;
  std::string delimiter = ",";
  std::vector<std::string> fields;
  std::vector<std::string> csv_places;
  bool create = false;
  std::string target;
  CollectionOptions collection;
  LoadOptions load;
  std::string on_error = "stop";
  uint64_t limit = 0;
  std::string state;
  bool restart = false;
};

// A file that is ready to be read, and which points it makes.
struct Input {
  std::unique_ptr<PointReader> reader;
  std::string mapping;
};

std::string FormatOf(const Options& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension =
      std::filesystem::path(options.file).extension().string();
  if (extension == ".fvecs") return "fvecs";
  if (extension == ".csv" || extension == ".tsv") return "csv";
  if (extension == ".ndjson" || extension == ".jsonl") return "ndjson";
  return "";
}

absl::StatusOr<Input> OpenNdjsonInput(const Options& options) {
  NdjsonOptions ndjson = options.ndjson;
  ndjson.hints.datetimes = {options.datetimes.begin(), options.datetimes.end()};
  ndjson.hints.places = {options.places.begin(), options.places.end()};
  Input input;
  ASSIGN_OR_RETURN(input.reader, OpenNdjson(options.file, ndjson));
  input.mapping =
      fmt::format("ndjson id={} vector={} payload={} datetimes={} places={}",
                  ndjson.id_field, ndjson.vector_field, ndjson.payload_field,
                  fmt::join(ndjson.hints.datetimes, ","),
                  fmt::join(ndjson.hints.places, ","));
  return input;
}

absl::StatusOr<Input> OpenCsvInput(const Options& options) {
  CsvOptions csv = options.csv;
  csv.id_prefix = options.id_prefix;
  const bool is_tsv = std::filesystem::path(options.file).extension() == ".tsv";
  const std::string delimiter =
      is_tsv && options.delimiter == "," ? "\t" : options.delimiter;
  if (delimiter == "\\t") {
    csv.delimiter = '\t';
  } else if (delimiter.size() == 1) {
    csv.delimiter = delimiter[0];
  } else {
    return UsageError("--delimiter: expected one character, or \\t");
  }
  if (csv.id_column.empty() && csv.id_prefix.empty()) {
    return UsageError(
        "CSV needs --id-column, or --id-prefix to number the rows");
  }
  for (const std::string& text : options.fields) {
    ASSIGN_OR_RETURN(CsvField field, ParseCsvField(text));
    csv.fields.push_back(std::move(field));
  }
  for (const std::string& text : options.csv_places) {
    ASSIGN_OR_RETURN(CsvPlace place, ParseCsvPlace(text));
    csv.places.push_back(std::move(place));
  }
  ASSIGN_OR_RETURN(CsvMapping mapping, CsvMapping::Make(options.file, csv));
  Input input;
  input.mapping = mapping.Describe();
  ASSIGN_OR_RETURN(input.reader,
                   OpenCsv(options.file, csv.delimiter, std::move(mapping)));
  return input;
}

absl::StatusOr<Input> OpenInput(const Options& options) {
  const std::string format = FormatOf(options);
  if (format == "ndjson") return OpenNdjsonInput(options);
  if (format == "csv") return OpenCsvInput(options);
  if (format == "fvecs") {
    Input input;
    ASSIGN_OR_RETURN(input.reader, OpenFvecs(options.file, options.id_prefix));
    input.mapping = fmt::format("fvecs prefix={}", options.id_prefix);
    return input;
  }
  return UsageError(fmt::format(
      "{}: the name does not tell the format; --format does", options.file));
}

// Components of the first vector, for a collection that is yet to be made.
absl::StatusOr<uint32_t> DimensionOf(const Options& options) {
  ASSIGN_OR_RETURN(const Input input, OpenInput(options));
  Row row;
  do {
    ASSIGN_OR_RETURN(const bool more, input.reader->Next(&row));
    if (!more) {
      return InputError(
          fmt::format("{}: has no row that could tell the "
                      "dimension of the collection",
                      options.file));
    }
  } while (!row.problem.empty() && options.on_error == "skip");
  if (!row.problem.empty()) {
    return InputError(
        fmt::format("{}:{}: {}", options.file, row.line, row.problem));
  }
  return static_cast<uint32_t>(row.point.vector_size());
}

absl::StatusOr<v1::Collection> CreateCollection(Session& session,
                                                const Options& options) {
  v1::CreateCollectionRequest request;
  request.set_name(options.target);
  ASSIGN_OR_RETURN(*request.mutable_config(),
                   ReadCollectionOptions(options.collection));
  v1::CollectionConfig& config = *request.mutable_config();
  if (config.dimension() == 0) {
    ASSIGN_OR_RETURN(const uint32_t dimension, DimensionOf(options));
    config.set_dimension(dimension);
  }
  ASSIGN_OR_RETURN(
      v1::CreateCollectionResponse response,
      session.Call(session.collections(),
                   &Session::Collections::CreateCollection, request));
  session.err() << fmt::format("created collection {}: {} components, {}, {}\n",
                               request.name(), config.dimension(),
                               MetricName(config.metric()),
                               IndexName(config.index()));
  return std::move(*response.mutable_collection());
}

struct Target {
  v1::Collection collection;
  bool is_new = false;
};

// The collection to load into, made if it is not there and --create says so.
absl::StatusOr<Target> FindTarget(Session& session, const Options& options) {
  v1::GetCollectionRequest request;
  request.set_name(options.target);
  const auto found = session.Call(
      session.collections(), &Session::Collections::GetCollection, request);
  if (found.ok()) return Target{.collection = found->collection()};
  if (!absl::IsNotFound(found.status())) return found.status();
  if (options.create) {
    Target target{.is_new = true};
    ASSIGN_OR_RETURN(target.collection, CreateCollection(session, options));
    return target;
  }
  return WithMessage(found.status(),
                     fmt::format("{} (--create makes it)",
                                 std::string(found.status().message())));
}

// Keeps batches within what the server accepts.
absl::Status ApplyLimits(Session& session, LoadOptions* load) {
  ASSIGN_OR_RETURN(const v1::Limits limits, ApplyMessageLimit(session, load));
  load->batch_rows =
      std::min<size_t>(load->batch_rows, limits.max_points_per_upsert());
  return absl::OkStatus();
}

void PrintSummary(Session& session, const Options& options,
                  const LoadResult& result) {
  const LoadSummary& summary = result.summary;
  const double speed =
      summary.seconds > 0
          ? static_cast<double>(summary.loaded) / summary.seconds
          : 0;
  if (session.json()) {
    if (!result.status.ok()) return;  // the error is the answer then
    session.PrintJson({{"collection", options.target},
                       {"file", options.file},
                       {"dry_run", options.load.dry_run},
                       {"rows", summary.rows},
                       {"loaded", summary.loaded},
                       {"skipped", summary.skipped},
                       {"resumed_rows", summary.resumed_rows},
                       {"retries", summary.retries},
                       {"bytes", summary.bytes},
                       {"seconds", summary.seconds},
                       {"points_per_second", speed}});
    return;
  }
  std::string text =
      options.load.dry_run
          ? fmt::format("checked {} rows, sent nothing",
                        GroupDigits(summary.rows))
          : fmt::format("loaded {} points into {} in {:.1f} s ({} a second)",
                        GroupDigits(summary.loaded), options.target,
                        summary.seconds,
                        GroupDigits(static_cast<uint64_t>(speed)));
  if (summary.resumed_rows > 0) {
    text += fmt::format(", after {} rows of an earlier run",
                        GroupDigits(summary.resumed_rows));
  }
  if (summary.skipped > 0) {
    text += fmt::format(", skipped {} rows", GroupDigits(summary.skipped));
  }
  if (summary.retries > 0) {
    text += fmt::format(", {} retries", GroupDigits(summary.retries));
  }
  (result.status.ok() ? session.out() : session.err()) << text << '\n';
}

// A collection of the same name that was made anew is another one.
StateFile StateOf(const Options& options, const v1::Collection& collection,
                  const std::string& mapping) {
  return StateFile(
      options.state.empty() ? options.file + ".mi-load-state" : options.state,
      {.input = options.file,
       .target = fmt::format("{} of {}", collection.name(),
                             FormatDateTime(collection.create_time())),
       .mapping = mapping});
}

// Loads, showing how far it is.
absl::Status LoadInput(Session& session, const Options& options,
                       const LoadOptions& load, const Input& input,
                       size_t dimension, const StateFile* state) {
  ProgressLine progress(session.err(), session.err_is_terminal());
  ProblemPrinter printer(session, progress);
  const auto rows = MakePointSource(*input.reader, options.target, dimension);
  const auto uploader =
      load.stream ? MakeStreamUploader(session) : MakeUnaryUploader(session);
  const LoadResult result =
      Load(*rows, *uploader, load, state,
           {.progress = [&](const ProgressState& now) { printer.Show(now); },
            .problem = [&](const std::string& text) { printer.Print(text); }});
  printer.Finish();
  PrintSummary(session, options, result);
  if (result.status.ok() && state != nullptr) return state->Remove();
  return result.status;
}

absl::Status RunLoad(Session& session, const Options& options) {
  LoadOptions load = options.load;
  load.skip_bad_rows = options.on_error == "skip";
  if (options.limit > 0) load.limit = options.limit;
  ASSIGN_OR_RETURN(const Input input, OpenInput(options));
  if (load.dry_run) {
    return LoadInput(session, options, load, input, /*dimension=*/0,
                     /*state=*/nullptr);
  }
  ASSIGN_OR_RETURN(const Target target, FindTarget(session, options));
  const size_t dimension = target.collection.config().dimension();
  RETURN_IF_ERROR(ApplyLimits(session, &load));
  // A trial of some rows keeps no state, and goes by none.
  if (options.limit > 0) {
    return LoadInput(session, options, load, input, dimension,
                     /*state=*/nullptr);
  }
  const StateFile state = StateOf(options, target.collection, input.mapping);
  if (options.restart || target.is_new) RETURN_IF_ERROR(state.Remove());
  absl::Status status =
      LoadInput(session, options, load, input, dimension, &state);
  if (!status.ok() && std::filesystem::exists(state.path())) {
    session.err() << "the same command goes on from where this one stopped\n";
  }
  return status;
}

void AddInputOptions(CLI::App& command, Options* options) {
  command
      .add_option("--format", options->format,
                  "What the file is, if its name does not tell")
      ->check(CLI::IsMember({"fvecs", "ndjson", "csv"}));
  command.add_option("--id-prefix", options->id_prefix,
                     "fvecs, CSV: before the id of every row");

  auto* ndjson = command.add_option_group("NDJSON");
  ndjson->add_option("--id-field", options->ndjson.id_field)
      ->capture_default_str();
  ndjson->add_option("--vector-field", options->ndjson.vector_field)
      ->capture_default_str();
  ndjson
      ->add_option("--payload-field", options->ndjson.payload_field,
                   "'' for all other members")
      ->capture_default_str();
  ndjson
      ->add_option("--datetime", options->datetimes,
                   "Payload fields that hold datetimes, as RFC 3339 texts")
      ->type_name("PATH,...")
      ->delimiter(',');
  ndjson
      ->add_option("--geo", options->places,
                   "Payload fields that hold places, as {\"lat\", \"lon\"}")
      ->type_name("PATH,...")
      ->delimiter(',');

  auto* csv = command.add_option_group("CSV");
  csv->add_option("--delimiter", options->delimiter)->capture_default_str();
  csv->add_option("--id-column", options->csv.id_column,
                  "Without it rows are numbered, from 1");
  csv->add_option("--vector-columns", options->csv.vector_columns,
                  "Numeric columns that make the vector")
      ->type_name("COLUMN,...")
      ->delimiter(',');
  csv->add_flag("--standardize", options->csv.standardize,
                "Gives each of them mean 0 and deviation 1");
  csv->add_option("--vector-column", options->csv.vector_column,
                  "Column that holds the vector as a JSON array");
  csv->add_option("--field", options->fields,
                  "Payload field from a column; types are string, integer, "
                  "float, bool, datetime, datetime[PATTERN], skip. Other "
                  "columns get the type that fits them")
      ->type_name("NAME:TYPE[=COLUMN]");
  csv->add_option("--place", options->csv_places,
                  "Payload field with a place, from two columns")
      ->type_name("NAME=LATITUDE,LONGITUDE");
}

void AddSendOptions(CLI::App& command, Options* options) {
  constexpr size_t kMaxInFlight = 64;
  command.add_flag("--create", options->create,
                   "Makes the collection if it is not there");
  AddCollectionOptions(command, &options->collection);
  command.add_option("--batch", options->load.batch_rows, "Points a call")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--in-flight", options->load.in_flight, "Calls at once")
      ->check(CLI::Range(size_t{1}, kMaxInFlight))
      ->capture_default_str();
  command.add_flag("--stream", options->load.stream,
                   "Sends streams of batches instead of single calls");
  command
      .add_option("--on-error", options->on_error,
                  "What to do at a row that is at fault")
      ->check(CLI::IsMember({"stop", "skip"}))
      ->capture_default_str();
  command.add_flag("--dry-run", options->load.dry_run,
                   "Reads and checks the file, and sends nothing");
  command
      .add_option("--limit", options->limit,
                  "Only the first rows, for a trial; keeps no state")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--state", options->state,
                  "Where to remember what is acknowledged. Default: "
                  "FILE.mi-load-state")
      ->type_name("FILE");
  command.add_flag("--restart", options->restart,
                   "Forgets what an earlier run had loaded");
}

}  // namespace

void AddLoad(CLI::App& app, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "load",
      "Loads points from a file (.fvecs, .ndjson, .csv); one that was "
      "interrupted goes on where it stopped");
  command->add_option("COLLECTION", options->target, "Collection or alias")
      ->required();
  command->add_option("FILE", options->file)->required();
  AddInputOptions(*command, options.get());
  AddSendOptions(*command, options.get());
  command->callback([action, options] {
    *action = [options](Session& session) {
      return RunLoad(session, *options);
    };
  });
}

}  // namespace mi::client
