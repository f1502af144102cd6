// The library of interpose/, which breaks the calls that make files durable:
// what a server is told to start with it, and what it reports.

#ifndef MI_TESTS_FAULT_FAULT_LIBRARY_H_
#define MI_TESTS_FAULT_FAULT_LIBRARY_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mi::testing {

// What to do to the calls on files in `folder`; interpose/mi_fault.cc says what
// the actions are.
struct Fault {
  std::filesystem::path folder;
  std::filesystem::path report;  // may be empty
  bool no_sync = false;
  uint64_t at = 0;  // 0: only count
  std::string action;
  bool later_too = false;
};

// Variables, as NAME=value, for the process that is to meet `fault`.
std::vector<std::string> FaultEnvironment(const Fault& fault);

// Why the library cannot be used in this build; empty when it can.
std::string WhyNoFaultLibrary();

// A call that the library counted.
struct CountedCall {
  uint64_t number = 0;
  std::string kind;  // open, write, sync, rename, unlink, truncate
  std::filesystem::path file;
};

// In the order of their numbers; none when there is no report.
std::vector<CountedCall> ReadReport(const std::filesystem::path& report);

// Whether MI_FAULT_FULL asks for every point and many cycles, as `make fault`
// does, instead of what fits into a minute.
bool WantsAll();

}  // namespace mi::testing

#endif  // MI_TESTS_FAULT_FAULT_LIBRARY_H_
