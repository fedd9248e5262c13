// Tensors of any bytes: what passes the check survives JSON, and BYTES are read as a second reading
// has them. The first byte picks the datatype.
#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "protocol/elements.h"
#include "protocol/json_data.h"
#include "protocol/tensor_text.h"

namespace {

using namespace lynxbench;
using namespace lynxbench::protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

// Walks the lengths; nothing where one points behind the end.
std::optional<std::size_t> count_elements(std::string_view raw) {
  std::size_t count = 0;
  while (!raw.empty()) {
    if (raw.size() < 4) return std::nullopt;
    std::uint32_t length = 0;
    for (std::size_t i = 4; i-- > 0;) length = length * 256 + static_cast<unsigned char>(raw[i]);
    if (raw.size() - 4 < length) return std::nullopt;
    raw.remove_prefix(4 + length);
    ++count;
  }
  return count;
}

// JSON has one true, and one null for all that is no number.
std::string as_json_keeps_it(DataType type, const std::string& raw) {
  std::string kept;
  visit_type(type, [&](auto kind) {
    constexpr DataType kType = kind();
    if constexpr (kType == DataType::kBytes) {
      kept = raw;
    } else {
      for (std::size_t at = 0; at < raw.size(); at += sizeof(typename Element<kType>::Stored)) {
        NumberOf<kType> number = read<kType>(raw.data() + at);
        if constexpr (std::is_floating_point_v<NumberOf<kType>>) {
          if (!std::isfinite(number)) number = std::numeric_limits<NumberOf<kType>>::quiet_NaN();
        }
        append<kType>(kept, number);
      }
    }
  });
  return kept;
}

void through_json(const Tensor& tensor) {
  std::string json;
  if (!append_json_data(json, tensor.type, tensor.raw).ok()) {
    require(tensor.type == DataType::kBytes);  // not UTF-8
    return;
  }
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  require(parser.parse(json).get(element) == simdjson::SUCCESS);
  Result<std::string> raw = raw_of_json(tensor.type, element);
  require(raw.ok() && *raw == as_json_keeps_it(tensor.type, tensor.raw));
  (void)elements_text(tensor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  auto type = static_cast<DataType>(data[0] % 14);
  Tensor tensor{"x", type, {}, std::string(reinterpret_cast<const char*>(data) + 1, size - 1)};
  std::optional<std::size_t> count =
      type == DataType::kBytes ? count_elements(tensor.raw) : tensor.raw.size() / *element_bytes(type);
  bool whole = count && (type == DataType::kBytes || *count * *element_bytes(type) == tensor.raw.size());
  tensor.shape = {static_cast<std::int64_t>(count.value_or(1))};
  require(check(tensor).ok() == whole);
  tensor.shape = {static_cast<std::int64_t>(count.value_or(1)) + 1};
  require(!check(tensor).ok());
  tensor.shape = {static_cast<std::int64_t>(count.value_or(1))};
  if (whole) through_json(tensor);
  return 0;
}
