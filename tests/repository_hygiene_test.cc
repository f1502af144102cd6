// What no file of the repository may hold: paths of somebody's machine, and
// files that grew until nobody reads them.

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/source_dir.h"

namespace mi {
namespace {

constexpr int kMaxLines = 600;

const std::filesystem::path& Root() {
  static const std::filesystem::path root = testing::SourceDir();
  return root;
}

// Folders that git ignores or that hold no text of ours.
bool IsSkipped(const std::filesystem::path& path) {
  static const std::set<std::string> skipped = {".git", ".cache", "build",
                                                "data", "node_modules"};
  return skipped.contains(path.filename().string());
}

bool IsText(const std::filesystem::path& path) {
  static const std::set<std::string> extensions = {
      "",     ".cc",    ".cmake", ".csv", ".h",   ".json", ".md",
      ".mjs", ".proto", ".sh",    ".ts",  ".tsx", ".txt",  ".yaml"};
  return extensions.contains(path.extension().string());
}

std::vector<std::filesystem::path> TextFiles() {
  std::vector<std::filesystem::path> files;
  for (auto it = std::filesystem::recursive_directory_iterator(Root());
       it != std::filesystem::recursive_directory_iterator(); ++it) {
    if (it->is_directory() && IsSkipped(it->path())) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && IsText(it->path())) {
      files.push_back(it->path());
    }
  }
  return files;
}

// A home folder, or the folder that this very checkout is in.
bool NamesAMachine(const std::string& line) {
  static const std::regex homes(
      R"((/home/[a-z]|/Users/[A-Za-z]|/root/[a-z.]))");
  static const std::string checkout = Root().lexically_normal().string();
  return line.find(checkout) != std::string::npos ||
         std::regex_search(line, homes);
}

TEST(RepositoryHygieneTest, NoFileNamesAPathOfOneMachine) {
  const std::vector<std::filesystem::path> files = TextFiles();
  ASSERT_GT(files.size(), 30U);
  for (const std::filesystem::path& path : files) {
    std::ifstream in(path);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      EXPECT_FALSE(NamesAMachine(line))
          << path << ":" << number << ": " << line;
    }
  }
}

TEST(RepositoryHygieneTest, KnowsAPathOfOneMachine) {
  // Joined here, or this file would be at fault itself.
  EXPECT_TRUE(NamesAMachine("open(\"" + std::string("/ho") + "me/ann/x\")"));
  EXPECT_TRUE(NamesAMachine((Root() / "engine").string()));
  EXPECT_FALSE(NamesAMachine("#!/usr/bin/env bash"));
}

TEST(RepositoryHygieneTest, SourcesStayShortEnoughToRead) {
  for (const std::filesystem::path& path : TextFiles()) {
    if (path.extension() != ".cc" && path.extension() != ".h") continue;
    std::ifstream in(path);
    int lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    EXPECT_LE(lines, kMaxLines) << path;
  }
}

}  // namespace
}  // namespace mi
