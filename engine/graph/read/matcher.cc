#include "engine/graph/read/matcher.h"

#include <algorithm>
#include <string>

namespace mi::graph {
namespace {

// The numbers of those names that are known, ascending, each once.
std::vector<NameId> Resolve(const Dictionary& dictionary,
                            const std::vector<std::string>& names) {
  std::vector<NameId> ids;
  for (const std::string& name : names) {
    if (const auto id = dictionary.Find(name)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

bool KnowsAll(const Dictionary& dictionary,
              const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return dictionary.Find(name).has_value();
  });
}

}  // namespace

NodeMatcher::NodeMatcher(const GraphView& view, const NodeSelector& selector)
    : view_(view),
      any_label_(Resolve(view.labels, selector.any_label)),
      all_labels_(Resolve(view.labels, selector.all_labels)),
      rest_(view, view.node_properties, selector.conditions) {
  never_ = rest_.never() ||
           (!selector.any_label.empty() && any_label_.empty()) ||
           !KnowsAll(view.labels, selector.all_labels);
  tests_labels_ = !any_label_.empty() || !all_labels_.empty();
}

bool NodeMatcher::SetMatches(uint32_t label_set) const {
  const std::vector<NameId> labels = view_.NamesIn(label_set);
  const auto has = [&labels](NameId label) {
    return std::binary_search(labels.begin(), labels.end(), label);
  };
  return (any_label_.empty() ||
          std::any_of(any_label_.begin(), any_label_.end(), has)) &&
         std::all_of(all_labels_.begin(), all_labels_.end(), has);
}

EdgeMatcher::EdgeMatcher(const GraphView& view, const Columns& columns,
                         const OrderedSet<SpanCell>& spans,
                         const EdgeSelector& selector)
    : types_(Resolve(view.types, selector.types)),
      conditions_(view, columns, selector.conditions),
      spans_(&spans) {
  never_ = conditions_.never() || (!selector.types.empty() && types_.empty());
  if (!spans.empty()) as_of_ = selector.as_of;
}

bool EdgeMatcher::HasType(NameId type) const {
  return types_.empty() ||
         std::binary_search(types_.begin(), types_.end(), type);
}

bool EdgeMatcher::MatchesConditions(uint32_t row) const {
  if (never_) return false;
  if (as_of_.has_value()) {
    const SpanCell* const cell = spans_->Find({.row = row, .span = {}});
    if (cell != nullptr && !cell->span.Contains(*as_of_)) return false;
  }
  return conditions_.always() || conditions_.Holds(row);
}

}  // namespace mi::graph
