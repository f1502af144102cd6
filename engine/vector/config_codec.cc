#include "engine/vector/config_codec.h"

#include <cstdint>

namespace mi::vector {

void WriteIndexSettings(const IndexSettings& index, Writer& out) {
  out.Enum(index.kind);
  out.Varint(index.m);
  out.Varint(index.ef_construction);
  out.Varint(index.ef_search);
  out.Varint(index.n_lists);
  out.Varint(index.n_probe);
}

IndexSettings ReadIndexSettings(Reader& in) {
  const auto small = [&in] {
    return static_cast<uint32_t>(in.VarintUpTo(UINT32_MAX));
  };
  IndexSettings index;
  index.kind = in.Enum(IndexKind::kIvf);
  index.m = small();
  index.ef_construction = small();
  index.ef_search = small();
  index.n_lists = small();
  index.n_probe = small();
  return index;
}

void WritePayloadFields(const std::vector<filter::FieldSchema>& fields,
                        Writer& out) {
  out.Varint(fields.size());
  for (const auto& field : fields) {
    out.String(field.path);
    out.Enum(field.type);
  }
}

std::vector<filter::FieldSchema> ReadPayloadFields(Reader& in) {
  std::vector<filter::FieldSchema> fields(in.Count(/*min_bytes=*/2));
  for (auto& field : fields) {
    field.path = in.String();
    field.type = in.Enum(filter::FieldType::kText);
  }
  return fields;
}

void WriteConfig(const CollectionConfig& config, Writer& out) {
  out.Varint(config.dimension);
  out.Enum(config.metric);
  WriteIndexSettings(config.index, out);
  WritePayloadFields(config.payload_fields, out);
}

CollectionConfig ReadConfig(Reader& in) {
  constexpr uint64_t kMaxDimension = 4096;
  CollectionConfig config;
  config.dimension = in.VarintUpTo(kMaxDimension);
  if (config.dimension == 0) in.Fail("a dimension of 0");
  config.metric = in.Enum(Metric::kManhattan);
  config.index = ReadIndexSettings(in);
  config.payload_fields = ReadPayloadFields(in);
  return config;
}

}  // namespace mi::vector
