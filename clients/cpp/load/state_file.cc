#include "clients/cpp/load/state_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 2;

absl::Status StateError(const std::string& path, std::string_view what) {
  return InputError(fmt::format("{}: {}; --restart begins anew", path, what));
}

}  // namespace

StateFile::StateFile(std::string path, LoadIdentity identity)
    : path_(std::move(path)), identity_(std::move(identity)) {}

absl::StatusOr<std::optional<StateFile::State>> StateFile::Read() const {
  if (!std::filesystem::exists(path_)) return std::nullopt;
  std::ifstream file(path_);
  const Json state = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  State read;
  uint64_t fingerprint = 0;
  try {
    if (state.at("format") != kFormat) {
      return StateError(path_, "was written by another version");
    }
    if (state.at("target") != identity_.target ||
        state.at("mapping") != identity_.mapping) {
      return StateError(
          path_, "is of a load into something else or with other options");
    }
    read.position = {.offset = state.at("offset"),
                     .line = state.at("line"),
                     .row = state.at("row")};
    read.run_id = state.at("run");
    fingerprint = state.at("fingerprint");
  } catch (const Json::exception&) {
    return StateError(path_, "is no state of a load");
  }
  const auto found = Fingerprint(identity_.input, read.position.offset);
  if (!found.ok() || *found != fingerprint) {
    return StateError(path_,
                      fmt::format("{} has changed since", identity_.input));
  }
  return read;
}

absl::Status StateFile::Write(const State& state) const {
  const Position& position = state.position;
  ASSIGN_OR_RETURN(const uint64_t fingerprint,
                   Fingerprint(identity_.input, position.offset));
  const Json json = {{"format", kFormat},
                     {"target", identity_.target},
                     {"mapping", identity_.mapping},
                     {"run", state.run_id},
                     {"offset", position.offset},
                     {"line", position.line},
                     {"row", position.row},
                     {"fingerprint", fingerprint}};
  const std::string next = path_ + ".next";
  std::ofstream file(next, std::ios::trunc);
  file << json.dump(2) << '\n';
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(next, path_, error);
  if (!file || error) {
    return InputError(fmt::format(
        "{}: cannot be written, so the load could not be resumed (--state "
        "names another place)",
        path_));
  }
  return absl::OkStatus();
}

absl::Status StateFile::Remove() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (error) return InputError(fmt::format("{}: {}", path_, error.message()));
  return absl::OkStatus();
}

}  // namespace mi::client
