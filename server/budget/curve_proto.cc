#include "server/budget/curve_proto.h"

namespace mi::server {

budget::ResponseCurve FromProto(const v1::ResponseCurve& curve,
                                std::string_view field,
                                Violations* violations) {
  using budget::CurveKind;
  budget::ResponseCurve out;
  switch (curve.kind_case()) {
    case v1::ResponseCurve::kHill:
      out.kind = CurveKind::kHill;
      out.saturation = curve.hill().saturation();
      out.scale = curve.hill().scale();
      out.shape = curve.hill().shape();
      break;
    case v1::ResponseCurve::kMichaelisMenten:
      out.kind = CurveKind::kMichaelisMenten;
      out.saturation = curve.michaelis_menten().saturation();
      out.scale = curve.michaelis_menten().scale();
      break;
    case v1::ResponseCurve::kLogistic:
      out.kind = CurveKind::kLogistic;
      out.saturation = curve.logistic().saturation();
      out.rate = curve.logistic().rate();
      out.midpoint = curve.logistic().midpoint();
      break;
    case v1::ResponseCurve::kExponential:
      out.kind = CurveKind::kExponential;
      out.saturation = curve.exponential().saturation();
      out.scale = curve.exponential().scale();
      break;
    case v1::ResponseCurve::kPower:
      out.kind = CurveKind::kPower;
      out.saturation = curve.power().coefficient();
      out.shape = curve.power().exponent();
      break;
    case v1::ResponseCurve::kPoints:
      out.kind = CurveKind::kPoints;
      for (const v1::CurvePoint& point : curve.points().points()) {
        out.points.push_back({point.spend(), point.response()});
      }
      break;
    case v1::ResponseCurve::KIND_NOT_SET:
      violations->Add(field,
                      "is required: one of hill, michaelis_menten, "
                      "logistic, exponential, power, points");
      break;
  }
  return out;
}

void ToProto(const budget::ResponseCurve& curve, v1::ResponseCurve* out) {
  using budget::CurveKind;
  switch (curve.kind) {
    case CurveKind::kHill:
      out->mutable_hill()->set_saturation(curve.saturation);
      out->mutable_hill()->set_scale(curve.scale);
      out->mutable_hill()->set_shape(curve.shape);
      break;
    case CurveKind::kMichaelisMenten:
      out->mutable_michaelis_menten()->set_saturation(curve.saturation);
      out->mutable_michaelis_menten()->set_scale(curve.scale);
      break;
    case CurveKind::kLogistic:
      out->mutable_logistic()->set_saturation(curve.saturation);
      out->mutable_logistic()->set_rate(curve.rate);
      out->mutable_logistic()->set_midpoint(curve.midpoint);
      break;
    case CurveKind::kExponential:
      out->mutable_exponential()->set_saturation(curve.saturation);
      out->mutable_exponential()->set_scale(curve.scale);
      break;
    case CurveKind::kPower:
      out->mutable_power()->set_coefficient(curve.saturation);
      out->mutable_power()->set_exponent(curve.shape);
      break;
    case CurveKind::kPoints:
      for (const budget::CurvePoint& point : curve.points) {
        v1::CurvePoint* added = out->mutable_points()->add_points();
        added->set_spend(point.spend);
        added->set_response(point.response);
      }
      break;
  }
}

}  // namespace mi::server
