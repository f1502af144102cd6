#include "clients/cpp/commands/config_file.h"

#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// More than any configuration has: the file is something else.
constexpr size_t kMaxBytes = 1 << 20;

}  // namespace

std::string ConfigToText(const v1::CollectionConfig& config) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  // Fails only for messages with an Any, which this one has not.
  const auto status =
      google::protobuf::util::MessageToJsonString(config, &text, options);
  static_cast<void>(status);
  return text;
}

absl::StatusOr<v1::CollectionConfig> ReadConfigFile(const std::string& path) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  std::string text(kMaxBytes, '\0');
  ASSIGN_OR_RETURN(const size_t size, file.Read(text.data(), text.size()));
  text.resize(size);
  v1::CollectionConfig config;
  const auto status =
      google::protobuf::util::JsonStringToMessage(text, &config);
  if (!status.ok()) {
    return InputError(fmt::format("{}: is no configuration of a collection: {}",
                                  path, status.message().ToString()));
  }
  return config;
}

}  // namespace mi::client
