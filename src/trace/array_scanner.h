// Cuts a Chrome-trace array "[ {...}, {...}, ... ]" into its elements, one at a time and without
// judging what is in them, so that a fault in one costs that one and no other.
//
//   ArrayScanner scanner(text);                    // text starts with '['
//   while (std::optional<Element> element = scanner.next()) {
//     if (parse(element->text)) continue;
//     Element again = scanner.cut_short(*element); // it may have swallowed the one behind it
//     ...
//   }
//   if (!scanner.closed()) ...                     // cut, or never closed: the format allows it
//
// A name with a bare quotation mark turns inside and outside of strings around, and the braces that
// follow are then read wrongly. What helps is the layout of the program that wrote the file: each
// event begins on its own line with {"cat". Such a line inside an element is a place to start
// again.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lynxbench::trace {

struct Element {
  enum class Form {
    kObject,  // braces match, and a comma, the array's end or the text's end follows
    kOther,   // a number, a string, an array, or stray characters
    kBroken,  // begins with a brace; braces don't match, or something else follows
    kCut,     // the text ends inside
  };
  Form form = Form::kObject;
  std::string_view text;
  std::size_t byte = 0;  // where it begins
};

// Whether `text` begins with a brace and ends with the one that matches it. A lazy parser may not
// see that an object was cut.
[[nodiscard]] bool is_one_object(std::string_view text);

class ArrayScanner {
 public:
  // `text` begins, after blanks, with '['; it must outlive the scanner.
  explicit ArrayScanner(std::string_view text);

  // The next element; nothing at the end of the array or of the text.
  [[nodiscard]] std::optional<Element> next();

  // For the element that next() gave last, when it turned out not to be good: it again, but ending
  // before the next line that begins an event, if one lies inside. next() goes on from there.
  [[nodiscard]] Element cut_short(const Element& element);

  // The same for an element that ended too early: it again, but reaching to the next line that
  // begins an event, or to the end of the text.
  [[nodiscard]] Element widen(const Element& element);
  // Goes back to the end of `element`.
  void resume_after(const Element& element) { at_ = element.byte + element.text.size(); }

  // After next() gave nothing: whether the array's end was there.
  [[nodiscard]] bool closed() const { return closed_; }
  // Where the scanner stands.
  [[nodiscard]] std::size_t byte() const { return at_; }

 private:
  [[nodiscard]] std::size_t end_of_other(std::size_t begin) const;
  [[nodiscard]] std::size_t event_line_after(std::size_t from) const;
  [[nodiscard]] bool ends_element(std::size_t at) const;
  [[nodiscard]] Element element_until(Element::Form form, std::size_t begin, std::size_t end);

  std::string_view text_;
  std::size_t at_ = 0;
  bool closed_ = false;
};

}  // namespace lynxbench::trace
