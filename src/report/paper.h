// Terminal output piece by piece: headings, paragraphs, labelled lines and aligned tables that fit the
// given number of columns.
//
//   Paper paper({.columns = 80, .colour = false});
//   paper.heading("Latency");
//   paper.table({{{.title = "point"}, {.title = "p95", .align = Align::kRight}}, {{{"half"}, {"12 ms"}}}});
//   std::string text = paper.text();
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"
#include "report/text_layout.h"

namespace lynxbench::report {

enum class Tone { kPlain, kGood, kBad, kWarning, kFaint, kStrong };

struct Cell {
  std::string text;  // made visible() when it is printed
  Tone tone = Tone::kPlain;
};

struct Column {
  std::string title;
  Align align = Align::kLeft;
  int wrap_to = 0;  // may be wrapped down to so many columns; 0: never
  int drop = 0;     // left out where room is short, the highest first; 0: never
};

// Each row has as many cells as there are columns.
struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

// Threads: one at a time.
class Paper {
 public:
  explicit Paper(const TerminalOptions& options);

  void heading(std::string_view text);
  void paragraph(std::string_view text, Tone tone = Tone::kPlain);
  // An empty line.
  void gap() { text_ += "\n"; }
  // Indented, with a bullet.
  void item(std::string_view text, Tone tone = Tone::kPlain);
  // "label      text", further lines below the text.
  void labelled(std::string_view label, std::string_view text, Tone tone = Tone::kPlain);
  // Wraps, then drops columns until it fits, and says below which were dropped.
  void table(const Table& table);

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::string toned(std::string_view text, Tone tone) const;
  void hanging(std::string_view first, std::string_view text, Tone tone);

  int columns_;
  bool colour_;
  std::string text_;
};

}  // namespace lynxbench::report
