// Randomness that is the same on every machine, to the byte: xoshiro256** seeded by SplitMix64, and
// a logarithm and an exponential made of IEEE + - x / alone (libm's differ in the last bit between
// processors).
//
//   Random random(contract_seed, "arrivals");       // a stream of its own per purpose
//   double gap_s = random.exponential() / rate_per_s;
//
// Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021); inversion
// for the exponential distribution.
#pragma once

#include <cstdint>
#include <string_view>

namespace lynxbench {

// Natural logarithm of a positive finite number, within 2 ulp, the same bits everywhere.
[[nodiscard]] double portable_log(double x);
// e^x of a finite x, within 2 ulp where the result is a normal number, the same bits everywhere; 0
// below x = -746, infinite above 710.
[[nodiscard]] double portable_exp(double x);

class Random {
 public:
  // Streams with another `purpose` are independent for the same seed.
  Random(std::uint64_t seed, std::string_view purpose);
  // 64 even bits.
  std::uint64_t next();
  // Uniform in [0, 1), 53 bits.
  double uniform();
  // Uniform in 0..bound-1; `bound` > 0. Without bias (Lemire's rejection).
  std::uint64_t below(std::uint64_t bound);
  // Mean 1.
  double exponential();

 private:
  std::uint64_t state_[4];
};

// A seed for part `index` of something that has `seed`: sessions, repeats, phases.
[[nodiscard]] std::uint64_t derived_seed(std::uint64_t seed, std::string_view purpose, std::uint64_t index);

}  // namespace lynxbench
