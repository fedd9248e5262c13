#include "trace/ort/event.h"

#include <simdjson.h>

#include <cstddef>
#include <limits>
#include <utility>

#include "base/text.h"
#include "trace/decimal.h"

namespace lynxbench::trace::ort {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<std::string> text_of(ondemand::value value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

// A number as it is spelled, or a string's content: some tools write times as strings.
std::string_view spelled(ondemand::value value) {
  std::string_view token = trim(value.raw_json_token());
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    token = token.substr(1, token.size() - 2);
  }
  return token;
}

Category category_named(std::string_view name) {
  if (name == "Node") return Category::kNode;
  if (name == "Session") return Category::kSession;
  if (name == "Kernel" || name == "Api") return Category::kDevice;
  return Category::kForeign;
}

std::optional<std::vector<std::int64_t>> dims_of(ondemand::value value) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return std::nullopt;
  std::vector<std::int64_t> dims;
  for (auto item : array) {
    std::int64_t dim = 0;
    if (item.get_int64().get(dim) != simdjson::SUCCESS) return std::nullopt;
    dims.push_back(dim);
  }
  return dims;
}

// [{"float":[1,3,224,224]},{"float":[64]}]
std::optional<std::vector<TensorShape>> shapes_of(ondemand::value value) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return std::nullopt;
  std::vector<TensorShape> shapes;
  for (auto item : array) {
    ondemand::object object;
    if (item.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
    for (auto result : object) {
      ondemand::field field;
      if (std::move(result).get(field) != simdjson::SUCCESS) return std::nullopt;
      std::string_view type;
      if (field.unescaped_key().get(type) != simdjson::SUCCESS) return std::nullopt;
      TensorShape shape{std::string(type), {}};
      std::optional<std::vector<std::int64_t>> dims = dims_of(field.value());
      if (!dims) return std::nullopt;
      shape.dims = std::move(*dims);
      shapes.push_back(std::move(shape));
    }
  }
  return shapes;
}

void take_category(ondemand::value value, Event& event) {
  std::string_view name;
  if (value.get_string().get(name) != simdjson::SUCCESS) name = "";
  event.category = category_named(name);
  event.is_api = name == "Api";
  event.foreign_category = event.category == Category::kForeign ? std::string(name) : "";
}

void take_shapes(ondemand::value value, std::vector<TensorShape>& shapes, Event& event) {
  std::optional<std::vector<TensorShape>> found = shapes_of(value);
  if (!found) event.shapes_unreadable = true;
  shapes = std::move(found).value_or(std::vector<TensorShape>{});
}

// Members of an object, each handed to `take`; false when the object is broken.
template <typename Take>
bool each_member(ondemand::object object, Take take) {
  for (auto result : object) {
    ondemand::field field;
    if (std::move(result).get(field) != simdjson::SUCCESS) return false;
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    if (!take(key, field.value())) return false;
  }
  return true;
}

// "grid_x": "108". What is no number of 31 bits is none.
void take_extent(std::string_view key, ondemand::value value, Event& event) {
  const std::optional<std::int64_t> number = scaled_decimal(spelled(value), 0);
  const bool fits = number && *number >= 0 && *number <= std::numeric_limits<std::int32_t>::max();
  if (!fits) return;
  auto& extent = key.starts_with("grid") ? event.grid : event.block;
  extent[static_cast<std::size_t>(key.back() - 'x')] = static_cast<std::uint32_t>(*number);
}

bool is_extent(std::string_view key) {
  return key == "grid_x" || key == "grid_y" || key == "grid_z" || key == "block_x" ||
         key == "block_y" || key == "block_z";
}

bool take_args(ondemand::value value, Event& event) {
  ondemand::object args;
  if (value.get_object().get(args) != simdjson::SUCCESS) return true;
  return each_member(args, [&event](std::string_view key, ondemand::value item) {
    if (key == "op_name") {
      event.op_type = text_of(item).value_or("");
    } else if (key == "provider") {
      event.provider = text_of(item).value_or("");
    } else if (key == "input_type_shape") {
      take_shapes(item, event.inputs, event);
    } else if (key == "output_type_shape") {
      take_shapes(item, event.outputs, event);
    } else if (key == "stream") {
      event.stream = scaled_decimal(spelled(item), 0);
    } else if (is_extent(key)) {
      take_extent(key, item, event);
    }
    return true;
  });
}

bool take_member(std::string_view key, ondemand::value value, Event& event) {
  if (key == "cat") {
    take_category(value, event);
  } else if (key == "name") {
    std::optional<std::string> name = text_of(value);
    if (!name) return false;
    event.name = std::move(*name);
  } else if (key == "ph") {
    event.phase = text_of(value).value_or("");
  } else if (key == "ts") {
    event.begin_ns = nanoseconds_of_microseconds(spelled(value));
  } else if (key == "dur") {
    event.duration_ns = nanoseconds_of_microseconds(spelled(value));
  } else if (key == "pid") {
    event.process = std::string(spelled(value));
  } else if (key == "tid") {
    event.thread = std::string(spelled(value));
  } else if (key == "args") {
    return take_args(value, event);
  }
  return true;
}

}  // namespace

struct EventParser::State {
  ondemand::parser parser;
  std::string buffer;
};

EventParser::EventParser() : state_(std::make_unique<State>()) {}
EventParser::~EventParser() = default;

std::optional<Event> EventParser::parse(std::string_view object) {
  state_->buffer.reserve(object.size() + simdjson::SIMDJSON_PADDING);
  state_->buffer.assign(object);
  const simdjson::padded_string_view padded(state_->buffer.data(), object.size(),
                                            state_->buffer.capacity());
  ondemand::document document;
  if (state_->parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
  ondemand::object members;
  if (document.get_object().get(members) != simdjson::SUCCESS) return std::nullopt;
  Event event;
  const bool whole = each_member(members, [&event](std::string_view key, ondemand::value value) {
    return take_member(key, value, event);
  });
  if (!whole) return std::nullopt;
  return event;
}

}  // namespace lynxbench::trace::ort
