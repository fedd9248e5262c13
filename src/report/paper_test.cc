#include "report/paper.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lynxbench::report {
namespace {

Table table_of(const std::string& note) {
  return {{{.title = "figure"},
           {.title = "value", .align = Align::kRight},
           {.title = "extra", .drop = 1},
           {.title = "note", .wrap_to = 8}},
          {{{"throughput"}, {"12 µs"}, {"測試"}, {note}}, {{"x"}, {"1 µs"}, {"e"}, {"short"}}}};
}

TEST(Paper, ColumnsLineUpWhateverTheBytes) {
  Paper paper({.columns = 80});
  paper.table(table_of("a note"));
  EXPECT_EQ(paper.text(),
            "  figure      value  extra  note\n"
            "  ──────────  ─────  ─────  ──────\n"
            "  throughput  12 µs  測試   a note\n"
            "  x            1 µs  e      short\n");
}

TEST(Paper, WrapsAColumnBeforeItDropsAnother) {
  Paper paper({.columns = 44});
  paper.table(table_of("words that are many more"));
  EXPECT_NE(paper.text().find("extra"), std::string::npos);
  EXPECT_NE(paper.text().find("throughput  12 µs  測試   words that are\n"), std::string::npos);
  EXPECT_EQ(paper.text().find("Left out"), std::string::npos);
}

TEST(Paper, SaysWhatItDropped) {
  Table wide = table_of("note");
  wide.rows[0][2].text = std::string(30, 'e');
  Paper paper({.columns = 40});
  paper.table(wide);
  EXPECT_EQ(paper.text().find("eee"), std::string::npos);
  EXPECT_NE(paper.text().find("Left out for want of columns: extra."), std::string::npos);
}

TEST(Paper, ColoursOnlyWhenAsked) {
  for (bool colour : {false, true}) {
    Paper paper({.columns = 80, .colour = colour});
    paper.heading("Title");
    paper.paragraph("good", Tone::kGood);
    EXPECT_EQ(paper.text().find("\x1b[32mgood\x1b[0m") != std::string::npos, colour);
    EXPECT_EQ(paper.text().find('\x1b') != std::string::npos, colour);
  }
}

TEST(Paper, ColoursDoNotMoveColumns) {
  Table table = table_of("note");
  table.rows[0][1].tone = Tone::kBad;
  Paper plain({.columns = 80}), coloured({.columns = 80, .colour = true});
  plain.table(table);
  coloured.table(table);
  std::string stripped;
  for (std::size_t i = 0; i < coloured.text().size(); ++i) {
    if (coloured.text()[i] == '\x1b') i = coloured.text().find('m', i);
    else stripped += coloured.text()[i];
  }
  EXPECT_EQ(stripped, plain.text());
}

TEST(Paper, LinesHangBelowTheirLabel) {
  Paper paper({.columns = 40});
  paper.labelled("Label", "one two three four five six seven");
  EXPECT_EQ(paper.text(),
            "  Label         one two three four five\n"
            "                six seven\n");
}

}  // namespace
}  // namespace lynxbench::report
