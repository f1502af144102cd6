#include "clients/cpp/load/row_source.h"

#include <string_view>
#include <utility>
#include <variant>

#include "absl/hash/hash.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// What both kinds of sources share.
template <typename RowType>
class ReaderSource : public RowSource {
 public:
  ReaderSource(RowReader<RowType>& reader, std::string target)
      : reader_(reader), target_(std::move(target)) {}

  absl::StatusOr<bool> Next() override {
    ASSIGN_OR_RETURN(const bool more, reader_.Next(&row_));
    if (!more) return false;
    facts_.line = row_.line;
    facts_.problem = row_.problem;
    facts_.writes.clear();
    facts_.needs.clear();
    if (facts_.problem.empty()) Examine(row_, &facts_);
    return true;
  }
  const RowFacts& row() const override { return facts_; }

  Position position() const override { return reader_.position(); }
  absl::Status Resume(const Position& position) override {
    return reader_.Resume(position);
  }
  const std::string& path() const override { return reader_.path(); }
  uint64_t size() const override { return reader_.size(); }
  std::optional<uint64_t> total_rows() const override {
    return reader_.total_rows();
  }

 protected:
  // Fills in what is not taken over from the row.
  virtual void Examine(const RowType& row, RowFacts* facts) = 0;

  RowType& read_row() { return row_; }
  const std::string& target() const { return target_; }

 private:
  RowReader<RowType>& reader_;
  const std::string target_;
  RowType row_;
  RowFacts facts_;
};

class PointSource : public ReaderSource<Row> {
 public:
  PointSource(PointReader& reader, std::string collection, size_t dimension)
      : ReaderSource(reader, std::move(collection)),
        is_given_(dimension > 0),
        dimension_(dimension) {}

  void Begin(Batch* batch) const override {
    batch->request.emplace<Batch::Points>().set_collection(target());
  }
  void MoveTo(Batch* batch) override {
    *std::get<Batch::Points>(batch->request).add_points()->mutable_point() =
        std::move(read_row().point);
  }

 private:
  void Examine(const Row& row, RowFacts* facts) override {
    facts->bytes = row.point.ByteSizeLong();
    facts->writes.push_back(absl::Hash<std::string_view>()(row.point.id()));
    const auto components = static_cast<size_t>(row.point.vector_size());
    if (dimension_ == 0) dimension_ = components;
    if (components == dimension_) return;
    facts->problem = fmt::format(
        "the vector has {} components, {} {}", components,
        is_given_ ? "the collection has" : "the first row has", dimension_);
  }

  const bool is_given_;
  size_t dimension_;
};

enum class ElementKind { kNode, kEdge, kHyperedge };

class GraphSource : public ReaderSource<GraphRow> {
 public:
  using ReaderSource::ReaderSource;

  void Begin(Batch* batch) const override {
    batch->request.emplace<Batch::Graph>().set_graph(target());
  }
  void MoveTo(Batch* batch) override {
    *std::get<Batch::Graph>(batch->request).add_mutations() =
        std::move(read_row().mutation);
  }

 private:
  // Nothing for an element whose id the server is to make up.
  static void Add(ElementKind kind, const v1::ElementId& id,
                  std::vector<uint64_t>* hashes) {
    if (id.kind_case() == v1::ElementId::kName) {
      hashes->push_back(absl::HashOf(kind, std::string_view(id.name())));
    } else if (id.kind_case() == v1::ElementId::kNumber) {
      hashes->push_back(absl::HashOf(kind, id.number()));
    }
  }

  void Examine(const GraphRow& row, RowFacts* facts) override {
    facts->bytes = row.mutation.ByteSizeLong();
    if (row.mutation.has_put_node()) {
      Add(ElementKind::kNode, row.mutation.put_node().node().id(),
          &facts->writes);
    } else if (row.mutation.has_put_edge()) {
      const v1::Edge& edge = row.mutation.put_edge().edge();
      Add(ElementKind::kEdge, edge.id(), &facts->writes);
      Add(ElementKind::kNode, edge.source_id(), &facts->needs);
      Add(ElementKind::kNode, edge.target_id(), &facts->needs);
    } else {
      const v1::Hyperedge& hyperedge = row.mutation.put_hyperedge().hyperedge();
      Add(ElementKind::kHyperedge, hyperedge.id(), &facts->writes);
      for (const v1::HyperedgeMember& member : hyperedge.members()) {
        Add(ElementKind::kNode, member.node_id(), &facts->needs);
      }
    }
  }
};

}  // namespace

std::unique_ptr<RowSource> MakePointSource(PointReader& reader,
                                           std::string collection,
                                           size_t dimension) {
  return std::make_unique<PointSource>(reader, std::move(collection),
                                       dimension);
}

std::unique_ptr<RowSource> MakeGraphSource(GraphReader& reader,
                                           std::string graph) {
  return std::make_unique<GraphSource>(reader, std::move(graph));
}

}  // namespace mi::client
