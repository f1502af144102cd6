// A collection's configuration as a file: the message CollectionConfig in
// protobuf's JSON, so that a copy is made as the original was.

#ifndef MI_CLIENTS_CPP_COMMANDS_CONFIG_FILE_H_
#define MI_CLIENTS_CPP_COMMANDS_CONFIG_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "marketing/intelligence/v1/collection_service.pb.h"

namespace mi::client {

std::string ConfigToText(
    const marketing::intelligence::v1::CollectionConfig& config);

// Errors: an input error that names the file.
absl::StatusOr<marketing::intelligence::v1::CollectionConfig> ReadConfigFile(
    const std::string& path);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_CONFIG_FILE_H_
