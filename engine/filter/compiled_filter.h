// A filter made ready to be asked about many payloads: paths parsed, operands
// sorted, words folded. Made once a request.

#ifndef MI_ENGINE_FILTER_COMPILED_FILTER_H_
#define MI_ENGINE_FILTER_COMPILED_FILTER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/filter.h"
#include "engine/filter/predicate.h"
#include "engine/payload/payload_view.h"

namespace mi::filter {

// One node of a compiled filter. NotEqual and NotIn have become negations.
struct FilterNode {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCondition };

  bool Matches(payload::PayloadView payload) const;

  Kind kind = Kind::kAnd;
  std::vector<FilterNode> members;             // exactly one for kNot
  std::shared_ptr<const Predicate> predicate;  // exactly for kCondition
};

// Thread-safe: immutable. Cheap to copy.
class CompiledFilter {
 public:
  // Matches everything.
  CompiledFilter();

  // Errors: INVALID_ARGUMENT with what ValidateFilter reports.
  static absl::StatusOr<CompiledFilter> Compile(
      const Filter& filter, std::string_view field = "filter",
      const FilterLimits& limits = {});

  // Whether the payload passes. This is the definition that every index
  // agrees with. Cost: 25 ns (payload in cache) to 100 ns (not) a condition.
  bool Matches(payload::PayloadView payload) const {
    return root_->Matches(payload);
  }

  // True when it is known to match every payload, as the empty filter does.
  bool matches_everything() const;

  const FilterNode& root() const { return *root_; }

 private:
  std::shared_ptr<const FilterNode> root_;
};

// Validates, compiles and tests one payload.
absl::StatusOr<bool> Matches(const Filter& filter,
                             payload::PayloadView payload);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_COMPILED_FILTER_H_
