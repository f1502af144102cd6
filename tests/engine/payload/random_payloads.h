// Random values that reach every corner of the encoding.

#ifndef MI_TESTS_ENGINE_PAYLOAD_RANDOM_PAYLOADS_H_
#define MI_TESTS_ENGINE_PAYLOAD_RANDOM_PAYLOADS_H_

#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>

#include "engine/base/random.h"
#include "engine/payload/known_keys.h"
#include "engine/payload/value.h"

namespace mi::payload::testing {

inline double RandomFloat(Random* random) {
  switch (random->Below(5)) {
    case 0:  // money
      return static_cast<double>(random->Below(1'000'000)) / 100;
    case 1:  // a decimal that may be too long to store as one
      return (static_cast<double>(random->Bits() >> 12) - 2e15) / 1e9;
    case 2:
      return -0.0;
    case 3:
      return random->Gaussian();
    default: {
      const auto value = std::bit_cast<double>(random->Bits());
      return std::isfinite(value) ? value : 1.0;
    }
  }
}

inline std::string RandomString(Random* random) {
  static constexpr const char* kPieces[] = {"a",  "Ü",  "日", "🙂",
                                            "z9", "\t", ""};
  std::string text;
  const uint64_t pieces = random->Below(random->Below(10) == 0 ? 200 : 12);
  for (uint64_t i = 0; i < pieces; ++i) {
    text += kPieces[random->Below(std::size(kPieces))];
  }
  return text;
}

inline std::string RandomKey(Random* random) {
  if (random->Below(2) == 0) {
    return std::string(
        KnownKeyName(static_cast<uint8_t>(random->Below(NumKnownKeys()))));
  }
  if (random->Below(10) == 0) {
    return std::string(126 + random->Below(130), 'k');
  }
  return "k" + std::to_string(random->Below(1000));
}

inline Value RandomValue(Random* random, int depth) {
  switch (random->Below(depth > 0 ? 9 : 7)) {
    case 0:
      return Null{};
    case 1:
      return random->Below(2) == 0;
    case 2:
      return static_cast<int64_t>(random->Bits()) >> random->Below(64);
    case 3:
      return RandomFloat(random);
    case 4:
      return RandomString(random);
    case 5: {
      static constexpr int64_t kUnits[] = {1, 1'000'000, 86'400'000'000};
      const int64_t unit = kUnits[random->Below(3)];
      return DateTime{static_cast<int64_t>(random->Below(
                          static_cast<uint64_t>(kMaxDateTimeMicros))) /
                      unit * unit};
    }
    case 6: {
      const GeoPoint place{random->Uniform() * 180 - 90,
                           random->Uniform() * 360 - 180};
      if (random->Below(2) == 0) return place;
      return GeoPoint{std::round(place.latitude * 1e5) / 1e5,
                      std::round(place.longitude * 1e5) / 1e5};
    }
    case 7: {
      List list;
      for (uint64_t i = random->Below(5); i > 0; --i) {
        list.push_back(RandomValue(random, depth - 1));
      }
      return list;
    }
    default: {
      Object object;
      for (uint64_t i = random->Below(5); i > 0; --i) {
        object.insert_or_assign(RandomKey(random),
                                RandomValue(random, depth - 1));
      }
      return object;
    }
  }
}

inline Payload RandomPayload(Random* random) {
  Payload payload;
  for (uint64_t i = random->Below(12); i > 0; --i) {
    payload.insert_or_assign(RandomKey(random), RandomValue(random, 4));
  }
  return payload;
}

}  // namespace mi::payload::testing

#endif  // MI_TESTS_ENGINE_PAYLOAD_RANDOM_PAYLOADS_H_
