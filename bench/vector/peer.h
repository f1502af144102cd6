// The libraries that the vector index is measured beside.

#ifndef MI_BENCH_VECTOR_PEER_H_
#define MI_BENCH_VECTOR_PEER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mi::bench {

struct PeerOptions {
  size_t dimension = 0;
  size_t m = 16;
  size_t ef_construction = 200;
};

// An index of unit vectors under the inner product, built and searched by one
// thread.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual std::string name() const = 0;
  // `ef`: candidates; ignored by exact indexes. Rows, best first.
  virtual void Search(const float* query, size_t k, size_t ef,
                      std::vector<uint32_t>* rows) = 0;
};

// `base` is [rows, dimension] and must outlive the peer.
std::unique_ptr<Peer> BuildHnswlib(const std::vector<float>& base,
                                   const PeerOptions& options);
std::unique_ptr<Peer> BuildFaissHnsw(const std::vector<float>& base,
                                     const PeerOptions& options);
std::unique_ptr<Peer> BuildFaissFlat(const std::vector<float>& base,
                                     const PeerOptions& options);

}  // namespace mi::bench

#endif  // MI_BENCH_VECTOR_PEER_H_
