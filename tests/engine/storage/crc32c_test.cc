#include "engine/storage/crc32c.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "gtest/gtest.h"

namespace mi::storage {
namespace {

std::string Ascending() {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes.push_back(c);
  return bytes;
}

using Function = uint32_t (*)(std::string_view, uint32_t);

// RFC 3720, B.4; its tables print the checksum's bytes lowest first.
void ExpectVectorsOfRfc3720(Function crc) {
  const std::string ascending = Ascending();
  EXPECT_EQ(crc(std::string(32, '\0'), 0), 0x8a9136aa);
  EXPECT_EQ(crc(std::string(32, '\xff'), 0), 0x62a8ab43);
  EXPECT_EQ(crc(ascending, 0), 0x46dd794e);
  EXPECT_EQ(crc(std::string(ascending.rbegin(), ascending.rend()), 0),
            0x113fdb5c);
}

TEST(Crc32cTest, FitsTheVectorsOfRfc3720) { ExpectVectorsOfRfc3720(Crc32c); }

TEST(Crc32cTest, PortableFitsTheVectorsOfRfc3720) {
  ExpectVectorsOfRfc3720(internal::Crc32cPortable);
}

TEST(Crc32cTest, HardwareFitsTheVectorsOfRfc3720) {
  if (!internal::HasCrc32cInstruction()) {
    GTEST_SKIP() << "this processor has no CRC32C instruction";
  }
  ExpectVectorsOfRfc3720(internal::Crc32cHardware);
}

// The check value of the polynomial in the usual catalogues.
TEST(Crc32cTest, FitsTheCheckValue) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283);
  EXPECT_EQ(Crc32c(""), 0);
}

TEST(Crc32cTest, ImplementationsAgreeAndPartsMakeTheWhole) {
  constexpr uint64_t kSeed = 11;
  Random random(kSeed);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random.Below(100), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Bits());
    const uint32_t whole = internal::Crc32cPortable(bytes, 0);
    EXPECT_EQ(Crc32c(bytes), whole) << "seed " << kSeed;
    const size_t cut = random.Below(bytes.size() + 1);
    const std::string_view view = bytes;
    EXPECT_EQ(Crc32c(view.substr(cut), Crc32c(view.substr(0, cut))), whole)
        << "seed " << kSeed << " size " << bytes.size() << " cut " << cut;
  }
}

}  // namespace
}  // namespace mi::storage
