// Response curves as messages.

#ifndef MI_SERVER_BUDGET_CURVE_PROTO_H_
#define MI_SERVER_BUDGET_CURVE_PROTO_H_

#include <string_view>

#include "engine/base/error.h"
#include "engine/budget/response_curve.h"
#include "marketing/intelligence/v1/response_curve.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// A curve whose kind is not set is reported under `field`, and flat. Its
// numbers are not looked at: CheckCurve does that.
budget::ResponseCurve FromProto(const v1::ResponseCurve& curve,
                                std::string_view field, Violations* violations);

void ToProto(const budget::ResponseCurve& curve, v1::ResponseCurve* out);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_CURVE_PROTO_H_
