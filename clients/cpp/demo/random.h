// Randomness and functions that give the same numbers on every machine: only
// integers and the operations that IEEE 754 rounds correctly. (The exp and log
// of C++ libraries differ in their last bit.)

#ifndef MI_CLIENTS_CPP_DEMO_RANDOM_H_
#define MI_CLIENTS_CPP_DEMO_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace mi::client::demo {

// SplitMix64. Thread-compatible.
//
// Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014.
class Random {
 public:
  // Streams of the same seed are independent of each other.
  explicit Random(uint64_t seed, uint64_t stream = 0)
      : state_(Mix(seed) ^ Mix(stream * kGamma + 1)) {}

  uint64_t Bits() { return Mix(state_ += kGamma); }

  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1.0p-53; }

  // Uniform in [low, high).
  double Between(double low, double high) {
    return low + Uniform() * (high - low);
  }

  // Uniform in [0, bound); bound is small, so the bias is nil.
  size_t Below(size_t bound) {
    return static_cast<size_t>(Uniform() * static_cast<double>(bound));
  }

  bool Chance(double probability) { return Uniform() < probability; }

  // Nearly standard normal: the sum of four uniform numbers, scaled. Mean 0,
  // variance 1, never beyond 3.5.
  double Normal() {
    constexpr double kMeanOfSum = 2 * 65'535.0;
    // sqrt(12 / 4) / 65536: a uniform number has variance 1/12.
    constexpr double kScale = 1.7320508075688772 / 65'536.0;
    const uint64_t bits = Bits();
    const auto sum =
        static_cast<double>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                            (bits >> 32 & 0xffff) + (bits >> 48));
    return (sum - kMeanOfSum) * kScale;
  }

 private:
  static constexpr uint64_t kGamma = 0x9e3779b97f4a7c15;

  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

// e^x for |x| <= 20, to about 1e-12: the series of a small argument, squared.
inline double Exp(double x) {
  constexpr int kHalvings = 10;
  constexpr int kTerms = 8;
  double y = x / (1 << kHalvings);
  double sum = 1;
  for (int i = kTerms; i > 0; --i) sum = 1 + y * sum / i;
  for (int i = 0; i < kHalvings; ++i) sum *= sum;
  return sum;
}

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_RANDOM_H_
