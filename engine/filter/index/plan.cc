#include "engine/filter/index/plan.h"

#include <algorithm>

namespace mi::filter {
namespace {

using Fields = absl::Span<const std::unique_ptr<const FieldIndex>>;

const FieldIndex* FindField(Fields fields, const payload::Path& path) {
  for (const auto& field : fields) {
    if (field->path() == path) return field.get();
  }
  return nullptr;
}

void PlanCondition(Fields fields, uint32_t num_rows, PlanNode* plan) {
  const Predicate& predicate = *plan->node->predicate;
  plan->num_conditions = 1;
  plan->field = FindField(fields, predicate.path);
  plan->served = plan->field != nullptr && plan->field->Serves(predicate);
  plan->partly_served = plan->served;
  if (!plan->served) {
    plan->num_unserved = 1;
    // Every test but the absence of one needs a value.
    plan->estimate.max =
        plan->field != nullptr ? plan->field->present().count() : num_rows;
    plan->estimate.expected = static_cast<double>(plan->estimate.max) / 2;
    return;
  }
  const FieldEstimate estimate = plan->field->Estimate(predicate);
  plan->estimate = estimate.rows;
  const auto tested = static_cast<double>(
      plan->field->irregular().count() +
      std::min<uint64_t>(plan->field->NeedTest(predicate).count(),
                         plan->estimate.max));
  plan->index_ns = kLookupNs +
                   kEntryNs * static_cast<double>(estimate.gathered_entries) +
                   (kPayloadNs + kConditionNs) * tested;
}

// Bounds hold whatever the members have to do with each other; `expected`
// takes them for independent.
MatchEstimate EstimateAnd(const std::vector<PlanNode>& members,
                          uint32_t num_rows) {
  uint64_t absent = 0;
  double share = 1;
  MatchEstimate all{.max = num_rows};
  for (const PlanNode& member : members) {
    absent += num_rows - member.estimate.min;
    all.max = std::min(all.max, member.estimate.max);
    share *= member.estimate.expected / std::max<double>(num_rows, 1);
  }
  all.min = absent < num_rows ? num_rows - absent : 0;
  all.expected = share * num_rows;
  return all;
}

MatchEstimate EstimateOr(const std::vector<PlanNode>& members,
                         uint32_t num_rows) {
  double missing_share = 1;
  MatchEstimate any;
  for (const PlanNode& member : members) {
    any.min = std::max(any.min, member.estimate.min);
    any.max += member.estimate.max;
    missing_share *=
        1 - member.estimate.expected / std::max<double>(num_rows, 1);
  }
  any.max = std::min<uint64_t>(any.max, num_rows);
  any.expected = (1 - missing_share) * num_rows;
  return any;
}

MatchEstimate EstimateNot(const MatchEstimate& member, uint32_t num_rows) {
  return {.min = num_rows - member.max,
          .max = num_rows - member.min,
          .expected = num_rows - member.expected};
}

}  // namespace

PlanNode MakePlan(const FilterNode& node, Fields fields, uint32_t num_rows) {
  PlanNode plan{.node = &node};
  if (node.kind == FilterNode::Kind::kCondition) {
    PlanCondition(fields, num_rows, &plan);
    return plan;
  }
  plan.served = true;
  plan.members.reserve(node.members.size());
  for (const FilterNode& member : node.members) {
    PlanNode child = MakePlan(member, fields, num_rows);
    plan.served &= child.served;
    plan.partly_served |= child.partly_served;
    plan.num_conditions += child.num_conditions;
    plan.num_unserved += child.num_unserved;
    plan.index_ns += child.index_ns;
    plan.members.push_back(std::move(child));
  }
  switch (node.kind) {
    case FilterNode::Kind::kAnd:
      plan.estimate = EstimateAnd(plan.members, num_rows);
      break;
    case FilterNode::Kind::kOr:
      plan.estimate = EstimateOr(plan.members, num_rows);
      break;
    default:
      plan.estimate = EstimateNot(plan.members[0].estimate, num_rows);
      break;
  }
  plan.estimate.expected =
      std::clamp(plan.estimate.expected, static_cast<double>(plan.estimate.min),
                 static_cast<double>(plan.estimate.max));
  // Those that an index answers come first, the most selective of them ahead.
  std::stable_sort(plan.members.begin(), plan.members.end(),
                   [](const PlanNode& a, const PlanNode& b) {
                     if (a.served != b.served) return a.served;
                     if (a.partly_served != b.partly_served) {
                       return a.partly_served;
                     }
                     return a.estimate.max < b.estimate.max;
                   });
  return plan;
}

}  // namespace mi::filter
