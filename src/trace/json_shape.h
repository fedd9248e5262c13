// What a JSON text is made of at its top, to recognise a format by.
//
//   JsonShape shape = shape_of(R"([{"startEnqMs": 0.1, ...}, ...])");
//   shape.root == '['; shape.has("startEnqMs");
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace lynxbench::trace {

struct JsonShape {
  char root = '\0';  // '{', '[', or 0: no JSON
  // The member names of the root object, as far as the text goes; of a root array, those of its first
  // elements that are objects.
  std::set<std::string, std::less<>> keys;
  // The categories ("cat") of a root array's first elements.
  std::set<std::string, std::less<>> categories;

  [[nodiscard]] bool has(std::string_view key) const { return keys.contains(key); }
  [[nodiscard]] bool has_category(std::string_view category) const {
    return categories.contains(category);
  }
};

[[nodiscard]] JsonShape shape_of(std::string_view head);

}  // namespace lynxbench::trace
