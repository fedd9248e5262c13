#include "report/text_layout.h"

#include <gtest/gtest.h>

namespace lynxbench::report {
namespace {

using Lines = std::vector<std::string>;

TEST(TextLayout, WidthCountsColumnsAndNotBytes) {
  EXPECT_EQ(width("abc"), 3);
  EXPECT_EQ(width("12 µs ≤"), 7);
  EXPECT_EQ(width("測試"), 4);
  EXPECT_EQ(width("e\u0301"), 1);
  EXPECT_EQ(width("█▌"), 2);
}

TEST(TextLayout, PaddingFillsColumnsWhateverTheBytes) {
  EXPECT_EQ(padded("12 µs", 8, Align::kRight), "   12 µs");
  EXPECT_EQ(padded("測試", 6, Align::kLeft), "測試  ");
  EXPECT_EQ(padded("too long", 3, Align::kLeft), "too long");
}

TEST(TextLayout, WrapsAtBlanksAndBreaksOnlyWhatIsTooLong) {
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("abcdefgh ij", 3), (Lines{"abc", "def", "gh", "ij"}));
  EXPECT_EQ(wrapped("", 10), Lines{""});
}

TEST(TextLayout, LongNamesBreakBetweenTheirParts) {
  EXPECT_EQ(wrapped("e2e.p99@unloaded", 12), (Lines{"e2e.p99@", "unloaded"}));
  EXPECT_EQ(wrapped("stage/conv2d_1.dw", 13), (Lines{"stage/conv2d_", "1.dw"}));
  EXPECT_EQ(wrapped("a-bcdefghijkl", 8), (Lines{"a-bcdefg", "hijkl"}));
}

TEST(TextLayout, WrappingNeverCutsACharacterOrItsMarks) {
  EXPECT_EQ(wrapped("測試測試", 5), (Lines{"測試", "測試"}));
  EXPECT_EQ(wrapped("ae\u0301i", 2), (Lines{"ae\u0301", "i"}));
}

TEST(TextLayout, WhatATerminalWouldObeyIsWrittenOut) {
  EXPECT_EQ(visible("a\x1b[2Jb"), "a\\u{1B}[2Jb");
  EXPECT_EQ(visible("x\u202Ey\u2066z"), "x\\u{202E}y\\u{2066}z");
  EXPECT_EQ(visible("a\n b\t\tc"), "a b c");
  EXPECT_EQ(visible("bad \xFF byte"), "bad \uFFFD byte");
  EXPECT_EQ(visible("café 測試 µ ≤"), "café 測試 µ ≤");
}

TEST(TextLayout, ABarIsAsLongAsItsShareToAnEighth) {
  EXPECT_EQ(bar(0.5, 4), "██  ");
  EXPECT_EQ(bar(1.0 / 32, 4), "▏   ");
  EXPECT_EQ(bar(0, 4), "    ");
  EXPECT_EQ(bar(1e-9, 4), "▏   ");
  EXPECT_EQ(bar(7, 4), "████");
}

}  // namespace
}  // namespace lynxbench::report
