#include "clients/cpp/commands/job_output.h"

#include <algorithm>

#include "clients/cpp/commands/graph/graph_output.h"
#include "clients/cpp/error.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

Json AnswerToJson(const v1::GetJobResponse& answer) {
  Json json = {{"job", JobToJson(answer.job())}};
  if (answer.has_snapshot()) json["snapshot"] = ToJson(answer.snapshot());
  if (answer.has_restored()) json["restored"] = ToJson(answer.restored());
  if (answer.has_graph_algorithm()) {
    json["graph_algorithm"] = ToJson(answer.graph_algorithm());
  }
  return json;
}

std::string JobText(const v1::Job& job) {
  std::string text = fmt::format(
      "job          {}\n"
      "kind         {}\n"
      "state        {}\n"
      "progress     {}\n",
      job.name(), KindName(job), StateName(job), ProgressText(job));
  if (!job.step().empty()) text += fmt::format("step         {}\n", job.step());
  text += fmt::format("created      {}\n", FormatDateTime(job.create_time()));
  if (job.has_start_time()) {
    text += fmt::format("started      {}\n", FormatDateTime(job.start_time()));
  }
  if (job.has_end_time()) {
    text += fmt::format("ended        {}\n", FormatDateTime(job.end_time()));
  }
  if (job.has_error()) {
    text += fmt::format("{}\n", DescribeError(FromProto(job.error())));
  }
  return text;
}

// "1 collection", "2 collections".
std::string Collections(uint32_t count) {
  return fmt::format("{} collection{}", GroupDigits(count),
                     count == 1 ? "" : "s");
}

std::string SnapshotText(const v1::Snapshot& snapshot) {
  return fmt::format("wrote snapshot {}: {} points in {}, {}\n",
                     snapshot.name(), GroupDigits(snapshot.point_count()),
                     Collections(snapshot.collection_count()),
                     FormatBytes(snapshot.byte_count()));
}

std::string RestoredText(const v1::RestoredState& restored) {
  return fmt::format(
      "restored snapshot {}: {} points in {}\n"
      "the history goes on as epoch {}, behind sequence {}\n{}\n",
      restored.snapshot(), GroupDigits(restored.point_count()),
      Collections(restored.collection_count()), restored.epoch(),
      restored.sequence(),
      restored.previous_state().empty()
          ? "the state before was discarded"
          : fmt::format("the state before is snapshot {}",
                        restored.previous_state()));
}

std::string ResultText(const v1::GetJobResponse& answer) {
  if (answer.has_snapshot()) return SnapshotText(answer.snapshot());
  if (answer.has_restored()) return RestoredText(answer.restored());
  if (answer.has_graph_algorithm()) {
    return AlgorithmText(answer.graph_algorithm());
  }
  return "";
}

}  // namespace

bool HasEnded(const v1::Job& job) {
  return job.state() == v1::JOB_STATE_SUCCEEDED ||
         job.state() == v1::JOB_STATE_FAILED ||
         job.state() == v1::JOB_STATE_CANCELLED;
}

absl::Status OutcomeOf(const v1::Job& job) {
  if (job.state() != v1::JOB_STATE_FAILED &&
      job.state() != v1::JOB_STATE_CANCELLED) {
    return absl::OkStatus();
  }
  const absl::Status error = FromProto(job.error());
  if (error.ok()) {
    return absl::CancelledError(
        fmt::format("{} {}", job.name(), StateName(job)));
  }
  return WithMessage(
      error, fmt::format("{}: {}", job.name(), std::string(error.message())));
}

std::string KindName(const v1::Job& job) {
  return ShortName(v1::JobKind_Name(job.kind()), "JOB_KIND_");
}

std::string StateName(const v1::Job& job) {
  return ShortName(v1::JobState_Name(job.state()), "JOB_STATE_");
}

std::string ProgressText(const v1::Job& job) {
  constexpr double kWhole = 100;
  constexpr double kMostOfPart = 99;
  return fmt::format("{:.0f} %",
                     std::clamp(job.progress() * kWhole, 0.0,
                                job.progress() < 1 ? kMostOfPart : kWhole));
}

Json JobToJson(const v1::Job& job) {
  Json json = ToJson(job);
  if (job.has_error()) {
    json["error"] = ErrorToJson(FromProto(job.error())).at("error");
    json["error"].erase("exit_code");  // the job has none
  }
  return json;
}

void PrintJob(Session& session, const v1::Job& job) {
  if (session.json()) {
    session.PrintJson({{"job", JobToJson(job)}});
  } else {
    session.out() << JobText(job);
  }
}

void PrintAnswer(Session& session, const v1::GetJobResponse& answer) {
  if (session.json()) {
    session.PrintJson(AnswerToJson(answer));
  } else {
    session.out() << JobText(answer.job()) << ResultText(answer);
  }
}

void PrintResult(Session& session, const v1::GetJobResponse& answer) {
  if (session.json()) {
    session.PrintJson(AnswerToJson(answer));
  } else {
    session.out() << ResultText(answer);
  }
}

}  // namespace mi::client
