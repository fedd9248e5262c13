#include "trace/json_shape.h"

#include "trace/json_cursor.h"

namespace lynxbench::trace {
namespace {

constexpr int kElementsLookedAt = 16;

void add_element(JsonCursor& json, JsonShape& shape) {
  if (!json.enter('{')) return json.skip();
  while (const auto key = json.key()) {
    shape.keys.emplace(*key);
    if (*key == "cat") {
      shape.categories.emplace(json.string());
    } else {
      json.skip();
    }
  }
}

}  // namespace

JsonShape shape_of(std::string_view head) {
  JsonShape shape;
  JsonCursor json(head);
  if (json.peek() == '{' && json.enter('{')) {
    shape.root = '{';
    while (const auto key = json.key()) {
      shape.keys.emplace(*key);
      json.skip();
    }
  } else if (json.peek() == '[' && json.enter('[')) {
    shape.root = '[';
    for (int i = 0; i < kElementsLookedAt && json.element(); ++i) add_element(json, shape);
  }
  return shape;
}

}  // namespace lynxbench::trace
