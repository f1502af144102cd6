#include "engine/payload/value.h"

#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::payload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Faults(const Payload& payload) {
  Violations violations;
  ValidatePayload(payload, "payload", &violations);
  std::vector<std::string> fields;
  if (const auto details = GetErrorDetails(violations.ToStatus())) {
    for (const auto& fault : details->violations) fields.push_back(fault.field);
  }
  return fields;
}

TEST(ValueTest, TypesAreKept) {
  EXPECT_EQ(Value("a").type(), ValueType::kString);  // not a bool
  EXPECT_EQ(Value(1).type(), ValueType::kInteger);
  EXPECT_EQ(Value(1.0).type(), ValueType::kFloat);
  EXPECT_EQ(Value(true).type(), ValueType::kBool);
  EXPECT_EQ(Value().type(), ValueType::kNull);
  EXPECT_EQ(Value(List{}).type(), ValueType::kList);
  EXPECT_EQ(Value(Object{}).type(), ValueType::kObject);
  EXPECT_NE(Value(1), Value(1.0));
}

TEST(ValidatePayloadTest, AcceptsTheEdges) {
  EXPECT_THAT(Faults({{"geo", GeoPoint{-90, 180}},
                      {"time", DateTime{kMaxDateTimeMicros}},
                      {"float", -1.7976931348623157e308},
                      {"text", std::string(kMaxStringBytes, 'a')},
                      {std::string(kMaxKeyBytes, 'k'), 1}}),
              IsEmpty());
}

TEST(ValidatePayloadTest, NamesEveryFieldAtFault) {
  EXPECT_THAT(
      Faults({{"a", std::nan("")},
              {"b", Object{{"x.y", HUGE_VAL}}},
              {"c", List{1, DateTime{-1}, DateTime{kMaxDateTimeMicros + 1}}},
              {"d", GeoPoint{90.1, -180.1}},
              {"e", std::string(kMaxStringBytes + 1, 'a')},
              {"f", "\xff"},
              {"g", GeoPoint{std::nan(""), 0}}}),
      ElementsAre("payload.a", "payload.b.x\\.y", "payload.c[1]",
                  "payload.c[2]", "payload.d", "payload.d", "payload.e",
                  "payload.f", "payload.g"));
}

TEST(ValidatePayloadTest, KeysHaveLimits) {
  EXPECT_THAT(Faults({{"", 1}}), ElementsAre("payload"));
  EXPECT_THAT(Faults({{std::string(kMaxKeyBytes + 1, 'k'), 1}}),
              ElementsAre("payload"));
  EXPECT_THAT(Faults({{"o", Object{{"\xff", 1}}}}), ElementsAre("payload.o"));
}

TEST(ValidatePayloadTest, ObjectsNestAsDeepAsLists) {
  Value value = 1;
  for (int depth = kMaxDepth; depth > 1; --depth) value = Object{{"o", value}};
  EXPECT_THAT(Faults({{"o", value}}), IsEmpty());
  EXPECT_EQ(Faults({{"o", Object{{"o", value}}}}).size(), 1);
}

}  // namespace
}  // namespace mi::payload
