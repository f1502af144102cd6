// Mutations as bytes of a journal record.

#ifndef MI_ENGINE_GRAPH_MUTATION_CODEC_H_
#define MI_ENGINE_GRAPH_MUTATION_CODEC_H_

#include <vector>

#include "absl/types/span.h"
#include "engine/base/codec.h"
#include "engine/graph/mutation.h"

namespace mi::graph {

// Each name stands in the bytes once: an edge without properties takes about 25
// bytes. Expected versions are left out: they held when the record was written.
void WriteMutations(absl::Span<const Mutation> mutations, Writer& out);

// Fails `in` for bytes that WriteMutations cannot have written.
std::vector<Mutation> ReadMutations(Reader& in);

// The same for an index.
void WriteIndexDefinition(const IndexDefinition& definition, Writer& out);
IndexDefinition ReadIndexDefinition(Reader& in);

// A value behind its length.
void WriteValue(const Value& value, Writer& out);
Value ReadValue(Reader& in);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_MUTATION_CODEC_H_
