// Messages from text, and what an error says.

#ifndef MI_TESTS_SERVER_MESSAGES_H_
#define MI_TESTS_SERVER_MESSAGES_H_

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/rpc/status_proto.h"

namespace mi::server {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// The fields that an error names.
inline std::vector<std::string> FieldsOf(const grpc::Status& status) {
  std::vector<std::string> fields;
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  if (!details.has_value()) return fields;
  for (const auto& violation : details->violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

inline Reason ReasonOf(const grpc::Status& status) {
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  return details ? details->reason : Reason::kInternal;
}

}  // namespace mi::server

#endif  // MI_TESTS_SERVER_MESSAGES_H_
