// Reads the #include lines of the sources against the order of the modules:
// dependencies go downwards only. The table is the diagram of the system; a
// new module has to be entered here, which is when its place gets decided.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/source_dir.h"

namespace mi {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

// A module is a folder with its subfolders, unless those have a row of their
// own; or a pair of files (x.h and x.cc) that several folders use. It may
// include itself and the modules listed: no other.
struct Module {
  std::string folder;  // or path of the pair without extension
  std::vector<std::string> knows;
};

// "proto" is the generated code of the API.
const std::vector<Module>& Modules() {
  static const std::vector<Module> modules = {
      // The engine: a library without RPC, from the bottom upwards.
      {"engine/base", {}},
      {"engine/payload", {"engine/base"}},
      {"engine/filter", {"engine/base", "engine/payload"}},
      {"engine/vector/kernels", {"engine/base"}},
      {"engine/vector/index", {"engine/base", "engine/vector/kernels"}},
      {"engine/vector",
       {"engine/base", "engine/payload", "engine/filter",
        "engine/vector/kernels", "engine/vector/index"}},
      {"engine/graph/persistent", {}},
      {"engine/graph",
       {"engine/base", "engine/payload", "engine/graph/persistent"}},
      {"engine/graph/read",
       {"engine/base", "engine/graph", "engine/graph/persistent"}},
      {"engine/graph/algorithms",
       {"engine/base", "engine/graph", "engine/graph/persistent",
        "engine/graph/read"}},
      {"engine/flow", {}},
      {"engine/budget", {"engine/base", "engine/flow"}},
      {"engine/storage", {"engine/base"}},
      {"engine/workspace",
       {"engine/base", "engine/payload", "engine/filter", "engine/vector",
        "engine/graph", "engine/storage"}},

      // The server: what every call goes through, then one folder per service.
      {"server/telemetry", {"engine/base", "engine/payload"}},
      {"server/auth", {"engine/base", "engine/workspace", "server/telemetry"}},
      {"server/rpc",
       {"engine/base", "engine/payload", "engine/workspace", "server/auth",
        "server/telemetry", "proto"}},
      {"server/convert",
       {"engine/base", "engine/payload", "engine/filter", "engine/graph",
        "engine/graph/read", "proto"}},
      {"server/idempotency",
       {"engine/base", "engine/workspace", "server/rpc", "proto"}},
      {"server/jobs", {"engine/base", "server/convert", "server/rpc", "proto"}},
      {"server/collections",
       {"engine/base", "engine/payload", "engine/filter", "engine/vector",
        "engine/workspace", "server/convert", "server/idempotency",
        "server/rpc", "server/auth", "server/telemetry", "proto"}},
      {"server/budget",
       {"engine/base", "engine/budget", "engine/flow", "server/rpc", "proto"}},
      {"server/search",
       {"engine/base", "engine/payload", "engine/filter", "engine/vector",
        "engine/graph", "engine/graph/read", "engine/workspace",
        "server/convert", "server/idempotency", "server/rpc", "server/auth",
        "server/telemetry", "proto"}},
      {"server/graph",
       {"engine/base", "engine/graph", "engine/graph/read",
        "engine/graph/algorithms", "engine/workspace", "server/convert",
        "server/idempotency", "server/jobs", "server/rpc", "server/auth",
        "server/search", "proto"}},
      {"server/operations",
       {"engine/base", "engine/payload", "engine/filter", "engine/vector",
        "engine/vector/kernels", "engine/workspace", "server/convert",
        "server/jobs", "server/rpc", "server/auth", "server/telemetry",
        "proto"}},
      // The composition root knows everything.
      {"server",
       {"engine/base", "engine/storage", "engine/vector",
        "engine/vector/kernels", "engine/workspace", "server/convert",
        "server/telemetry", "server/auth", "server/rpc", "server/collections",
        "server/search", "server/budget", "server/graph", "server/operations",
        "server/jobs", "proto"}},

      // A client is a program like any user's: it knows the API only.
      {"clients/cpp", {"proto"}},
  };
  return modules;
}

// Libraries that only some modules may include; `header` is a prefix. What is
// not named here (the standard library, Abseil, fmt) is free to all.
struct Library {
  std::string_view header;
  std::vector<std::string> users;  // prefixes of folders
};

const std::vector<Library>& Libraries() {
  static const std::vector<Library> libraries = {
      {"grpc", {"server/", "clients/"}},
      {"google/protobuf", {"server/", "clients/"}},
      {"spdlog", {"server/"}},
      {"prometheus", {"server/"}},
      {"httplib", {"server/"}},
      {"openssl", {"server/", "engine/storage/"}},
      {"nlohmann", {"engine/workspace/", "server/", "clients/"}},
      {"CLI", {"clients/"}},
      {"csv.h", {"clients/"}},
      {"sqlite3", {"engine/storage/"}},
      {"faiss", {"engine/vector/index/"}},
  };
  return libraries;
}

// Generated headers of the API, as include lines name them.
bool IsProto(std::string_view header) {
  return header.starts_with("marketing/intelligence/") ||
         header.starts_with("google/rpc/") ||
         header.starts_with("grpc/health/");
}

bool IsOurs(std::string_view header) {
  for (const std::string_view top :
       {"engine/", "server/", "clients/", "tests/", "bench/"}) {
    if (header.starts_with(top)) return true;
  }
  return false;
}

// The module that holds `file`: the longest folder that contains it.
const Module* ModuleOf(std::string_view file) {
  const Module* best = nullptr;
  for (const Module& module : Modules()) {
    const bool inside = file.starts_with(module.folder + "/") ||
                        file.starts_with(module.folder + ".");
    if (inside &&
        (best == nullptr || module.folder.size() > best->folder.size())) {
      best = &module;
    }
  }
  // A module's row covers its subfolders; the row of the composition root must
  // not swallow a new service's folder.
  if (best != nullptr && best->folder == "server" &&
      file.substr(best->folder.size() + 1).find('/') != std::string::npos) {
    return nullptr;
  }
  return best;
}

bool Knows(const Module& module, const std::string& other) {
  return module.folder == other ||
         std::find(module.knows.begin(), module.knows.end(), other) !=
             module.knows.end();
}

bool MayUse(const Library& library, std::string_view file) {
  for (const std::string& user : library.users) {
    if (file.starts_with(user)) return true;
  }
  return false;
}

// Says what is wrong with `file` including `header`; nothing if it may.
std::optional<std::string> Objection(const std::string& file,
                                     const std::string& header) {
  const Module* module = ModuleOf(file);
  if (module == nullptr) {
    return fmt::format("{} is in no module of the table", file);
  }
  if (IsProto(header)) {
    if (Knows(*module, "proto")) return std::nullopt;
    return fmt::format("{} includes {}: {} must not know the API", file, header,
                       module->folder);
  }
  if (IsOurs(header)) {
    const Module* other = ModuleOf(header);
    if (other == nullptr) {
      return fmt::format("{} includes {}, which is in no module", file, header);
    }
    if (Knows(*module, other->folder)) return std::nullopt;
    return fmt::format("{} includes {}: {} must not know {}", file, header,
                       module->folder, other->folder);
  }
  for (const Library& library : Libraries()) {
    if (header.starts_with(library.header) && !MayUse(library, file)) {
      return fmt::format("{} includes {}, a library that it must not know",
                         file, header);
    }
  }
  return std::nullopt;
}

const std::filesystem::path& Root() {
  static const std::filesystem::path root = testing::SourceDir();
  return root;
}

bool IsSource(const std::filesystem::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc";
}

// Paths of the C++ sources under `folder`, relative to the root.
std::vector<std::string> Sources(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(Root() / folder)) {
    if (entry.is_regular_file() && IsSource(entry.path())) {
      files.push_back(std::filesystem::relative(entry.path(), Root()).string());
    }
  }
  return files;
}

std::vector<std::string> Includes(const std::string& file) {
  static const std::regex include(R"re(^\s*#\s*include\s*["<]([^">]+)[">])re");
  std::vector<std::string> headers;
  std::ifstream in(Root() / file);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, match, include)) headers.push_back(match[1]);
  }
  return headers;
}

TEST(LayeringTest, EveryIncludeGoesDownwards) {
  int includes = 0;
  std::set<std::string> objections;  // a set: an unknown file is named once
  for (const char* folder : {"engine", "server", "clients/cpp"}) {
    for (const std::string& file : Sources(folder)) {
      for (const std::string& header : Includes(file)) {
        ++includes;
        const std::optional<std::string> objection = Objection(file, header);
        if (objection.has_value()) objections.insert(*objection);
      }
    }
  }
  EXPECT_THAT(objections, IsEmpty());
  EXPECT_GT(includes, 30) << "found hardly any source to read";
}

TEST(LayeringTest, TheTableItselfHasNoCycle) {
  // Listed from the bottom upwards: a module knows only what stands above it.
  std::vector<std::string> seen = {"proto"};
  for (const Module& module : Modules()) {
    for (const std::string& known : module.knows) {
      EXPECT_THAT(seen, Contains(known)) << module.folder;
    }
    seen.push_back(module.folder);
  }
}

TEST(LayeringTest, EveryModuleOfTheTableExists) {
  for (const Module& module : Modules()) {
    EXPECT_TRUE(std::filesystem::is_directory(Root() / module.folder) ||
                std::filesystem::exists(Root() / (module.folder + ".h")))
        << module.folder;
  }
}

TEST(LayeringTest, ObjectsToUpwardSidewaysAndUnknownIncludes) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"engine/base/a.h", "engine/vector/collection.h"},     // upwards
      {"engine/storage/a.h", "engine/vector/collection.h"},  // sideways
      {"engine/workspace/a.cc", "server/rpc/b.h"},
      {"engine/vector/a.cc", "grpcpp/grpcpp.h"},
      {"engine/vector/a.cc", "faiss/IndexHNSW.h"},  // only index/ may
      {"engine/vector/a.cc", "marketing/intelligence/v1/value.pb.h"},
      {"engine/unheard_of/a.h", "engine/base/error.h"},
      {"engine/base/a.h", "engine/unheard_of/b.h"},
      {"server/unheard_of/a.h", "engine/base/error.h"},
      {"server/search/a.h", "server/collections/b.h"},
      {"server/main.cc", "tests/support/status_matchers.h"},
      {"clients/cpp/a.cc", "engine/base/error.h"},
  };
  for (const auto& [file, header] : wrong) {
    EXPECT_TRUE(Objection(file, header).has_value()) << file << " " << header;
  }
}

TEST(LayeringTest, AcceptsDownwardIncludesAndCommonLibraries) {
  const std::vector<std::pair<std::string, std::string>> right = {
      {"engine/base/a.h", "engine/base/error.h"},
      {"engine/base/a.h", "absl/status/status.h"},
      {"engine/vector/index/a.cc", "faiss/IndexHNSW.h"},
      {"engine/workspace/a.cc", "engine/storage/journal.h"},
      {"server/search/a.cc", "marketing/intelligence/v1/value.pb.h"},
      {"server/main.cc", "server/search/search_service.h"},
      {"clients/cpp/a.cc", "clients/cpp/b.h"},
  };
  for (const auto& [file, header] : right) {
    EXPECT_EQ(Objection(file, header), std::nullopt);
  }
}

// Time, randomness and settings are passed into the engine. Tests could not
// repeat what it does otherwise, and replay would differ from the first run.
TEST(LayeringTest, TheEngineReadsNoClockNoEnvironmentAndNoEntropy) {
  const std::regex forbidden(
      R"(system_clock::now|random_device|\bgetenv\b|absl::Now\(|\btime\(nullptr\))");
  for (const std::string& file : Sources("engine")) {
    std::ifstream in(Root() / file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      EXPECT_FALSE(std::regex_search(line, forbidden))
          << file << ":" << number << ": " << line;
    }
  }
}

}  // namespace
}  // namespace mi
