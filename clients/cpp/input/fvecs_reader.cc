#include "clients/cpp/input/fvecs_reader.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

static_assert(std::endian::native == std::endian::little,
              "reads numbers as they lie in the file");

// Far beyond any server's limit: the file is something else.
constexpr int32_t kMaxComponents = 1 << 20;

class FvecsReader : public PointReader {
 public:
  FvecsReader(InputFile file, std::string id_prefix)
      : file_(std::move(file)), id_prefix_(std::move(id_prefix)) {}

  absl::StatusOr<bool> Next(Row* row) override {
    int32_t components = 0;
    ASSIGN_OR_RETURN(const size_t read, ReadTo(&components, 1));
    if (read == 0) return false;
    if (read < sizeof(components)) return Broken("ends inside of a row");
    if (components < 1 || components > kMaxComponents) {
      return Broken(
          fmt::format("says that it has {} components; is this an "
                      ".fvecs file?",
                      components));
    }
    vector_.resize(static_cast<size_t>(components));
    ASSIGN_OR_RETURN(const size_t bytes,
                     ReadTo(vector_.data(), vector_.size()));
    if (bytes < vector_.size() * sizeof(float)) {
      return Broken("ends inside of a row");
    }
    row->problem.clear();
    row->point.Clear();
    row->point.set_id(fmt::format("{}{}", id_prefix_, position_.row));
    row->point.mutable_vector()->Add(vector_.begin(), vector_.end());
    row->line = position_.line;
    for (size_t i = 0; i < vector_.size(); ++i) {
      if (std::isfinite(vector_[i])) continue;
      row->problem = fmt::format("component {} is {}", i, vector_[i]);
      break;
    }
    position_ = {file_.offset(), position_.line + 1, position_.row + 1};
    return true;
  }

  Position position() const override { return position_; }

  absl::Status Resume(const Position& position) override {
    position_ = position;
    return file_.Seek(position.offset);
  }

  const std::string& path() const override { return file_.path(); }
  uint64_t size() const override { return file_.size(); }

 private:
  template <typename Number>
  absl::StatusOr<size_t> ReadTo(Number* numbers, size_t count) {
    bytes_.resize(count * sizeof(Number));
    ASSIGN_OR_RETURN(const size_t read,
                     file_.Read(bytes_.data(), bytes_.size()));
    std::memcpy(numbers, bytes_.data(), read);
    return read;
  }

  absl::Status Broken(std::string_view what) const {
    return InputError(fmt::format("{}: row {} (at byte {}) {}", file_.path(),
                                  position_.line, position_.offset, what));
  }

  InputFile file_;
  const std::string id_prefix_;
  Position position_;
  std::vector<float> vector_;
  std::vector<char> bytes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PointReader>> OpenFvecs(
    const std::string& path, const std::string& id_prefix) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  return std::make_unique<FvecsReader>(std::move(file), id_prefix);
}

}  // namespace mi::client
