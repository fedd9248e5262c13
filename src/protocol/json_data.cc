#include "protocol/json_data.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "base/json.h"
#include "protocol/elements.h"

namespace lynxbench::protocol {
namespace {

namespace dom = simdjson::dom;

// The number in `value` as a T, if it is one and fits.
template <DataType kType>
std::optional<NumberOf<kType>> number_in(dom::element value) {
  using Number = NumberOf<kType>;
  if constexpr (std::is_same_v<Number, bool>) {
    bool flag = false;
    if (value.get_bool().get(flag) == simdjson::SUCCESS) return flag;
    return std::nullopt;
  } else if constexpr (std::is_signed_v<Number> && std::is_integral_v<Number>) {
    std::int64_t whole = 0;
    if (value.get_int64().get(whole) != simdjson::SUCCESS || !std::in_range<Number>(whole)) return std::nullopt;
    return static_cast<Number>(whole);
  } else if constexpr (std::is_integral_v<Number>) {
    std::uint64_t whole = 0;
    if (value.get_uint64().get(whole) != simdjson::SUCCESS || !std::in_range<Number>(whole)) return std::nullopt;
    return static_cast<Number>(whole);
  } else {
    if (value.is_null()) return std::numeric_limits<Number>::quiet_NaN();
    double real = 0;
    if (value.get_double().get(real) != simdjson::SUCCESS) return std::nullopt;
    // A double beyond it rounds to no float.
    if (std::is_same_v<Number, float> && std::abs(real) > 3.4028235677973362e38) return std::nullopt;
    auto number = static_cast<Number>(real);
    bool fits = std::isfinite(kType == DataType::kFp16 ? from_half(half_of(static_cast<float>(number)))
                                                       : static_cast<float>(number)) ||
                kType == DataType::kFp64;
    return fits ? std::optional(number) : std::nullopt;
  }
}

class ElementReader {
 public:
  explicit ElementReader(DataType type) : type_(type) {}

  Status read(dom::array array) {
    for (dom::element value : array) {
      dom::array inner;
      if (value.get_array().get(inner) == simdjson::SUCCESS) {
        TRY_STATUS(read(inner));
      } else {
        TRY_STATUS(read_one(value));
        ++count_;
      }
    }
    return ok_status();
  }
  std::string take() { return std::move(raw_); }

 private:
  Status read_one(dom::element value) {
    bool taken = visit_type(type_, [&](auto kind) {
      constexpr DataType kType = kind();
      if constexpr (kType == DataType::kBytes) {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return false;
        append_element(raw_, text);
        return true;
      } else {
        std::optional<NumberOf<kType>> number = number_in<kType>(value);
        if (number) append<kType>(raw_, *number);
        return number.has_value();
      }
    });
    if (taken) return ok_status();
    constexpr std::size_t kMostText = 40;
    std::string text = simdjson::minify(value);
    if (text.size() > kMostText) text = text.substr(0, kMostText) + "...";
    return error(ErrorCode::kInvalidInput, "element {} of its data, {}, is no {}", count_, text, name_of(type_));
  }

  DataType type_;
  std::string raw_;
  std::uint64_t count_ = 0;
};

template <DataType kType>
void append_number(std::string& json, const char* at) {
  NumberOf<kType> number = read<kType>(at);
  if constexpr (std::is_floating_point_v<NumberOf<kType>>) {
    if (!std::isfinite(number)) {
      json += "null";
      return;
    }
    if (number == 0 && std::signbit(number)) {  // "-0" would be read as a whole number, 0
      json += "-0.0";
      return;
    }
  }
  fmt::format_to(std::back_inserter(json), "{}", number);
}

Status append_texts(std::string& json, std::string_view raw) {
  std::uint64_t index = 0;
  for (std::string_view element : TRY(elements_of(raw))) {
    if (index > 0) json += ',';
    Status written = append_json_string(json, element);
    if (!written.ok()) {
      return error(ErrorCode::kInvalidInput, "element {} {}", index, written.error().message);
    }
    ++index;
  }
  return ok_status();
}

}  // namespace

Status append_json_string(std::string& json, std::string_view text) {
  try {
    json += Json(text).dump();
    return ok_status();
  } catch (const Json::exception&) {
    return error(ErrorCode::kInvalidInput, "is not UTF-8, which JSON must be");
  }
}

Status append_json_data(std::string& json, DataType type, std::string_view raw) {
  json += '[';
  if (type == DataType::kBytes) {
    TRY_STATUS(append_texts(json, raw));
  } else {
    visit_type(type, [&](auto kind) {
      constexpr DataType kType = kind();
      if constexpr (kType != DataType::kBytes) {
        constexpr std::size_t kSize = sizeof(typename Element<kType>::Stored);
        for (std::size_t at = 0; at < raw.size(); at += kSize) {
          if (at > 0) json += ',';
          append_number<kType>(json, raw.data() + at);
        }
      }
    });
  }
  json += ']';
  return ok_status();
}

Result<std::string> raw_of_json(DataType type, dom::element data) {
  dom::array array;
  if (data.get_array().get(array) != simdjson::SUCCESS) {
    return error(ErrorCode::kInvalidInput, "its data is no array");
  }
  ElementReader reader(type);
  TRY_STATUS(reader.read(array));
  return reader.take();
}

}  // namespace lynxbench::protocol
