#include "engine/graph/read/index_scan.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "engine/graph/read/index_range.h"
#include "engine/graph/read/matcher.h"
#include "engine/graph/read/row_merge.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

// The rows of a set from `first` on.
class SetStream {
 public:
  SetStream(const OrderedSet<uint32_t>& rows, uint32_t first)
      : at_(rows.Seek([first](uint32_t row) { return row < first; })) {}

  bool done() const { return at_.done(); }
  uint32_t row() const { return *at_; }
  void Next() { at_.Next(); }

 private:
  OrderedSet<uint32_t>::Cursor at_;
};

// The page of a scan while it fills.
class PageBuilder {
 public:
  PageBuilder(size_t limit, std::stop_token stop)
      : limit_(limit), check_(std::move(stop)) {}

  // Takes the next row if `matches` says so; false when the page is done.
  template <typename Matches>
  bool Look(uint32_t row, Matches&& matches) {
    if (check_.Tick()) return false;
    ++page_.scanned;
    if (!matches(row)) return true;
    page_.more = page_.rows.size() == limit_;
    if (page_.more) return false;
    page_.rows.push_back(row);
    return true;
  }

  template <typename Merge, typename Matches>
  void LookAtAll(Merge merge, Matches&& matches) {
    for (merge.Start(); !merge.done(); merge.Next()) {
      if (!Look(merge.row(), matches)) return;
    }
  }

  // Rows of a table that are in use.
  template <typename Records, typename Matches>
  void LookAtTable(const Records& records, uint32_t first, Matches&& matches) {
    for (size_t row = first; row < records.size(); ++row) {
      if (records[row].version == 0) {
        if (check_.Tick()) return;
        continue;
      }
      if (!Look(static_cast<uint32_t>(row), matches)) return;
    }
  }

  StopCheck& check() { return check_; }

  absl::StatusOr<ScanPage> Take(ScanPlan plan) {
    if (check_.stopped()) return StopCheck::Error();
    page_.plan = std::move(plan);
    return std::move(page_);
  }

 private:
  size_t limit_;
  StopCheck check_;
  ScanPage page_;
};

template <typename Query>
uint32_t FirstRow(const Query& query) {
  return query.after.has_value() ? *query.after + 1 : 0;
}

// --- Nodes.

std::vector<std::string> NamesOf(const Dictionary& dictionary,
                                 absl::Span<const NameId> ids) {
  std::vector<std::string> names;
  for (const NameId id : ids) names.emplace_back(dictionary.name(id));
  return names;
}

class NodeScanner {
 public:
  NodeScanner(const GraphView& view, const NodeScanQuery& query)
      : view_(view), query_(query), matcher_(view, query.selector) {
    if (matcher_.never()) return;
    PlanTable();
    PlanLabels();
    PlanIndexes();
  }

  const ScanPlan& plan() const { return plan_; }

  absl::StatusOr<ScanPage> Run(std::stop_token stop) {
    PageBuilder page(query_.limit, std::move(stop));
    const auto matches = [this](NodeRow node) {
      return matcher_.Matches(node);
    };
    switch (plan_.kind) {
      case ScanPlan::Kind::kNothing:
        break;
      case ScanPlan::Kind::kAll:
        page.LookAtTable(view_.nodes, FirstRow(query_), matches);
        break;
      case ScanPlan::Kind::kName: {
        RowMerge<SetStream> merge;
        for (const NameId label : labels_) {
          merge.Add(SetStream(view_.NodesWithLabel(label), FirstRow(query_)));
        }
        page.LookAtAll(std::move(merge), matches);
        break;
      }
      case ScanPlan::Kind::kIndex:
        ScanIndex(page, matches);
        break;
    }
    return page.Take(plan_);
  }

 private:
  void PlanTable() {
    plan_.kind = ScanPlan::Kind::kAll;
    plan_.candidates = view_.node_count();
  }

  void PlanLabels() {
    for (const NameId label : matcher_.all_labels()) OfferLabels({label});
    if (!matcher_.any_label().empty()) {
      OfferLabels({matcher_.any_label().begin(), matcher_.any_label().end()});
    }
  }

  void OfferLabels(std::vector<NameId> labels) {
    uint64_t candidates = 0;
    for (const NameId label : labels) {
      candidates += view_.NodesWithLabel(label).size();
    }
    // Any label is better than none, since labels need not be tested.
    if (plan_.kind != ScanPlan::Kind::kAll && candidates >= plan_.candidates) {
      return;
    }
    plan_ = {.kind = ScanPlan::Kind::kName,
             .names = NamesOf(view_.labels, labels),
             .candidates = candidates};
    labels_ = std::move(labels);
  }

  // Whether all nodes that are meant have a label.
  bool Implies(NameId label) const {
    const auto all = matcher_.all_labels();
    const auto any = matcher_.any_label();
    return std::find(all.begin(), all.end(), label) != all.end() ||
           (any.size() == 1 && any.front() == label);
  }

  void PlanIndexes() {
    for (size_t i = 0; i < view_.indexes.size(); ++i) {
      const PropertyIndex& index = view_.indexes[i];
      if (!Implies(index.label)) continue;
      std::vector<CompiledTest> tests;
      for (const PropertyCondition& condition : query_.selector.conditions) {
        if (condition.property == index.definition->property) {
          tests.emplace_back(condition);
        }
      }
      auto range = IndexRange::For(index, tests);
      if (range.has_value()) OfferIndex(std::move(*range));
    }
  }

  void OfferIndex(IndexRange range) {
    const uint64_t count = range.count();
    if (plan_.kind == ScanPlan::Kind::kIndex ? count >= plan_.candidates
                                             : count > plan_.candidates) {
      return;
    }
    RowMerge<IndexStream> merge;
    const bool in_order = range.AddTo(&merge, FirstRow(query_));
    if (!in_order && IsFasterByLabel(range)) return;
    plan_ = {.kind = ScanPlan::Kind::kIndex,
             .names = {range.index().definition->label},
             .property = range.index().definition->property,
             .candidates = count};
    range_.emplace(std::move(range));
    in_order_ = in_order;
    merge_ = std::move(merge);
  }

  // Compares fetching and ordering all rows of a range with testing rows that
  // have the label until a page is full, if the matches lie evenly among them.
  bool IsFasterByLabel(const IndexRange& range) const {
    constexpr double kTestOverFetch = 16;
    const auto labelled =
        static_cast<double>(view_.NodesWithLabel(range.index().label).size());
    const auto count = static_cast<double>(range.count());
    const double tested = std::min(
        labelled, static_cast<double>(query_.limit + 1) * labelled / count);
    return count > kTestOverFetch * tested;
  }

  template <typename Matches>
  void ScanIndex(PageBuilder& page, const Matches& matches) {
    if (in_order_) return page.LookAtAll(std::move(merge_), matches);
    const NodeRow first = FirstRow(query_);
    std::vector<NodeRow> rows;
    range_->ForEach([&](NodeRow node) {
      if (node >= first) rows.push_back(node);
      return !page.check().Tick();
    });
    std::make_heap(rows.begin(), rows.end(), std::greater<>());
    while (!rows.empty()) {
      std::pop_heap(rows.begin(), rows.end(), std::greater<>());
      if (!page.Look(rows.back(), matches)) return;
      rows.pop_back();
    }
  }

  const GraphView& view_;
  const NodeScanQuery& query_;
  NodeMatcher matcher_;
  ScanPlan plan_;
  std::vector<NameId> labels_;       // of kName
  std::optional<IndexRange> range_;  // of kIndex
  bool in_order_ = false;            // whether merge_ has all of the range
  RowMerge<IndexStream> merge_;
};

// --- Edges and hyperedges.

template <typename Records, typename Sets>
absl::StatusOr<ScanPage> ScanByType(const GraphView& view,
                                    const EdgeScanQuery& query,
                                    const EdgeMatcher& matcher,
                                    const Records& records, uint64_t count,
                                    const Sets& rows_by_type,
                                    std::stop_token stop) {
  PageBuilder page(query.limit, std::move(stop));
  if (matcher.never()) return page.Take({});
  ScanPlan plan;
  const auto matches = [&matcher](uint32_t row) {
    return matcher.Matches(row);
  };
  if (matcher.types().empty()) {
    plan = {.kind = ScanPlan::Kind::kAll, .candidates = count};
    page.LookAtTable(records, FirstRow(query), matches);
    return page.Take(std::move(plan));
  }
  plan.kind = ScanPlan::Kind::kName;
  plan.names = NamesOf(view.types, matcher.types());
  RowMerge<SetStream> merge;
  for (const NameId type : matcher.types()) {
    if (type >= rows_by_type.size()) continue;
    plan.candidates += rows_by_type[type].size();
    merge.Add(SetStream(rows_by_type[type], FirstRow(query)));
  }
  page.LookAtAll(std::move(merge), matches);
  return page.Take(std::move(plan));
}

}  // namespace

ScanPlan PlanNodeScan(const GraphView& view, const NodeScanQuery& query) {
  return NodeScanner(view, query).plan();
}

absl::StatusOr<ScanPage> ScanNodes(const GraphView& view,
                                   const NodeScanQuery& query,
                                   std::stop_token stop) {
  return NodeScanner(view, query).Run(std::move(stop));
}

absl::StatusOr<ScanPage> ScanEdges(const GraphView& view,
                                   const EdgeScanQuery& query,
                                   std::stop_token stop) {
  return ScanByType(view, query, EdgeMatcher::ForEdges(view, query.selector),
                    view.edges, view.edge_count(), view.edges_by_type,
                    std::move(stop));
}

absl::StatusOr<ScanPage> ScanHyperedges(const GraphView& view,
                                        const EdgeScanQuery& query,
                                        std::stop_token stop) {
  return ScanByType(view, query,
                    EdgeMatcher::ForHyperedges(view, query.selector),
                    view.hyperedges, view.hyperedge_count(),
                    view.hyperedges_by_type, std::move(stop));
}

}  // namespace mi::graph
