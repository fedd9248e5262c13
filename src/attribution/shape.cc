#include "attribution/shape.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lynxbench::attribution {

double product(std::span<const std::int64_t> dims) {
  double count = 1;
  for (std::int64_t dim : dims) count *= static_cast<double>(dim);
  return count;
}

double elements(const TensorShape& shape) { return product(shape.dims); }

std::optional<double> element_bytes(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, double>, 23> kTypes{{
      {"float", 4},          {"double", 8},       {"float16", 2},        {"bfloat16", 2},
      {"int8", 1},           {"int16", 2},        {"int32", 4},          {"int64", 8},
      {"uint8", 1},          {"uint16", 2},       {"uint32", 4},         {"uint64", 8},
      {"bool", 1},           {"float8e4m3fn", 1}, {"float8e4m3fnuz", 1}, {"float8e5m2", 1},
      {"float8e5m2fnuz", 1}, {"int4", 0.5},       {"uint4", 0.5},        {"Int4x2", 0.5},
      {"UInt4x2", 0.5},      {"complex64", 8},    {"complex128", 16},
  }};
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const auto& known) { return known.first == type; });
  if (found == kTypes.end()) return std::nullopt;
  return found->second;
}

bool is_known(const TensorShape& shape) {
  return std::all_of(shape.dims.begin(), shape.dims.end(),
                     [](std::int64_t dim) { return dim >= 0; });
}

bool broadcasts_to(const TensorShape& from, const TensorShape& to) {
  if (from.dims.size() > to.dims.size()) return false;
  return std::equal(from.dims.rbegin(), from.dims.rend(), to.dims.rbegin(),
                    [](std::int64_t have, std::int64_t want) { return have == want || have == 1; });
}

}  // namespace lynxbench::attribution
