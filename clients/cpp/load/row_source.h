// Rows on their way into batches, whatever they are.

#ifndef MI_CLIENTS_CPP_LOAD_ROW_SOURCE_H_
#define MI_CLIENTS_CPP_LOAD_ROW_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/input/graph/graph_reader.h"
#include "clients/cpp/input/point_reader.h"
#include "clients/cpp/load/batch.h"

namespace mi::client {

// Thread-compatible.
class RowSource {
 public:
  // What a batch has to know of a row.
  struct RowFacts {
    uint64_t line = 0;
    std::string problem;  // not to be put into a batch, if not empty
    size_t bytes = 0;
    std::vector<uint64_t> writes;  // as in Batch
    std::vector<uint64_t> needs;
  };

  virtual ~RowSource() = default;

  // Reads a row; false at the end. Errors: nothing more can be read.
  virtual absl::StatusOr<bool> Next() = 0;
  // Of the row read last.
  virtual const RowFacts& row() const = 0;

  // Makes the request of a batch that is empty.
  virtual void Begin(Batch* batch) const = 0;
  // Moves the row read last into a batch. Once.
  virtual void MoveTo(Batch* batch) = 0;

  // As RowReader.
  virtual Position position() const = 0;
  virtual absl::Status Resume(const Position& position) = 0;
  virtual const std::string& path() const = 0;
  virtual uint64_t size() const = 0;
  virtual std::optional<uint64_t> total_rows() const = 0;
};

// Points of `reader`, which must outlive it, for a collection. All vectors must
// have `dimension` components; 0: those of the first.
std::unique_ptr<RowSource> MakePointSource(PointReader& reader,
                                           std::string collection,
                                           size_t dimension);

// Elements of `reader`, which must outlive it, for a graph.
std::unique_ptr<RowSource> MakeGraphSource(GraphReader& reader,
                                           std::string graph);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_ROW_SOURCE_H_
