// The body of a journal record, for each kind of change.

#ifndef MI_ENGINE_WORKSPACE_CHANGE_CODEC_H_
#define MI_ENGINE_WORKSPACE_CHANGE_CODEC_H_

#include "engine/base/codec.h"
#include "engine/workspace/change.h"

namespace mi::workspace {

// Each kind of change has one Encode and one Decode, which name the same fields
// in the same order. Decode fails the reader for bytes that Encode cannot have
// written.
void Encode(const CreateCollection& change, Writer& out);
void Decode(Reader& in, CreateCollection& change);
void Encode(const UpdateCollection& change, Writer& out);
void Decode(Reader& in, UpdateCollection& change);
void Encode(const DeleteCollection& change, Writer& out);
void Decode(Reader& in, DeleteCollection& change);
void Encode(const SetAlias& change, Writer& out);
void Decode(Reader& in, SetAlias& change);
void Encode(const DeleteAlias& change, Writer& out);
void Decode(Reader& in, DeleteAlias& change);
void Encode(const UpsertPoints& change, Writer& out);
void Decode(Reader& in, UpsertPoints& change);
void Encode(const DeletePoints& change, Writer& out);
void Decode(Reader& in, DeletePoints& change);
void Encode(const CreateGraph& change, Writer& out);
void Decode(Reader& in, CreateGraph& change);
void Encode(const DeleteGraph& change, Writer& out);
void Decode(Reader& in, DeleteGraph& change);
void Encode(const CreateGraphIndex& change, Writer& out);
void Decode(Reader& in, CreateGraphIndex& change);
void Encode(const DeleteGraphIndex& change, Writer& out);
void Decode(Reader& in, DeleteGraphIndex& change);
void Encode(const WriteGraph& change, Writer& out);
void Decode(Reader& in, WriteGraph& change);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_CHANGE_CODEC_H_
