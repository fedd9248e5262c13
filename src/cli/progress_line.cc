#include "cli/progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/units.h"

namespace lynxbench::cli {
namespace {

std::string bar(double done) {
  constexpr int kCells = 16;
  int full = static_cast<int>(done * kCells + 0.5);
  std::string text;
  for (int i = 0; i < kCells; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

ProgressLine::ProgressLine(Detail detail) : detail_(detail), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (drawn_) fmt::print(stderr, "\r\033[2K");
  drawn_ = false;
}

void ProgressLine::step(const std::string& what, double done, std::optional<Nanos> left) {
  if (detail_ == Detail::kNotes) return;
  std::string remaining =
      left ? fmt::format(", about {} s left", (left->count() + 999'999'999) / 1'000'000'000) : std::string();
  if (!terminal_) {
    fmt::print(stderr, "[{:3.0f} %] {}{}\n", done * 100, what, remaining);
    return;
  }
  clear();
  // Cut to the terminal: a line that wraps could not be drawn anew.
  winsize size{};
  std::size_t columns = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  std::string text = what + remaining;
  std::size_t room = columns > 26 ? columns - 26 : 0;
  if (text.size() > room) text.resize(room);
  fmt::print(stderr, "{} {:3.0f} %  {}", bar(done), done * 100, text);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::note(const std::string& what) {
  clear();
  fmt::print(stderr, "{}\n", what);
}

}  // namespace lynxbench::cli
