// Pictures of text lines, drawn from a seed: the payloads of the text-recognition workload.
//
//   TextLine line = draw_text_line(160, 7);   // line.text == "K3X09", line.image is 213 x 64 RGB
//
// Letters are strokes of one thickness on a light ground, in the manner of a plotter, with the ink,
// the ground and a faint grain drawn from the seed. Made of + - * / and sqrt alone: the same bytes
// everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::target {

// Rows of pixels, three bytes each, top left first.
struct Image {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> pixels;
};

struct TextLine {
  std::string text;  // digits and capitals
  Image image;
};

// What may stand in a line. Without 0, I, O and Q, which nobody can tell apart without context.
inline constexpr std::string_view kTextLineAlphabet = "123456789ABCDEFGHJKLMNPRSTUVWXYZ";

// A line that fits a recogniser's input `width` pixels wide and 48 high, drawn 4/3 as large, as a
// camera would hand it in. At least half as many characters as fit, at least one.
[[nodiscard]] TextLine draw_text_line(std::int64_t width, std::uint64_t seed);

}  // namespace lynxbench::target
