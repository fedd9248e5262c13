// A page of one file: opens offline, without a script, light or dark, and prints as it looks. Sections
// of tables, lists, notes and figures. Inside report only.
//
//   Sheet sheet("lynxbench load", "");
//   sheet.open("Latency");
//   sheet.head({"", "p50"});
//   sheet.row({"end to end", escaped(text)});
//   sheet.end_table();
//   sheet.close();
//   write(sheet.finish());
//
// Titles, notes and items are escaped here; what raw() and row() get is HTML already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::report {

class Sheet {
 public:
  // `style`: CSS rules beside those that all pages have.
  Sheet(std::string_view title, std::string_view style);

  void open(const std::string& title);
  void close() { text_ += "</section>\n"; }
  void note(const std::string& text);
  void raw(const std::string& html) { text_ += html; }
  void items(const std::vector<std::string>& texts);
  // A title that begins with '<' is HTML: "<th class=\"left\">name</th>".
  void head(const std::vector<std::string>& titles);
  // A cell that begins with "<td" stands as it is.
  void row(const std::vector<std::string>& cells);
  void end_table() { text_ += "</tbody></table></div>\n"; }
  // The whole page. Called once.
  [[nodiscard]] std::string finish();

 private:
  std::string text_;
};

}  // namespace lynxbench::report
