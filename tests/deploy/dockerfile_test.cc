// The Dockerfile keeps the rules of a small, unprivileged image. No container
// engine runs where the tests run, so they read the file; the list of runtime
// packages is compared with the program by runtime_packages.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/source_dir.h"

namespace mi::deploy {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Instruction {
  std::string name;  // FROM, RUN, ...
  std::string text;  // what follows, continued lines joined
};

const std::filesystem::path& Root() {
  static const std::filesystem::path root = testing::SourceDir();
  return root;
}

std::vector<Instruction> ReadDockerfile() {
  std::ifstream file(Root() / "Dockerfile");
  std::vector<Instruction> instructions;
  bool continued = false;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const bool continues = line.ends_with('\\');
    if (continues) line.pop_back();
    if (continued) {
      instructions.back().text += line;
    } else {
      const size_t space = line.find(' ');
      instructions.push_back({line.substr(0, space), line.substr(space + 1)});
    }
    continued = continues;
  }
  return instructions;
}

// Texts of the instructions called `name`, in order.
std::vector<std::string> All(const std::vector<Instruction>& instructions,
                             const std::string& name) {
  std::vector<std::string> texts;
  for (const Instruction& instruction : instructions) {
    if (instruction.name == name) texts.push_back(instruction.text);
  }
  return texts;
}

// Instructions of the last stage: what the image is made of.
std::vector<Instruction> LastStage() {
  const std::vector<Instruction> all = ReadDockerfile();
  size_t begin = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == "FROM") begin = i;
  }
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.end()};
}

TEST(DockerfileTest, BothStagesStartFromDebian12) {
  const std::vector<Instruction> all = ReadDockerfile();
  EXPECT_THAT(All(all, "ARG"),
              ElementsAre("BUILD_BASE=debian:12", "RUN_BASE=debian:12-slim",
                          "REVISION=unknown"));
  EXPECT_THAT(All(all, "FROM"),
              ElementsAre("${BUILD_BASE} AS build", "${RUN_BASE}"));
}

TEST(DockerfileTest, PackagesComeFromTheSharedListsOnly) {
  std::string commands;
  for (const std::string& run : All(ReadDockerfile(), "RUN")) {
    commands += run + "\n";
  }
  EXPECT_THAT(commands, AllOf(HasSubstr("install-packages build"),
                              HasSubstr("install-packages runtime"),
                              Not(HasSubstr("apt-get")), Not(HasSubstr("curl")),
                              Not(HasSubstr("wget"))));
}

TEST(DockerfileTest, NothingIsFetchedFromElsewhere) {
  EXPECT_THAT(All(ReadDockerfile(), "ADD"), ::testing::IsEmpty());
}

TEST(DockerfileTest, RunsUnprivilegedWithoutAShellAndStopsOnSigterm) {
  const std::vector<Instruction> stage = LastStage();
  EXPECT_THAT(All(stage, "USER"), ElementsAre("65532:65532"));
  EXPECT_THAT(All(stage, "ENTRYPOINT"),
              ElementsAre("[\"/usr/local/bin/mi-server\"]"));
  EXPECT_THAT(All(stage, "STOPSIGNAL"), ElementsAre("SIGTERM"));
  EXPECT_THAT(All(stage, "EXPOSE"), ElementsAre("8080 9090"));
  EXPECT_THAT(All(stage, "CMD"), ::testing::IsEmpty());
}

TEST(DockerfileTest, TheImageHoldsTheProgramAndNoSources) {
  EXPECT_THAT(All(LastStage(), "COPY"),
              ElementsAre(StartsWith(".ci/install-packages /tmp/"),
                          StartsWith(".ci/packages /tmp/"),
                          StartsWith("--from=build ")));
  EXPECT_THAT(All(LastStage(), "RUN"), Contains(HasSubstr("rm -rf /tmp/ci")));
}

// A path that is not in the context would only fail on a machine with docker.
TEST(DockerfileTest, CopiedPathsExistAndAreInTheContext) {
  std::vector<std::string> allowed;
  std::ifstream ignore(Root() / ".dockerignore");
  for (std::string line; std::getline(ignore, line);) {
    if (line.starts_with('!')) allowed.push_back(line.substr(1));
  }
  int copied = 0;
  for (const std::string& copy : All(ReadDockerfile(), "COPY")) {
    if (copy.starts_with("--from")) continue;
    std::istringstream words(copy);
    std::vector<std::string> paths;
    for (std::string word; words >> word;) paths.push_back(word);
    ASSERT_GE(paths.size(), 2U);
    paths.pop_back();  // where to
    for (const std::string& path : paths) {
      EXPECT_TRUE(std::filesystem::exists(Root() / path)) << path;
      EXPECT_THAT(allowed, Contains(path));
      ++copied;
    }
  }
  EXPECT_GE(copied, 8);
}

}  // namespace
}  // namespace mi::deploy
