// FAISS as Debian packages it.

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>

#include "bench/vector/peer.h"

namespace mi::bench {
namespace {

void Collect(const faiss::Index& index, const float* query, size_t k,
             std::vector<uint32_t>* rows) {
  std::vector<float> distances(k);
  std::vector<faiss::Index::idx_t> labels(k);
  index.search(1, query, static_cast<faiss::Index::idx_t>(k), distances.data(),
               labels.data());
  rows->assign(labels.begin(), labels.end());
}

class FaissHnsw final : public Peer {
 public:
  FaissHnsw(const std::vector<float>& base, const PeerOptions& options)
      : index_(static_cast<int>(options.dimension), static_cast<int>(options.m),
               faiss::METRIC_INNER_PRODUCT) {
    index_.hnsw.efConstruction = static_cast<int>(options.ef_construction);
    index_.add(
        static_cast<faiss::Index::idx_t>(base.size() / options.dimension),
        base.data());
  }
  std::string name() const override { return "FAISS HNSW"; }
  void Search(const float* query, size_t k, size_t ef,
              std::vector<uint32_t>* rows) override {
    index_.hnsw.efSearch = static_cast<int>(ef);
    Collect(index_, query, k, rows);
  }

 private:
  faiss::IndexHNSWFlat index_;
};

class FaissFlat final : public Peer {
 public:
  FaissFlat(const std::vector<float>& base, const PeerOptions& options)
      : index_(static_cast<faiss::Index::idx_t>(options.dimension)) {
    index_.add(
        static_cast<faiss::Index::idx_t>(base.size() / options.dimension),
        base.data());
  }
  std::string name() const override { return "FAISS flat"; }
  void Search(const float* query, size_t k, size_t,
              std::vector<uint32_t>* rows) override {
    Collect(index_, query, k, rows);
  }

 private:
  faiss::IndexFlatIP index_;
};

}  // namespace

std::unique_ptr<Peer> BuildFaissHnsw(const std::vector<float>& base,
                                     const PeerOptions& options) {
  return std::make_unique<FaissHnsw>(base, options);
}

std::unique_ptr<Peer> BuildFaissFlat(const std::vector<float>& base,
                                     const PeerOptions& options) {
  return std::make_unique<FaissFlat>(base, options);
}

}  // namespace mi::bench
