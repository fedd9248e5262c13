#include "report/paper.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace lynxbench::report {
namespace {

constexpr int kLeastColumns = 40;
constexpr int kLeastColumn = 3;
constexpr int kGap = 2;
constexpr int kLabelColumns = 14;

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::kGood: return "\x1b[32m";
    case Tone::kBad: return "\x1b[31m";
    case Tone::kWarning: return "\x1b[33m";
    case Tone::kFaint: return "\x1b[2m";
    case Tone::kStrong: return "\x1b[1m";
    case Tone::kPlain: break;
  }
  return "";
}

std::string without_end_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

Table visible_table(const Table& table) {
  Table out = table;
  for (std::vector<Cell>& row : out.rows) {
    for (Cell& cell : row) cell.text = visible(cell.text);
  }
  return out;
}

int total(const std::vector<int>& widths) {
  int gaps = kGap * std::max(0, static_cast<int>(widths.size()) - 1);
  return std::accumulate(widths.begin(), widths.end(), gaps);
}

std::vector<int> natural_widths(const Table& table) {
  std::vector<int> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    int widest = width(table.columns[i].title);
    for (const std::vector<Cell>& row : table.rows) widest = std::max(widest, width(row[i].text));
    widths.push_back(widest);
  }
  return widths;
}

// Takes the surplus over `room` from the widest columns, none of them below its `least`.
void shrink(std::vector<int>& widths, const std::vector<int>& least, int room) {
  while (total(widths) > room) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] <= least[i]) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

// The widths with the wrappable columns as narrow as they must and may be.
std::vector<int> wrapped_widths(const Table& table, int room) {
  std::vector<int> widths = natural_widths(table), least = widths;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.wrap_to > 0) least[i] = std::min(widths[i], std::max(column.wrap_to, width(column.title)));
  }
  shrink(widths, least, room);
  return widths;
}

// The last resort once nothing more may be dropped: every column may be wrapped.
std::vector<int> final_widths(const Table& table, int room) {
  std::vector<int> widths = wrapped_widths(table, room);
  shrink(widths, std::vector<int>(widths.size(), kLeastColumn), room);
  return widths;
}

void erase_column(Table& table, std::size_t index) {
  auto at = static_cast<std::ptrdiff_t>(index);
  table.columns.erase(table.columns.begin() + at);
  for (std::vector<Cell>& row : table.rows) row.erase(row.begin() + at);
}

// Drops columns until the rest fits; the titles of those dropped.
std::vector<std::string> fit(Table& table, int room) {
  std::vector<std::string> dropped;
  while (total(wrapped_widths(table, room)) > room) {
    auto first = std::max_element(table.columns.begin(), table.columns.end(),
                                  [](const Column& a, const Column& b) { return a.drop < b.drop; });
    if (first == table.columns.end() || first->drop == 0) break;
    dropped.push_back(first->title);
    erase_column(table, static_cast<std::size_t>(first - table.columns.begin()));
  }
  return dropped;
}

}  // namespace

Paper::Paper(const TerminalOptions& options)
    : columns_(std::max(options.columns, kLeastColumns)), colour_(options.colour) {}

std::string Paper::toned(std::string_view text, Tone tone) const {
  if (!colour_ || tone == Tone::kPlain) return std::string(text);
  return std::string(escape_of(tone)) + std::string(text) + "\x1b[0m";
}

void Paper::heading(std::string_view text) {
  if (!text_.empty()) text_ += "\n";
  for (const std::string& line : wrapped(visible(text), columns_)) {
    text_ += toned(line, Tone::kStrong) + "\n";
  }
}

void Paper::hanging(std::string_view first, std::string_view text, Tone tone) {
  int indent = width(first);
  std::string before(first);
  for (const std::string& line : wrapped(visible(text), columns_ - indent)) {
    text_ += without_end_blanks(before + toned(line, tone)) + "\n";
    before = std::string(static_cast<std::size_t>(indent), ' ');
  }
}

void Paper::paragraph(std::string_view text, Tone tone) { hanging("  ", text, tone); }

void Paper::item(std::string_view text, Tone tone) { hanging("  - ", text, tone); }

void Paper::labelled(std::string_view label, std::string_view text, Tone tone) {
  hanging("  " + padded(label, kLabelColumns, Align::kLeft), text, tone);
}

void Paper::table(const Table& whole) {
  Table shown = visible_table(whole);
  int room = columns_ - kGap;
  std::vector<std::string> dropped = fit(shown, room);
  std::vector<int> widths = final_widths(shown, room);
  // `cells` of one row, as many lines as the tallest needs.
  auto print = [&](const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> lines;
    std::size_t height = 1;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      lines.push_back(wrapped(cells[i].text, widths[i]));
      height = std::max(height, lines.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      std::string line(kGap, ' ');
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line.append(kGap, ' ');
        std::string_view part = y < lines[i].size() ? std::string_view(lines[i][y]) : "";
        // Blanks stay outside the colour, so that they can be cut off at the end.
        std::string filled = padded(part, widths[i], shown.columns[i].align);
        std::size_t at = part.empty() ? std::string::npos : filled.find(part);
        if (at != std::string::npos) filled.replace(at, part.size(), toned(part, cells[i].tone));
        line += filled;
      }
      text_ += without_end_blanks(line) + "\n";
    }
  };
  std::vector<Cell> titles, rules;
  for (std::size_t i = 0; i < shown.columns.size(); ++i) {
    titles.push_back({shown.columns[i].title, Tone::kStrong});
    std::string rule;
    for (int n = 0; n < widths[i]; ++n) rule += "─";
    rules.push_back({rule, Tone::kFaint});
  }
  print(titles);
  print(rules);
  for (const std::vector<Cell>& row : shown.rows) print(row);
  if (!dropped.empty()) {
    paragraph("Left out for want of columns: " + joined(dropped, "and") + ".", Tone::kFaint);
  }
}

}  // namespace lynxbench::report
