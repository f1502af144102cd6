#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "clients/cpp/error.h"
#include "clients/cpp/export/point_writer.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

static_assert(std::endian::native == std::endian::little,
              "writes numbers as they lie in memory");

template <typename Number>
std::string_view BytesOf(const Number* numbers, int count) {
  return {reinterpret_cast<const char*>(numbers),
          static_cast<size_t>(count) * sizeof(Number)};
}

class FvecsWriter : public PointWriter {
 public:
  FvecsWriter(Sink& vectors, Sink* ids) : vectors_(vectors), ids_(ids) {}

  absl::Status Write(const v1::Point& point) override {
    if (ids_ != nullptr) RETURN_IF_ERROR(WriteId(point.id()));
    const int32_t components = point.vector_size();
    RETURN_IF_ERROR(vectors_.Write(BytesOf(&components, 1)));
    return vectors_.Write(BytesOf(point.vector().data(), components));
  }

 private:
  absl::Status WriteId(const std::string& id) {
    if (id.find('\n') != std::string::npos) {
      return InputError(fmt::format(
          "--ids: the id '{}' has a line break, so that the ids would not "
          "stand one a line",
          id));
    }
    return ids_->Write(id + "\n");
  }

  Sink& vectors_;
  Sink* const ids_;
};

}  // namespace

std::unique_ptr<PointWriter> MakeFvecsWriter(Sink& vectors, Sink* ids) {
  return std::make_unique<FvecsWriter>(vectors, ids);
}

}  // namespace mi::client
