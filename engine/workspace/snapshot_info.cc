#include "engine/workspace/snapshot_info.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "engine/storage/crc32c.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::workspace {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kSequenceDigits = 20;
constexpr size_t kSuffixDigits = 8;
constexpr uint64_t kManifestFormat = 1;

constexpr std::pair<SnapshotTrigger, std::string_view> kTriggers[] = {
    {SnapshotTrigger::kRequest, "request"},
    {SnapshotTrigger::kSchedule, "schedule"},
    {SnapshotTrigger::kBeforeRestore, "before_restore"}};

// What is counted in a snapshot, by its name in headers and manifests.
struct Count {
  const char* name;
  uint64_t SnapshotInfo::*value;
  // Whether older snapshots have none.
  bool optional;
};
constexpr std::array kCounts = {
    Count{"collections", &SnapshotInfo::collections, false},
    Count{"points", &SnapshotInfo::points, false},
    Count{"graphs", &SnapshotInfo::graphs, true},
    Count{"nodes", &SnapshotInfo::nodes, true},
    Count{"edges", &SnapshotInfo::edges, true},
    Count{"hyperedges", &SnapshotInfo::hyperedges, true}};

std::string_view TriggerName(SnapshotTrigger trigger) {
  for (const auto& [value, name] : kTriggers) {
    if (value == trigger) return name;
  }
  return "";
}

std::optional<SnapshotTrigger> ParseTrigger(std::string_view text) {
  for (const auto& [value, name] : kTriggers) {
    if (name == text) return value;
  }
  return std::nullopt;
}

bool ParseCount(std::string_view text, uint64_t* count) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *count);
  return error == std::errc() && stop == end;
}

bool Take(const Json& json, const char* key, std::string* value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return false;
  *value = found->get<std::string>();
  return true;
}

bool Take(const Json& json, const char* key, uint64_t* value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned()) return false;
  *value = found->get<uint64_t>();
  return true;
}

}  // namespace

bool IsSnapshotName(std::string_view text) {
  if (text.size() != kSequenceDigits + 1 + kSuffixDigits ||
      text[kSequenceDigits] != '-') {
    return false;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_hex = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
  };
  return std::all_of(text.begin(), text.begin() + kSequenceDigits, is_digit) &&
         std::all_of(text.end() - kSuffixDigits, text.end(), is_hex);
}

std::string SnapshotName(const storage::Position& position,
                         TimeMicros created) {
  const std::string what = fmt::format("{} {}", position.epoch, created);
  return fmt::format("{:0{}}-{:0{}x}", position.sequence, kSequenceDigits,
                     storage::Crc32c(what), kSuffixDigits);
}

void SortByState(std::vector<SnapshotInfo>* snapshots) {
  std::stable_sort(snapshots->begin(), snapshots->end(),
                   [](const SnapshotInfo& a, const SnapshotInfo& b) {
                     return a.position.sequence > b.position.sequence;
                   });
}

storage::SnapshotHeader ToHeader(const SnapshotInfo& info) {
  storage::SnapshotHeader header = {
      .creator = info.creator,
      .position = info.position,
      .created = info.created,
      .facts = {{"trigger", std::string(TriggerName(info.trigger))},
                {"description", info.description}}};
  for (const Count& count : kCounts) {
    header.facts.emplace_back(count.name, fmt::to_string(info.*count.value));
  }
  return header;
}

std::optional<SnapshotInfo> FromHeader(const storage::SnapshotHeader& header) {
  SnapshotInfo info;
  info.creator = header.creator;
  info.position = header.position;
  info.created = header.created;
  for (const auto& [name, value] : header.facts) {
    if (name == "description") info.description = value;
    if (name == "trigger") {
      const auto trigger = ParseTrigger(value);
      if (!trigger.has_value()) return std::nullopt;
      info.trigger = *trigger;
    }
    for (const Count& count : kCounts) {
      if (name == count.name && !ParseCount(value, &(info.*count.value))) {
        return std::nullopt;
      }
    }
  }
  return info;
}

std::string ToManifest(const SnapshotInfo& info) {
  Json json = {{"format", kManifestFormat},
               {"name", info.name},
               {"created_micros", info.created},
               {"epoch", info.position.epoch},
               {"sequence", info.position.sequence},
               {"creator", info.creator},
               {"trigger", TriggerName(info.trigger)},
               {"description", info.description},
               {"bytes", info.bytes},
               {"sha256", info.sha256}};
  for (const Count& count : kCounts) json[count.name] = info.*count.value;
  // Descriptions are valid UTF-8 already; what is not must not throw.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<SnapshotInfo> FromManifest(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  SnapshotInfo info;
  uint64_t format = 0;
  uint64_t created = 0;
  std::string trigger;
  const bool complete =
      Take(json, "format", &format) && format == kManifestFormat &&
      Take(json, "name", &info.name) && IsSnapshotName(info.name) &&
      Take(json, "created_micros", &created) &&
      Take(json, "epoch", &info.position.epoch) &&
      Take(json, "sequence", &info.position.sequence) &&
      Take(json, "creator", &info.creator) && Take(json, "trigger", &trigger) &&
      Take(json, "description", &info.description) &&
      Take(json, "bytes", &info.bytes) && Take(json, "sha256", &info.sha256) &&
      std::all_of(kCounts.begin(), kCounts.end(), [&](const Count& count) {
        return Take(json, count.name, &(info.*count.value)) ||
               (count.optional && !json.contains(count.name));
      });
  const auto parsed = ParseTrigger(trigger);
  if (!complete || !parsed.has_value()) return std::nullopt;
  info.trigger = *parsed;
  info.created = static_cast<TimeMicros>(created);
  return info;
}

}  // namespace mi::workspace
