// deploy/cloudrun/service.yaml keeps the platform's rules and ours, is fully
// explained, and each rule notices when it is broken.

#include "tests/deploy/cloud_run_rules.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config.h"
#include "tests/support/source_dir.h"
#include "tests/support/status_matchers.h"
#include "yaml-cpp/yaml.h"

namespace mi::deploy {
namespace {

using ::mi::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::filesystem::path Folder() {
  return testing::SourceDir() / "deploy/cloudrun";
}

YAML::Node Service() {
  return YAML::LoadFile((Folder() / "service.yaml").string());
}

YAML::Node Container(const YAML::Node& service) {
  return service["spec"]["template"]["spec"]["containers"][0];
}

TEST(CloudRunServiceTest, KeepsEveryRule) {
  EXPECT_THAT(BrokenRules(Service()), IsEmpty());
}

TEST(CloudRunServiceTest, TheServerUnderstandsItsEnvironment) {
  server::Environment environment = {{"K_SERVICE", "mi-server"},
                                     {"PORT", "8080"}};
  for (const YAML::Node& variable : Container(Service())["env"]) {
    environment[variable["name"].as<std::string>()] =
        variable["value"].as<std::string>();
  }
  const auto invocation = server::ParseInvocation({}, environment);
  ASSERT_THAT(invocation, IsOk());
  // A misspelt name would be ignored, with a warning.
  EXPECT_THAT(invocation->warnings, IsEmpty());
}

TEST(CloudRunServiceTest, ReadmeExplainsEverySetting) {
  std::ifstream file(Folder() / "README.md");
  std::stringstream readme;
  readme << file.rdbuf();
  const YAML::Node service = Service();
  std::vector<std::string> settings;
  for (const YAML::Node& resource : {service, service["spec"]["template"]}) {
    for (const auto& annotation : resource["metadata"]["annotations"]) {
      const auto key = annotation.first.as<std::string>();
      settings.push_back(key.substr(key.find('/') + 1));
    }
  }
  for (const YAML::Node& variable : Container(service)["env"]) {
    settings.push_back(variable["name"].as<std::string>());
  }
  for (const auto& field : service["spec"]["template"]["spec"]) {
    settings.push_back(field.first.as<std::string>());
  }
  for (const auto& field : Container(service)) {
    settings.push_back(field.first.as<std::string>());
  }
  ASSERT_GT(settings.size(), 15U);
  for (const std::string& setting : settings) {
    EXPECT_THAT(readme.str(), HasSubstr("`" + setting + "`"));
  }
}

// Each case breaks one rule in a copy of the shipped file.
struct Breakage {
  const char* name;
  void (*apply)(YAML::Node& service);
  const char* rule;
};

class CloudRunRulesTest : public ::testing::TestWithParam<Breakage> {};

TEST_P(CloudRunRulesTest, NoticesTheBrokenRule) {
  YAML::Node service = YAML::Clone(Service());
  GetParam().apply(service);
  EXPECT_THAT(BrokenRules(service), Contains(HasSubstr(GetParam().rule)));
}

YAML::Node Annotations(const YAML::Node& resource) {
  return resource["metadata"]["annotations"];
}

const Breakage kBreakages[] = {
    {"RevisionAnnotationOnTheService",
     [](YAML::Node& service) {
       Annotations(service)["run.googleapis.com/startup-cpu-boost"] = "true";
     },
     "startup-cpu-boost is not an annotation of a Service"},
    {"UnquotedAnnotation",
     [](YAML::Node& service) {
       Annotations(service)["run.googleapis.com/minScale"] = YAML::Load("1");
     },
     "must be quoted"},
    {"ThrottledProcessor",
     [](YAML::Node& service) {
       Annotations(
           service["spec"]["template"])["run.googleapis.com/cpu-throttling"] =
           "true";
     },
     "cpu-throttling"},
    {"TwoWriters",
     [](YAML::Node& service) {
       Annotations(service)["run.googleapis.com/maxScale"] = "2";
     },
     "run.googleapis.com/maxScale must be 1"},
    {"ScaleToZero",
     [](YAML::Node& service) {
       Annotations(service).remove("run.googleapis.com/minScale");
     },
     "minScale must be at least 1"},
    {"TooManyAtOnce",
     [](YAML::Node& service) {
       service["spec"]["template"]["spec"]["containerConcurrency"] = 1001;
     },
     "containerConcurrency"},
    {"TimeoutBeyondTheHour",
     [](YAML::Node& service) {
       service["spec"]["template"]["spec"]["timeoutSeconds"] = 3601;
     },
     "timeoutSeconds must be"},
    {"HttpOnePort",
     [](YAML::Node& service) {
       Container(service)["ports"][0]["name"] = "http1";
     },
     "named h2c"},
    {"OtherPort",
     [](YAML::Node& service) {
       Container(service)["ports"][0]["containerPort"] = 8081;
     },
     "MI_LISTEN"},
    {"MovingTag",
     [](YAML::Node& service) {
       Container(service)["image"] = "mi-server:latest";
     },
     "by digest"},
    {"ReservedVariable",
     [](YAML::Node& service) { Container(service)["env"][0]["name"] = "PORT"; },
     "PORT belongs to the platform"},
    {"OddProcessorCount",
     [](YAML::Node& service) {
       Container(service)["resources"]["limits"]["cpu"] = "3";
     },
     "cpu must be"},
    {"TooMuchMemory",
     [](YAML::Node& service) {
       Container(service)["resources"]["limits"]["memory"] = "9Gi";
     },
     "2 cpu can have at most 8192Mi"},
    {"StartupTooSlow",
     [](YAML::Node& service) {
       Container(service)["startupProbe"]["failureThreshold"] = 49;
     },
     "at most 240 s"},
    {"ProbesOverlap",
     [](YAML::Node& service) {
       Container(service)["livenessProbe"]["timeoutSeconds"] = 10;
     },
     "livenessProbe: timeoutSeconds"},
    {"UnknownHealthService",
     [](YAML::Node& service) {
       Container(service)["livenessProbe"]["grpc"]["service"] = "live";
     },
     "health service \"liveness\""},
    {"MissingProbe",
     [](YAML::Node& service) { Container(service).remove("startupProbe"); },
     "startupProbe is missing"},
    {"MountWithoutVolume",
     [](YAML::Node& service) {
       Container(service)["volumeMounts"][0]["name"] = "keys";
     },
     "volume keys does not exist"},
};

INSTANTIATE_TEST_SUITE_P(EachRule, CloudRunRulesTest,
                         ::testing::ValuesIn(kBreakages), [](const auto& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace mi::deploy
