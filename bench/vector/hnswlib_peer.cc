// hnswlib, compiled for the processor of the machine that builds it: at its
// best.

#include <hnswlib/hnswlib.h>

#include "bench/vector/peer.h"

namespace mi::bench {
namespace {

class Hnswlib final : public Peer {
 public:
  Hnswlib(const std::vector<float>& base, const PeerOptions& options)
      : space_(options.dimension),
        index_(&space_, base.size() / options.dimension, options.m,
               options.ef_construction, /*random_seed=*/100) {
    const size_t rows = base.size() / options.dimension;
    for (size_t i = 0; i < rows; ++i) {
      index_.addPoint(&base[i * options.dimension], i);
    }
  }

  std::string name() const override { return "hnswlib"; }

  void Search(const float* query, size_t k, size_t ef,
              std::vector<uint32_t>* rows) override {
    index_.setEf(ef);
    auto found = index_.searchKnn(query, k);  // the worst on top
    rows->resize(found.size());
    for (size_t i = found.size(); i > 0; --i) {
      (*rows)[i - 1] = static_cast<uint32_t>(found.top().second);
      found.pop();
    }
  }

 private:
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> index_;
};

}  // namespace

std::unique_ptr<Peer> BuildHnswlib(const std::vector<float>& base,
                                   const PeerOptions& options) {
  return std::make_unique<Hnswlib>(base, options);
}

}  // namespace mi::bench
