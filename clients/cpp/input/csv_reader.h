// Points from CSV files.

#ifndef MI_CLIENTS_CPP_INPUT_CSV_READER_H_
#define MI_CLIENTS_CPP_INPUT_CSV_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/input/csv_mapping.h"
#include "clients/cpp/input/point_reader.h"

namespace mi::client {

// `mapping` is of the same file.
absl::StatusOr<std::unique_ptr<PointReader>> OpenCsv(const std::string& path,
                                                     char delimiter,
                                                     CsvMapping mapping);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_CSV_READER_H_
