#include "base/random.h"

#include <bit>
#include <limits>

#include "base/result.h"

namespace lynxbench {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

constexpr double kLn2High = 6.93147180369123816490e-01, kLn2Low = 1.90821492927058770002e-10;

double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

}  // namespace

double portable_log(double x) {
  CHECK(x > 0);
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  if (exponent == -1023) return portable_log(x * 18014398509481984.0) - 54 * 0.6931471805599453;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) { m *= 0.5; ++exponent; }
  // log m = 2 artanh s, s = (m-1)/(m+1), |s| <= 0.1716: terms to s^23 are below 1e-18.
  double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = (sum + 1.0 / k) * s2;
  return exponent * kLn2High + (2 * s + (2 * s * sum + exponent * kLn2Low));
}

double portable_exp(double x) {
  CHECK(x - x == 0);
  if (x < -746) return 0;
  if (x > 710) return std::numeric_limits<double>::infinity();
  // x = k ln 2 + r, |r| <= 0.3466: terms to r^13 leave less than 1e-17.
  int k = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  double high = x - k * kLn2High, r = high - k * kLn2Low, sum = 1;
  for (int i = 13; i >= 2; --i) sum = 1 + sum * r / i;
  double value = 1 + (r + r * (sum - 1));
  // In two steps: 2^k alone may be no normal number.
  int half = k / 2;
  return value * power_of_two(half) * power_of_two(k - half);
}

Random::Random(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t mixed = seed ^ fnv1a(purpose);
  for (std::uint64_t& word : state_) word = split_mix(mixed);
}

std::uint64_t Random::next() {
  std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  CHECK(bound > 0);
  std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    __extension__ unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
  }
}

double Random::exponential() { return -portable_log(1.0 - uniform()); }

std::uint64_t derived_seed(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  std::uint64_t mixed = seed ^ fnv1a(purpose);
  (void)split_mix(mixed);
  mixed ^= index * 0x9e3779b97f4a7c15ULL;
  return split_mix(mixed);
}

}  // namespace lynxbench
