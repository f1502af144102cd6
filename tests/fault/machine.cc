#include "tests/fault/machine.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "fmt/format.h"

namespace mi::testing {
namespace {

// Sparse: takes the space of what is written.
constexpr uintmax_t kImageBytes = uintmax_t{512} << 20;
// Others may take the same free device, or still look at a file.
constexpr int kAttempts = 50;
constexpr auto kBetweenAttempts = std::chrono::milliseconds(20);

std::string ErrorOf(const char* action) {
  return fmt::format("{}: {}", action, std::strerror(errno));
}

// Closed with its scope.
class File {
 public:
  File(const std::string& path, int flags)
      : file_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~File() {
    if (file_ >= 0) close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return file_; }
  bool ok() const { return file_ >= 0; }

 private:
  int file_;
};

// Mounts `image` through the loop device of this number, which lets go of the
// image by itself once it is unmounted.
std::string MountThrough(int number, const File& image,
                         const std::filesystem::path& folder) {
  const std::string path = fmt::format("/dev/loop{}", number);
  const File device(path, O_RDWR);
  if (!device.ok()) return ErrorOf(path.c_str());
  if (ioctl(device.get(), LOOP_SET_FD, image.get()) != 0) {
    return ErrorOf("attach a loop device");
  }
  loop_info64 info{};
  info.lo_flags = LO_FLAGS_AUTOCLEAR;
  if (ioctl(device.get(), LOOP_SET_STATUS64, &info) != 0 ||
      mount(path.c_str(), folder.c_str(), "ext4", 0, nullptr) != 0) {
    std::string error = ErrorOf("mount ext4 on a loop device");
    ioctl(device.get(), LOOP_CLR_FD, 0);
    return error;
  }
  return "";
}

}  // namespace

std::string EnterOwnMountNamespace() {
  if (unshare(CLONE_NEWNS) != 0) return ErrorOf("a mount namespace of its own");
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return ErrorOf("make mounts private");
  }
  return "";
}

bool RunProgram(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) !=
      0) {
    return false;
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

ImageMount::ImageMount(const std::filesystem::path& image,
                       const std::filesystem::path& folder)
    : folder_(folder) {
  const File file(image, O_RDWR);
  const File control("/dev/loop-control", O_RDWR);
  if (!file.ok() || !control.ok()) {
    error_ = ErrorOf("open the image and /dev/loop-control");
    return;
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    error_ = number < 0 ? ErrorOf("find a free loop device")
                        : MountThrough(number, file, folder);
    if (error_.empty() || errno != EBUSY) return;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

ImageMount::~ImageMount() {
  if (!error_.empty()) return;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (umount2(folder_.c_str(), 0) == 0) return;
    std::this_thread::sleep_for(kBetweenAttempts);
  }
  umount2(folder_.c_str(), MNT_DETACH);
}

Machine::Machine() {
  std::filesystem::create_directory(disk());
  std::ofstream(image()).close();
  std::filesystem::resize_file(image(), kImageBytes);
  if (!RunProgram({"mkfs.ext4", "-q", "-F", image()})) {
    error_ = "mkfs.ext4 cannot be run";
    return;
  }
  Mount();
}

void Machine::Mount() {
  mount_ = std::make_unique<ImageMount>(image(), disk());
  error_ = mount_->error();
}

void Machine::CutPower(ServerProcess& server) {
  kill(server.pid(), SIGSTOP);
  // Reads what reached the device, and nothing of what only memory holds.
  const std::filesystem::path cut = work_.path() / "cut";
  const bool copied = RunProgram({"cp", "--sparse=always", image(), cut});
  server.Kill();
  mount_.reset();
  if (!copied) {
    error_ = "the image cannot be copied";
    return;
  }
  std::filesystem::rename(cut, image());
  Mount();
}

}  // namespace mi::testing
