#include "target/embedded/ocr/text_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/random.h"
#include "base/result.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kHeight = 64;
// A letter is 6 units wide and 9 high; the next one begins 8.5 units on.
constexpr double kUnit = 4.0;
constexpr double kAdvance = 8.5 * kUnit;
constexpr double kMargin = 10.0;
constexpr double kTop = (kHeight - 9 * kUnit) / 2;
constexpr double kInkRadius = 2.6;

// Strokes of each letter of the alphabet, in its order: polylines parted by blanks, a point being
// two digits, x (0..6) and y (0..9, downwards).
constexpr std::array<std::string_view, kTextLineAlphabet.size()> kStrokes{
    "123039 1959",                             // 1
    "02204062630969",                          // 2
    "01204062634424 446667492908",             // 3
    "49400666",                                // 4
    "600004446667492908",                      // 5
    "614020020729496766442405",                // 6
    "006029",                                  // 7
    "204062634424030220 24060729496766 6644",  // 8
    "082949676240200203254564",                // 9
    "093069 1656",                             // A
    "00406263440400 446667490904",             // B
    "6240200207294967",                        // C
    "00306267390900",                          // D
    "60000969 0454",                           // E
    "600009 0454",                             // F
    "6240200207294967 676535",                 // G
    "0009 6069 0464",                          // H
    "5057391907",                              // J
    "0009 6005 2469",                          // K
    "000969",                                  // L
    "0900356069",                              // M
    "09006960",                                // N
    "09004062634505",                          // P
    "09004062634505 3569",                     // R
    "624020020324446667492907",                // S
    "0060 3039",                               // T
    "000729496760",                            // U
    "003960",                                  // V
    "0019335960",                              // W
    "0069 6009",                               // X
    "003460 3439",                             // Y
    "00600969",                                // Z
};

struct Point {
  double x = 0;
  double y = 0;
};
struct Segment {
  Point from;
  Point to;
};

// The segments of letter `letter`, its top left at the origin, in pixels.
std::vector<Segment> segments_of(std::size_t letter) {
  std::vector<Segment> segments;
  std::optional<Point> last;
  const std::string_view strokes = kStrokes[letter];
  for (std::size_t i = 0; i < strokes.size();) {
    if (strokes[i] == ' ') {
      last.reset();
      ++i;
      continue;
    }
    const Point point{(strokes[i] - '0') * kUnit, (strokes[i + 1] - '0') * kUnit};
    if (last) segments.push_back({*last, point});
    last = point;
    i += 2;
  }
  return segments;
}

double distance(const Point& point, const Segment& segment) {
  const double dx = segment.to.x - segment.from.x;
  const double dy = segment.to.y - segment.from.y;
  const double along = (point.x - segment.from.x) * dx + (point.y - segment.from.y) * dy;
  const double part = std::clamp(along / (dx * dx + dy * dy), 0.0, 1.0);
  const double ex = point.x - segment.from.x - part * dx;
  const double ey = point.y - segment.from.y - part * dy;
  return std::sqrt(ex * ex + ey * ey);
}

// How much of a pixel is ink, 0 to 1, for every pixel of the image.
std::vector<double> draw_ink(const std::vector<std::size_t>& letters, std::int64_t width) {
  std::vector<double> ink(static_cast<std::size_t>(width * kHeight), 0.0);
  for (std::size_t place = 0; place < letters.size(); ++place) {
    const std::vector<Segment> segments = segments_of(letters[place]);
    const double left = kMargin + static_cast<double>(place) * kAdvance;
    const auto first = static_cast<std::int64_t>(left - kInkRadius - 1);
    const auto end = static_cast<std::int64_t>(left + 6 * kUnit + kInkRadius + 2);
    for (std::int64_t y = 0; y < kHeight; ++y) {
      for (std::int64_t x = std::max<std::int64_t>(first, 0); x < std::min(end, width); ++x) {
        const Point pixel{static_cast<double>(x) + 0.5 - left, static_cast<double>(y) + 0.5 - kTop};
        double nearest = 1e9;
        for (const Segment& segment : segments)
          nearest = std::min(nearest, distance(pixel, segment));
        double& value = ink[static_cast<std::size_t>(y * width + x)];
        value = std::max(value, std::clamp(kInkRadius + 0.5 - nearest, 0.0, 1.0));
      }
    }
  }
  return ink;
}

}  // namespace

TextLine draw_text_line(std::int64_t width, std::uint64_t seed) {
  CHECK(width >= 1);
  Random random(seed, "text line");
  const std::int64_t drawn_width = (width * kHeight + 24) / 48;
  const double room = static_cast<double>(drawn_width) - 2 * kMargin + kAdvance - 6 * kUnit;
  const auto most = static_cast<std::uint64_t>(std::max(1.0, room / kAdvance));
  const std::uint64_t least = (most + 1) / 2;
  TextLine line;
  std::vector<std::size_t> letters(least + random.below(most - least + 1));
  for (std::size_t& letter : letters) {
    letter = random.below(kTextLineAlphabet.size());
    line.text += kTextLineAlphabet[letter];
  }
  std::array<double, 3> ground{};
  std::array<double, 3> colour{};
  for (double& channel : ground) channel = static_cast<double>(225 + random.below(25));
  for (double& channel : colour) channel = static_cast<double>(10 + random.below(60));
  line.image = {.width = drawn_width, .height = kHeight, .pixels = {}};
  for (const double part : draw_ink(letters, drawn_width)) {
    const auto grain = static_cast<double>(random.below(6));
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const double value = ground[channel] + part * (colour[channel] - ground[channel]) + grain;
      line.image.pixels.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return line;
}

}  // namespace lynxbench::target
