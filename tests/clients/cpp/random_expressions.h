// Random filters with the expressions that mean them, for property tests.

#ifndef MI_TESTS_CLIENTS_CPP_RANDOM_EXPRESSIONS_H_
#define MI_TESTS_CLIENTS_CPP_RANDOM_EXPRESSIONS_H_

#include <string>

#include "engine/base/random.h"
#include "marketing/intelligence/v1/filter.pb.h"

namespace mi::client {

struct RandomExpression {
  std::string text;
  marketing::intelligence::v1::Filter filter;
};

// At most `depth` levels of and, or and not above the conditions.
RandomExpression MakeExpression(Random& random, int depth);

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_RANDOM_EXPRESSIONS_H_
