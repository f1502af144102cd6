// .fvecs files: for each vector its number of components as a 32-bit integer,
// then the components as 32-bit floats, all little-endian.
//
// Source: H. Jégou, M. Douze and C. Schmid, "Product quantization for nearest
// neighbor search", IEEE TPAMI 33(1), 2011, whose data sets have this format.

#ifndef MI_CLIENTS_CPP_INPUT_FVECS_READER_H_
#define MI_CLIENTS_CPP_INPUT_FVECS_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/input/point_reader.h"

namespace mi::client {

// Ids are the numbers of the rows, from 0, behind `id_prefix`.
absl::StatusOr<std::unique_ptr<PointReader>> OpenFvecs(
    const std::string& path, const std::string& id_prefix);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_FVECS_READER_H_
