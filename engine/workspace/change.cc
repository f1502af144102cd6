#include "engine/workspace/change.h"

#include <utility>

#include "engine/base/codec.h"
#include "engine/base/status_macros.h"
#include "engine/workspace/change_codec.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

constexpr uint32_t kSchemaVersion = 1;

// Room for the vectors, which are nearly all of a large record.
size_t EstimateBytes(const Change& change) {
  const auto* upsert = std::get_if<UpsertPoints>(&change);
  if (upsert == nullptr) return 0;
  constexpr size_t kBytesBesideVector = 256;
  return upsert->vectors.size() * sizeof(float) +
         upsert->points.size() * kBytesBesideVector;
}

template <typename Kind>
absl::StatusOr<Change> DecodeAs(const std::string& body) {
  Kind change;
  Reader in(body);
  Decode(in, change);
  RETURN_IF_ERROR(in.Finish());
  return change;
}

// Decodes the alternative of Change that has the record's kind.
template <size_t kAlternative = 0>
absl::StatusOr<Change> DecodeKind(const storage::Record& record) {
  if constexpr (kAlternative < std::variant_size_v<Change>) {
    using Kind = std::variant_alternative_t<kAlternative, Change>;
    if (record.kind == Kind::kKind) return DecodeAs<Kind>(record.body);
    return DecodeKind<kAlternative + 1>(record);
  } else {
    return absl::DataLossError(
        fmt::format("unknown record kind {}", record.kind));
  }
}

}  // namespace

storage::Record EncodeChange(const Change& change) {
  Writer out(EstimateBytes(change));
  return std::visit(
      [&out]<typename Kind>(const Kind& kind) -> storage::Record {
        Encode(kind, out);
        return {.kind = Kind::kKind,
                .schema_version = kSchemaVersion,
                .body = std::move(out).Take()};
      },
      change);
}

absl::StatusOr<Change> DecodeChange(const storage::Record& record) {
  if (record.schema_version != kSchemaVersion) {
    return absl::DataLossError(
        fmt::format("record kind {} has schema version {}, this version reads "
                    "{}: a newer version wrote this journal",
                    record.kind, record.schema_version, kSchemaVersion));
  }
  return DecodeKind(record);
}

}  // namespace mi::workspace
