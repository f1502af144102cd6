// A machine whose power can be cut: its disk is a file system in an image file,
// and what had not reached the image is gone afterwards.

#ifndef MI_TESTS_FAULT_MACHINE_H_
#define MI_TESTS_FAULT_MACHINE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi::testing {

// Lets this process, and those that it starts, mount what nobody else sees and
// what is gone when they are, however they end. For the thread that calls it
// and those that it starts. Returns why that is not possible here; empty when
// it is.
std::string EnterOwnMountNamespace();

// Runs a program and waits for it; whether it ended with 0.
bool RunProgram(std::vector<std::string> arguments);

// An ext4 file system in an image file, in a folder while this lives.
class ImageMount {
 public:
  ImageMount(const std::filesystem::path& image,
             const std::filesystem::path& folder);
  ~ImageMount();

  ImageMount(const ImageMount&) = delete;
  ImageMount& operator=(const ImageMount&) = delete;

  // Why it is not mounted; empty when it is.
  const std::string& error() const { return error_; }

 private:
  std::filesystem::path folder_;
  std::string error_;
};

class Machine {
 public:
  // Starts with an empty disk.
  Machine();

  // Why there is no disk; empty when there is.
  const std::string& error() const { return error_; }
  // The root of the disk.
  std::filesystem::path disk() const { return work_.path() / "disk"; }

  // Stops everything at once, with the disk as it is at this moment, and
  // starts again with that disk. The server is gone.
  void CutPower(ServerProcess& server);

 private:
  std::filesystem::path image() const { return work_.path() / "image"; }
  void Mount();

  TemporaryFolder work_;
  std::unique_ptr<ImageMount> mount_;
  std::string error_;
};

}  // namespace mi::testing

#endif  // MI_TESTS_FAULT_MACHINE_H_
