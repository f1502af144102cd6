// Errors as the server makes them, with google.rpc details.

#ifndef MI_TESTS_CLIENTS_CPP_FAKE_ERRORS_H_
#define MI_TESTS_CLIENTS_CPP_FAKE_ERRORS_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "grpcpp/support/status.h"

namespace mi::client {

grpc::Status Unavailable(std::chrono::milliseconds retry_after);

grpc::Status BadFields(
    const std::vector<std::pair<std::string, std::string>>& violations,
    grpc::StatusCode code = grpc::StatusCode::INVALID_ARGUMENT);

// The same error, saying how many batches of a stream are written.
grpc::Status WithCommitted(const grpc::Status& status, int committed);

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_FAKE_ERRORS_H_
