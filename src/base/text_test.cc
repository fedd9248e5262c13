#include "base/text.h"

#include <gtest/gtest.h>

namespace lynxbench {
namespace {

using Words = std::vector<std::string>;

TEST(Text, ATypoFindsTheWordThatWasMeant) {
  const Words keys{"threads", "timeout", "queue"};
  EXPECT_EQ(nearest_word("therads", keys), "threads");     // two letters swapped
  EXPECT_EQ(nearest_word("hafl", Words{"half"}), "half");  // which counts as one change and not two
  EXPECT_EQ(nearest_word("thread", keys), "threads");
  EXPECT_EQ(nearest_word("timeoutt", keys), "timeout");
  EXPECT_EQ(nearest_word("tymeout", keys), "timeout");
  EXPECT_EQ(nearest_word("queue", keys), "queue");
}

TEST(Text, AWordThatIsFarFromAllSuggestsNothing) {
  const Words keys{"threads", "timeout"};
  EXPECT_EQ(nearest_word("owner", keys), std::nullopt);
  EXPECT_EQ(nearest_word("", keys), std::nullopt);
  EXPECT_EQ(nearest_word("threads", Words{}), std::nullopt);
  EXPECT_EQ(nearest_word("2", Words{"1"}), std::nullopt);
  // A third of the length: six letters may differ in two and not in three.
  EXPECT_EQ(nearest_word("abcdef", Words{"abcdxy"}), "abcdxy");
  EXPECT_EQ(nearest_word("abcdef", Words{"abcxyz"}), std::nullopt);
}

TEST(Text, TheNearestOfSeveralWins) {
  EXPECT_EQ(nearest_word("at_mos", Words{"at_least", "at_last", "at_most"}), "at_most");
}

TEST(Text, AnAbbreviationOrALongerFormFindsItsWord) {
  EXPECT_EQ(nearest_word("queueing", Words{"serving", "queue"}), "queue");
  EXPECT_EQ(nearest_word("que", Words{"serving", "queue"}), "queue");
  EXPECT_EQ(nearest_word("acc", Words{"serving", "accelerator"}), "accelerator");
  EXPECT_EQ(nearest_word("ac", Words{"serving", "accelerator"}), std::nullopt);
}

TEST(Text, AListIsJoinedAsItIsSpoken) {
  EXPECT_EQ(joined(Words{}, "or"), "");
  EXPECT_EQ(joined(Words{"a"}, "or"), "a");
  EXPECT_EQ(joined(Words{"a", "b"}, "or"), "a or b");
  EXPECT_EQ(joined(Words{"a", "b", "c"}, "and"), "a, b and c");
}

TEST(Text, SplittingKeepsEmptyParts) {
  EXPECT_EQ(split("a,b,,c,", ','), (Words{"a", "b", "", "c", ""}));
  EXPECT_EQ(split("", ','), Words{""});
  EXPECT_EQ(split("abc", ','), Words{"abc"});
}

TEST(Text, TrimmingTakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace lynxbench
