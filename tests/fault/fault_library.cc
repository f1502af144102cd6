#include "tests/fault/fault_library.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MI_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MI_SANITIZED 1
#endif

namespace mi::testing {

std::vector<std::string> FaultEnvironment(const Fault& fault) {
  const char* library = std::getenv("MI_FAULT_LIBRARY");
  if (library == nullptr) library = "(set by CMake)";
  std::vector<std::string> environment = {
      std::string("LD_PRELOAD=") + library,
      "MI_FAULT_FOLDER=" + fault.folder.string(),
      "MI_FAULT_REPORT=" + fault.report.string(),
      "MI_FAULT_AT=" + std::to_string(fault.at),
      "MI_FAULT_ACTION=" + fault.action,
  };
  if (fault.no_sync) environment.emplace_back("MI_FAULT_NOSYNC=1");
  if (fault.later_too) environment.emplace_back("MI_FAULT_ON=1");
  return environment;
}

std::string WhyNoFaultLibrary() {
#ifdef MI_SANITIZED
  return "a sanitizer's library has to be loaded before any other, so that "
         "libmi_fault.so cannot be";
#else
  return "";
#endif
}

std::vector<CountedCall> ReadReport(const std::filesystem::path& report) {
  std::vector<CountedCall> calls;
  std::ifstream in(report);
  CountedCall call;
  std::string file;
  while (in >> call.number >> call.kind && std::getline(in >> std::ws, file)) {
    call.file = file;
    calls.push_back(call);
  }
  std::sort(calls.begin(), calls.end(),
            [](const CountedCall& a, const CountedCall& b) {
              return a.number < b.number;
            });
  return calls;
}

bool WantsAll() { return std::getenv("MI_FAULT_FULL") != nullptr; }

}  // namespace mi::testing
