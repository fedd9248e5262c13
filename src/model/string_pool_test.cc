#include "model/string_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace lynxbench {
namespace {

TEST(StringPool, KeepsEachTextOnceAndKnowsItAgain) {
  StringPool pool;
  const NameId mm = pool.intern("aten::mm");
  EXPECT_EQ(pool.intern("aten::mm"), mm);
  EXPECT_NE(pool.intern("aten::mn"), mm);
  EXPECT_EQ(pool[mm], "aten::mm");
  EXPECT_EQ(pool.find("aten::mm"), mm);
  EXPECT_EQ(pool.find("never seen"), kNoRow);
}

TEST(StringPool, IdZeroIsTheEmptyString) {
  StringPool pool;
  EXPECT_EQ(pool.size(), 1U);
  EXPECT_EQ(pool[0], "");
  EXPECT_EQ(pool.intern(""), 0U);
}

TEST(StringPool, ManyTextsOfEveryLengthStayWhereTheyAre) {
  StringPool pool;
  std::map<std::string, NameId> known;
  std::vector<std::string_view> seen;
  for (int i = 0; i < 20'000; ++i) {
    std::string text(static_cast<std::size_t>(i % 40), static_cast<char>('a' + i % 3));
    text += std::to_string(i % 7000);
    if (i % 2000 == 0) text += std::string(100'000, 'x');
    const NameId id = pool.intern(text);
    const auto [found, is_new] = known.try_emplace(text, id);
    EXPECT_EQ(found->second, id);
    if (is_new) {
      EXPECT_EQ(id, seen.size() + 1);
      seen.push_back(pool[id]);
    }
  }
  for (const auto& [text, id] : known) {
    ASSERT_EQ(pool[id], text);
    ASSERT_EQ(pool[id].data(), seen[id - 1].data());
  }
}

TEST(StringPool, TextsThatDifferOnlyInZerosAtTheirEndAreDifferent) {
  StringPool pool;
  const std::string one(1, '\0');
  const std::string eight(8, '\0');
  const std::string nine(9, '\0');
  EXPECT_NE(pool.intern(one), pool.intern(""));
  EXPECT_NE(pool.intern(one), pool.intern(eight));
  EXPECT_NE(pool.intern(eight), pool.intern(nine));
  EXPECT_EQ(pool[pool.find(nine)], nine);
}

}  // namespace
}  // namespace lynxbench
