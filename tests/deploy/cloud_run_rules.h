// What a Cloud Run service file must satisfy beyond having the right fields
// (deploy/cloudrun/check compares those with the API's types).
//
// Source: the limits stated by the Cloud Run Admin API v1 and its
// documentation, as of 2026-11; deploy/cloudrun/README.md explains them.

#ifndef MI_TESTS_DEPLOY_CLOUD_RUN_RULES_H_
#define MI_TESTS_DEPLOY_CLOUD_RUN_RULES_H_

#include <string>
#include <vector>

#include "yaml-cpp/yaml.h"

namespace mi::deploy {

// Returns one sentence for each rule that `service` breaks; none if it is
// sound. `service` is a Knative Service document that passed the type check.
std::vector<std::string> BrokenRules(const YAML::Node& service);

}  // namespace mi::deploy

#endif  // MI_TESTS_DEPLOY_CLOUD_RUN_RULES_H_
