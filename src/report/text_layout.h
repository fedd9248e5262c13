// Text in a fixed number of terminal columns: how wide it is, padded, wrapped, and with nothing in it
// that a terminal would obey.
//
//   padded("12 µs", 8, Align::kRight)   -> "   12 µs"
//   wrapped("one two three", 7)         -> {"one two", "three"}
//   visible("a\x1b[2Jb")                -> "a\\u{1B}[2Jb"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::report {

// Contracts and executors hold text of others. Control characters, direction overrides and other
// invisible characters become \u{HEX}, blanks and line ends one blank, invalid UTF-8 U+FFFD.
[[nodiscard]] std::string visible(std::string_view text);

// Columns that `text` takes: East Asian wide characters two, combining marks none.
[[nodiscard]] int width(std::string_view text);

enum class Align { kLeft, kRight };

// Filled with blanks up to `columns`; wider text is returned as it is.
[[nodiscard]] std::string padded(std::string_view text, int columns, Align align);

// Lines of at most `columns` (at least 2), broken at blanks, within a word only where it is longer
// than a line, there after one of "/@_.-" if that is not far. At least one line.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, int columns);

// `ratio` (0..1; beyond is cut off) of `columns` in blocks, to an eighth: "███▌  ".
[[nodiscard]] std::string bar(double ratio, int columns);

}  // namespace lynxbench::report
