#include "engine/filter/index/selector.h"

#include <utility>

#include "engine/base/status_macros.h"

namespace mi::filter {
namespace {

// Payloads tested between two looks at the stop token.
constexpr uint64_t kStopInterval = 1024;

}  // namespace

absl::StatusOr<RowSelection> Selector::Select(const PlanNode& plan) {
  RowSelection rows = RowSelection::All(num_rows_);
  RETURN_IF_ERROR(Narrow(plan, &rows));
  return rows;
}

absl::Status Selector::Narrow(const PlanNode& plan, RowSelection* rows) {
  if (rows->count() == 0) return absl::OkStatus();
  if (stop_.stop_requested())
    return absl::CancelledError("stopped while filtering");
  if (!plan.partly_served && plan.num_conditions > 0) {
    return NarrowByPayload(plan, rows);
  }
  if (plan.PayloadNs(rows->count()) < plan.IndexNs(rows->count())) {
    return NarrowByPayload(plan, rows);
  }
  switch (plan.node->kind) {
    case FilterNode::Kind::kAnd:
      return NarrowByAnd(plan, rows);
    case FilterNode::Kind::kOr:
      return NarrowByOr(plan, rows);
    case FilterNode::Kind::kNot:
      return NarrowByNot(plan, rows);
    case FilterNode::Kind::kCondition:
      return NarrowByCondition(plan, rows);
  }
  return absl::InternalError("unknown kind of filter");
}

absl::Status Selector::NarrowByAnd(const PlanNode& plan, RowSelection* rows) {
  // What is cheaper to see in the payloads of the survivors waits for the end,
  // so that each payload is read once.
  std::vector<const PlanNode*> waiting;
  for (const PlanNode& member : plan.members) {
    const size_t left = rows->count();
    if (member.partly_served &&
        member.IndexNs(left) <= member.PayloadNs(left)) {
      RETURN_IF_ERROR(Narrow(member, rows));
    } else if (member.num_conditions == 0) {
      RETURN_IF_ERROR(Narrow(member, rows));  // true or false for all
    } else {
      waiting.push_back(&member);
    }
  }
  if (waiting.empty()) return absl::OkStatus();
  return Retain(
      [&](payload::PayloadView payload) {
        for (const PlanNode* member : waiting) {
          if (!member->node->Matches(payload)) return false;
        }
        return true;
      },
      rows);
}

absl::Status Selector::NarrowByOr(const PlanNode& plan, RowSelection* rows) {
  RowSelection matching(num_rows_);
  RowSelection left = std::move(*rows);
  std::vector<const PlanNode*> waiting;
  for (const PlanNode& member : plan.members) {
    if (!member.partly_served && member.num_conditions > 0) {
      waiting.push_back(&member);
      continue;
    }
    RowSelection part = RowSelection::CopyOf(left.View(), num_rows_);
    RETURN_IF_ERROR(Narrow(member, &part));
    matching.Unite(part.View());
    // Rows found twice do no harm; payloads read twice do.
    if (!plan.served) left.Subtract(part.View());
  }
  if (!waiting.empty()) {
    RETURN_IF_ERROR(Retain(
        [&](payload::PayloadView payload) {
          for (const PlanNode* member : waiting) {
            if (member->node->Matches(payload)) return true;
          }
          return false;
        },
        &left));
    matching.Unite(left.View());
  }
  *rows = std::move(matching);
  return absl::OkStatus();
}

absl::Status Selector::NarrowByNot(const PlanNode& plan, RowSelection* rows) {
  RowSelection matching = RowSelection::CopyOf(rows->View(), num_rows_);
  RETURN_IF_ERROR(Narrow(plan.members[0], &matching));
  rows->Subtract(matching.View());
  return absl::OkStatus();
}

absl::Status Selector::NarrowByCondition(const PlanNode& plan,
                                         RowSelection* rows) {
  const FieldIndex& field = *plan.field;
  const Predicate& predicate = *plan.node->predicate;
  const auto passes = [&](payload::PayloadView payload) {
    return predicate.Matches(payload);
  };
  const FoundRows found = field.Find(predicate);
  stats_->entries_read += found.View().count();
  const RowSetView need_test = field.NeedTest(predicate);
  const bool is_exists = std::holds_alternative<AnyValue>(predicate.test);
  const RowSetView irregular =
      is_exists ? RowSetView::Rows({}) : field.irregular();
  if (need_test.count() == 0 && irregular.count() == 0) {
    rows->Intersect(found.View());
    return absl::OkStatus();
  }
  // Rows whose payload decides: those that the index may have wrongly, and
  // those of which it knows too little.
  RowSelection doubtful = RowSelection::CopyOf(rows->View(), num_rows_);
  rows->Intersect(found.View());
  RowSelection tested = RowSelection::CopyOf(rows->View(), num_rows_);
  tested.Intersect(need_test);
  doubtful.Intersect(irregular);
  doubtful.Subtract(rows->View());
  doubtful.Unite(tested.View());
  rows->Subtract(tested.View());
  RETURN_IF_ERROR(Retain(passes, &doubtful));
  rows->Unite(doubtful.View());
  return absl::OkStatus();
}

absl::Status Selector::NarrowByPayload(const PlanNode& plan,
                                       RowSelection* rows) {
  // A condition needs a value.
  if (plan.field != nullptr) rows->Intersect(plan.field->present());
  return Retain(
      [&](payload::PayloadView payload) { return plan.node->Matches(payload); },
      rows);
}

absl::Status Selector::Retain(
    absl::FunctionRef<bool(payload::PayloadView)> test, RowSelection* rows) {
  std::vector<uint32_t> kept;
  uint64_t tested = 0;
  const bool finished = rows->ForEach([&](uint32_t row) {
    if (tested++ % kStopInterval == 0 && stop_.stop_requested()) return false;
    if (test(payload::PayloadView(payloads_(row)))) kept.push_back(row);
    return true;
  });
  stats_->payloads_read += tested;
  if (!finished) return absl::CancelledError("stopped while filtering");
  RowSelection narrowed = RowSelection::OfRows(num_rows_, std::move(kept));
  *rows = std::move(narrowed);
  return absl::OkStatus();
}

}  // namespace mi::filter
