#include "server/idempotency/write_once.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace mi::server {
namespace {

constexpr char kField[] = "idempotency_key";
constexpr size_t kMinKeyCharacters = 16;
constexpr size_t kMaxKeyCharacters = 64;

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

absl::Status CheckKey(std::string_view key) {
  if (key.size() < kMinKeyCharacters || key.size() > kMaxKeyCharacters) {
    return InvalidField(
        kField, fmt::format("has {} bytes; {} to {} characters are allowed",
                            key.size(), kMinKeyCharacters, kMaxKeyCharacters));
  }
  if (!std::all_of(key.begin(), key.end(), IsPrintable)) {
    return InvalidField(
        kField, "has other characters than the printable ones of ASCII");
  }
  return absl::OkStatus();
}

// Removes what does not count for the hash.
void Normalise(google::protobuf::Message* message) {
  const auto* field = message->GetDescriptor()->FindFieldByName(kField);
  if (field != nullptr) {
    message->GetReflection()->ClearField(message, field);
  }
  message->DiscardUnknownFields();
}

std::string SerializeDeterministically(
    const google::protobuf::Message& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&output);
  output.Trim();
  return bytes;
}

absl::StatusOr<std::string> Sha256Of(std::string_view bytes) {
  std::string hash(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(),
                 reinterpret_cast<unsigned char*>(hash.data()), &size,
                 EVP_sha256(), nullptr) != 1) {
    return absl::InternalError("SHA-256 is not available");
  }
  hash.resize(size);
  return hash;
}

}  // namespace

absl::StatusOr<OptionalKey> MakeKey(const rpc::MethodInfo& method,
                                    std::string_view key,
                                    google::protobuf::Message* copy) {
  RETURN_IF_ERROR(CheckKey(key));
  Normalise(copy);
  workspace::IdempotencyKey made;
  made.key = fmt::format("{}/{}/{}", method.service, method.method, key);
  ASSIGN_OR_RETURN(made.request_hash,
                   Sha256Of(SerializeDeterministically(*copy)));
  return made;
}

absl::Status ReadAnswer(const std::string& answer,
                        google::protobuf::Message* response) {
  if (response->ParseFromString(answer)) return absl::OkStatus();
  return absl::InternalError("a stored answer cannot be read");
}

}  // namespace mi::server
