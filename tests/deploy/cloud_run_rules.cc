#include "tests/deploy/cloud_run_rules.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "fmt/format.h"

namespace mi::deploy {
namespace {

constexpr int kMaxStartupSeconds = 240;
constexpr int kMaxRequestSeconds = 3600;
constexpr int kMaxConcurrency = 1000;

// Annotations of the platform that we may use, by the resource that takes them.
// A key in the wrong place is accepted by a YAML parser and refused on deploy.
const std::set<std::string>& ServiceAnnotations() {
  static const std::set<std::string> keys = {
      "run.googleapis.com/binary-authorization",
      "run.googleapis.com/custom-audiences",
      "run.googleapis.com/default-url-disabled",
      "run.googleapis.com/description",
      "run.googleapis.com/ingress",
      "run.googleapis.com/invoker-iam-disabled",
      "run.googleapis.com/launch-stage",
      "run.googleapis.com/maxScale",
      "run.googleapis.com/minScale",
  };
  return keys;
}

const std::set<std::string>& RevisionAnnotations() {
  static const std::set<std::string> keys = {
      "autoscaling.knative.dev/maxScale",
      "autoscaling.knative.dev/minScale",
      "run.googleapis.com/cloudsql-instances",
      "run.googleapis.com/container-dependencies",
      "run.googleapis.com/cpu-throttling",
      "run.googleapis.com/execution-environment",
      "run.googleapis.com/network-interfaces",
      "run.googleapis.com/secrets",
      "run.googleapis.com/sessionAffinity",
      "run.googleapis.com/startup-cpu-boost",
      "run.googleapis.com/vpc-access-egress",
  };
  return keys;
}

// Set by the platform; a service may not set them itself.
constexpr std::array<std::string_view, 4> kReservedVariables = {
    "PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"};

// Most memory that an instance with so many processors may have, in MiB.
std::optional<int> MaxMemoryMib(const std::string& cpu) {
  static const std::map<std::string, int> limits = {
      {"1", 4096}, {"2", 8192}, {"4", 16384}, {"6", 24576}, {"8", 32768}};
  const auto found = limits.find(cpu);
  if (found == limits.end()) return std::nullopt;
  return found->second;
}

// Memory as written in a limit ("512Mi", "8Gi"), in MiB.
std::optional<int> ParseMib(const std::string& text) {
  if (text.size() < 3) return std::nullopt;
  const std::string digits = text.substr(0, text.size() - 2);
  if (digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const std::string unit = text.substr(text.size() - 2);
  if (unit == "Mi") return std::stoi(digits);
  if (unit == "Gi") return std::stoi(digits) * 1024;
  return std::nullopt;
}

// Reads one service file and collects what is wrong with it.
class Reader {
 public:
  explicit Reader(const YAML::Node& service)
      : service_(service),
        revision_(service["spec"]["template"]),
        container_(revision_["spec"]["containers"][0]) {}

  std::vector<std::string> Read() && {
    CheckAnnotations();
    CheckScale();
    CheckRevision();
    CheckPort();
    CheckImage();
    CheckEnvironment();
    CheckResources();
    CheckProbe("startupProbe", "startup");
    CheckProbe("livenessProbe", "liveness");
    CheckMounts();
    return std::move(broken_);
  }

 private:
  template <typename... Args>
  void Require(bool holds, fmt::format_string<Args...> rule, Args&&... args) {
    if (!holds)
      broken_.push_back(fmt::format(rule, std::forward<Args>(args)...));
  }

  static std::string Text(const YAML::Node& node) {
    return node ? node.as<std::string>() : "";
  }

  std::string RevisionAnnotation(const std::string& key) const {
    return Text(revision_["metadata"]["annotations"][key]);
  }

  std::string Variable(const std::string& name) const {
    for (const YAML::Node& variable : container_["env"]) {
      if (Text(variable["name"]) == name) return Text(variable["value"]);
    }
    return "";
  }

  void CheckAnnotations() {
    CheckAnnotationKeys(service_, "Service", ServiceAnnotations());
    CheckAnnotationKeys(revision_, "Revision", RevisionAnnotations());
    Require(RevisionAnnotation("run.googleapis.com/cpu-throttling") == "false",
            "cpu-throttling must be \"false\": background work runs between "
            "requests");
    Require(RevisionAnnotation("run.googleapis.com/execution-environment") ==
                "gen2",
            "execution-environment must be gen2: full Linux file semantics");
  }

  void CheckAnnotationKeys(const YAML::Node& resource, std::string_view kind,
                           const std::set<std::string>& known) {
    for (const auto& annotation : resource["metadata"]["annotations"]) {
      const auto key = annotation.first.as<std::string>();
      Require(known.contains(key), "{} is not an annotation of a {}", key,
              kind);
      // Annotations are strings; YAML reads a plain 1 or true as something
      // else. yaml-cpp tags quoted scalars with "!".
      const auto value = annotation.second.as<std::string>();
      const bool plain_is_text =
          value.find_first_not_of("0123456789") != std::string::npos &&
          value != "true" && value != "false";
      Require(annotation.second.Tag() == "!" || plain_is_text,
              "annotation {} must be quoted", key);
    }
  }

  void CheckScale() {
    const YAML::Node& service = service_["metadata"]["annotations"];
    const YAML::Node& revision = revision_["metadata"]["annotations"];
    CheckScaleOf(service, "run.googleapis.com/");
    CheckScaleOf(revision, "autoscaling.knative.dev/");
  }

  void CheckScaleOf(const YAML::Node& annotations, const std::string& prefix) {
    const int min = annotations[prefix + "minScale"].as<int>(0);
    const int max = annotations[prefix + "maxScale"].as<int>(0);
    Require(min >= 1, "{}minScale must be at least 1: state is in memory",
            prefix);
    Require(min <= max, "{}minScale exceeds maxScale", prefix);
    // Each instance would have a journal of its own: two would answer
    // differently.
    Require(Variable("MI_EPHEMERAL") != "true" || max == 1,
            "{}maxScale must be 1 with the embedded journal", prefix);
  }

  void CheckRevision() {
    const YAML::Node& spec = revision_["spec"];
    const int concurrency = spec["containerConcurrency"].as<int>(0);
    Require(concurrency >= 1 && concurrency <= kMaxConcurrency,
            "containerConcurrency must be 1 to {}", kMaxConcurrency);
    const int timeout = spec["timeoutSeconds"].as<int>(0);
    Require(timeout >= 1 && timeout <= kMaxRequestSeconds,
            "timeoutSeconds must be 1 to {}", kMaxRequestSeconds);
    Require(!Text(spec["serviceAccountName"]).empty(),
            "serviceAccountName must be set: the default account may do far "
            "too much");
    Require(spec["containers"].size() == 1,
            "there must be exactly one container");
  }

  void CheckPort() {
    const YAML::Node& ports = container_["ports"];
    Require(ports.size() == 1, "the container must have exactly one port");
    Require(Text(ports[0]["name"]) == "h2c",
            "the port must be named h2c: gRPC needs HTTP/2 end to end");
    Require(Variable("MI_LISTEN") == "0.0.0.0:" + Port(),
            "MI_LISTEN must be 0.0.0.0 with the container's port");
  }

  std::string Port() const {
    return Text(container_["ports"][0]["containerPort"]);
  }

  void CheckImage() {
    Require(Text(container_["image"]).find("@sha256:") != std::string::npos,
            "the image must be named by digest, not by a tag that can move");
  }

  void CheckEnvironment() {
    std::set<std::string> seen;
    for (const YAML::Node& variable : container_["env"]) {
      const std::string name = Text(variable["name"]);
      Require(seen.insert(name).second, "{} is set twice", name);
      for (const std::string_view reserved : kReservedVariables) {
        Require(name != reserved, "{} belongs to the platform", name);
      }
    }
  }

  void CheckResources() {
    const YAML::Node& limits = container_["resources"]["limits"];
    const std::string cpu = Text(limits["cpu"]);
    const std::optional<int> max_mib = MaxMemoryMib(cpu);
    const std::optional<int> mib = ParseMib(Text(limits["memory"]));
    Require(max_mib.has_value(), "cpu must be 1, 2, 4, 6 or 8");
    Require(mib.has_value(), "memory must be given in Mi or Gi");
    if (max_mib.has_value() && mib.has_value()) {
      Require(*mib >= 512, "gen2 needs at least 512Mi");
      Require(*mib <= *max_mib, "{} cpu can have at most {}Mi", cpu, *max_mib);
    }
  }

  void CheckProbe(const std::string& name, const std::string& health_service) {
    const YAML::Node& probe = container_[name];
    Require(probe.IsDefined(), "{} is missing", name);
    if (!probe.IsDefined()) return;
    Require(Text(probe["grpc"]["port"]) == Port(),
            "{} must ask the container's port", name);
    Require(Text(probe["grpc"]["service"]) == health_service,
            "{} must ask health service \"{}\"", name, health_service);
    const int period = probe["periodSeconds"].as<int>(10);
    const int threshold = probe["failureThreshold"].as<int>(3);
    Require(probe["timeoutSeconds"].as<int>(1) < period,
            "{}: timeoutSeconds must be below periodSeconds", name);
    Require(threshold >= 1, "{}: failureThreshold must be at least 1", name);
    if (name == "startupProbe") {
      Require(period * threshold <= kMaxStartupSeconds,
              "startupProbe may wait at most {} s", kMaxStartupSeconds);
    }
  }

  void CheckMounts() {
    std::set<std::string> volumes;
    for (const YAML::Node& volume : revision_["spec"]["volumes"]) {
      volumes.insert(Text(volume["name"]));
    }
    std::set<std::string> mounted;
    for (const YAML::Node& mount : container_["volumeMounts"]) {
      const std::string name = Text(mount["name"]);
      mounted.insert(name);
      Require(volumes.contains(name), "volume {} does not exist", name);
      Require(Text(mount["mountPath"]).starts_with('/'),
              "mountPath of {} must be absolute", name);
    }
    for (const std::string& volume : volumes) {
      Require(mounted.contains(volume), "volume {} is not mounted", volume);
    }
  }

  const YAML::Node service_;
  const YAML::Node revision_;
  const YAML::Node container_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> BrokenRules(const YAML::Node& service) {
  return Reader(service).Read();
}

}  // namespace mi::deploy
