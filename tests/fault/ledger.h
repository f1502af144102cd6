// A client that keeps an account of what it wrote, and compares it with what a
// server has afterwards.

#ifndef MI_TESTS_FAULT_LEDGER_H_
#define MI_TESTS_FAULT_LEDGER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "tests/support/server_process.h"

namespace mi::testing {

namespace v1 = ::marketing::intelligence::v1;

// Creates the collection that ledgers write into; OK when it is there already.
grpc::Status CreateLedgerCollection(const ServerProcess& server, int dimension);

// The number of points in that collection.
uint64_t CountLedgerPoints(const ServerProcess& server);

// Writes batch after batch. Each holds new points, whose vectors follow from
// their ids, and replaces one point that all batches of a ledger share.
// Thread-compatible.
class Ledger {
 public:
  struct Shape {
    int dimension = 32;
    int batch = 20;
  };

  // Ledgers that write into one collection need names of their own.
  Ledger(std::string name, uint64_t seed, Shape shape);

  // Sends the next batch and notes what comes of it.
  grpc::Status Write(const ServerProcess& server);
  void WriteUntilDeath(const ServerProcess& server);

  // Compares every batch with what the server has: an acknowledged one has to
  // be there with the right vectors, a refused one must not be, and one without
  // an answer is there whole or not at all. What it finds out about the latter
  // has to hold from then on. Returns the number of points that belong to this
  // ledger, and adds a line to `problems` for whatever is wrong.
  uint64_t Check(const ServerProcess& server,
                 std::vector<std::string>* problems);

  // Batches and points that the server said are written.
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t acknowledged_points() const {
    return acknowledged_ * static_cast<uint64_t>(shape_.batch);
  }
  // Batches of them that a check did not find as they should be.
  uint64_t lost() const { return lost_; }

 private:
  enum class Outcome { kWritten, kRefused, kUnknown };

  std::string Id(size_t batch, int point) const;
  std::string SharedId() const { return name_ + "-shared"; }
  std::vector<float> VectorOf(size_t batch, int point) const;
  bool Holds(const v1::Point& point, size_t batch, int number) const;
  grpc::Status Send(v1::SearchService::Stub& stub);
  void CheckBatch(size_t batch, const std::vector<const v1::Point*>& points,
                  std::vector<std::string>* problems);
  void CheckShared(v1::SearchService::Stub& stub,
                   std::vector<std::string>* problems) const;

  std::string name_;
  uint64_t seed_;
  Shape shape_;
  std::vector<Outcome> batches_;
  uint64_t acknowledged_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace mi::testing

#endif  // MI_TESTS_FAULT_LEDGER_H_
