// Where the checkout is, for tests that read its files.

#ifndef MI_TESTS_SUPPORT_SOURCE_DIR_H_
#define MI_TESTS_SUPPORT_SOURCE_DIR_H_

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace mi::testing {

// The root of the checkout. ctest says where it is; a test that is started by
// hand in another folder needs MI_SOURCE_DIR set.
inline std::filesystem::path SourceDir() {
  const char* variable = std::getenv("MI_SOURCE_DIR");
  std::filesystem::path root =
      variable != nullptr ? variable : std::filesystem::current_path();
  if (!std::filesystem::exists(root / "CMakePresets.json")) {
    throw std::runtime_error(
        "Start in the root of the checkout, or set MI_SOURCE_DIR");
  }
  return root;
}

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_SOURCE_DIR_H_
