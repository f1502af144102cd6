// The bytes of a collection's configuration, in the form of
// engine/base/codec.h. They stand in journals and snapshots: a change of the
// fields is a new schema version of whatever holds them.

#ifndef MI_ENGINE_VECTOR_CONFIG_CODEC_H_
#define MI_ENGINE_VECTOR_CONFIG_CODEC_H_

#include <vector>

#include "engine/base/codec.h"
#include "engine/filter/schema.h"
#include "engine/vector/collection_config.h"

namespace mi::vector {

void WriteIndexSettings(const IndexSettings& index, Writer& out);
IndexSettings ReadIndexSettings(Reader& in);

void WritePayloadFields(const std::vector<filter::FieldSchema>& fields,
                        Writer& out);
std::vector<filter::FieldSchema> ReadPayloadFields(Reader& in);

void WriteConfig(const CollectionConfig& config, Writer& out);
CollectionConfig ReadConfig(Reader& in);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_CONFIG_CODEC_H_
