#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <functional>

#include "base/random.h"
#include "workload/trace/json_scanner.h"
#include "workload/trace/numbers.h"
#include "workload/trace/request_reader.h"
#include "workload/trace/source.h"

namespace lynxbench::workload::trace {
namespace {

TEST(TraceNumbers, ADecimalIsScaledWithoutADouble) {
  EXPECT_EQ(scaled("27.5", 6), 27'500'000);
  EXPECT_EQ(scaled("1763878266192103.001", 3), 1'763'878'266'192'103'001);
  EXPECT_EQ(scaled("-1.5", 1), -15);
  EXPECT_EQ(scaled("1e3", 6), 1'000'000'000);
  EXPECT_EQ(scaled("1.5E-1", 3), 150);
  EXPECT_EQ(scaled("0.1234567891", 9), 123'456'789);
  EXPECT_EQ(scaled("0e999", 9), 0);
  EXPECT_EQ(scaled("5.", 0), 5);
  for (std::string_view text : {"", ".", "-", "x", "1x", "1e", "1e5000", "1..2", "9223372036854775808", "1e300", "NaN", "0x10", " 1"}) {
    EXPECT_EQ(scaled(text, 0), std::nullopt) << text;
  }
}

TEST(TraceNumbers, AWholeNumberHasNoFractionAndIsNotNegative) {
  EXPECT_EQ(whole_number("374"), 374);
  EXPECT_EQ(whole_number("374.000"), 374);
  EXPECT_EQ(whole_number("3.74e2"), 374);
  EXPECT_EQ(whole_number("1000000000000000000"), 1'000'000'000'000'000'000);
  for (std::string_view text : {"-1", "1.5", "", "1e99"}) EXPECT_EQ(whole_number(text), std::nullopt) << text;
  EXPECT_EQ(whole_number("11", 10), std::nullopt);
}

TEST(TraceNumbers, DatesAreReadToTheHundredNanoseconds) {
  EXPECT_EQ(ns_of_date("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(ns_of_date("2023-11-16 18:15:46.6805900"), 1'700'158'546'680'590'000);  // date -u +%s
  EXPECT_EQ(ns_of_date("2023-11-16T18:15:46.6805900Z"), 1'700'158'546'680'590'000);
  EXPECT_EQ(ns_of_date("2023-11-16T20:15:46.6805900+02:00"), 1'700'158'546'680'590'000);
  EXPECT_EQ(ns_of_date("2023-11-16T10:15:46-0800"), 1'700'158'546'000'000'000);
  EXPECT_EQ(ns_of_date("1969-12-31 23:59:59.5"), -500'000'000);
  EXPECT_EQ(ns_of_date("2024-02-29 00:00:00.123456789987"), 1'709'164'800'123'456'789);
  for (std::string_view text : {"2023-02-29 00:00:00", "2023-11-16", "2023-11-16 24:00:00", "2023-11-16 18:15:46.", "2023-11-16 18:15:46 x",
                                "0001-01-01 00:00:00", "9999-01-01 00:00:00", "2023-11-16x18:15:46", "2023-11-16 1:15:46", ""}) {
    EXPECT_EQ(ns_of_date(text), std::nullopt) << text;
  }
  EXPECT_EQ(ns_of_log_date("10/Oct/2000:13:55:36 -0700"), 971'211'336'000'000'000);
  for (std::string_view text : {"10/anF/2000:13:55:36 -0700", "10/Oct/2000 13:55:36", "32/Oct/2000:13:55:36 -0700", ""}) {
    EXPECT_EQ(ns_of_log_date(text), std::nullopt) << text;
  }
}

std::vector<std::string> lines_of(std::string_view text, std::size_t piece) {
  Lines lines(source_of(text, piece));
  std::vector<std::string> all;
  while (std::optional<Line> line = lines.next()) all.push_back(fmt::format("{}:{}", line->number, line->text));
  return all;
}

TEST(TraceSource, LinesAreTheSameWhateverThePieces) {
  for (std::size_t piece : {1, 2, 3, 1000}) {
    EXPECT_EQ(lines_of("a\r\nbc\n\nd", piece), (std::vector<std::string>{"1:a", "2:bc", "3:", "4:d"})) << piece;
    EXPECT_EQ(lines_of("a\n", piece), std::vector<std::string>{"1:a"});
    EXPECT_TRUE(lines_of("", piece).empty());
  }
}

TEST(TraceSource, ALineThatIsTooLongIsPassedOverAndCounted) {
  std::string text = "a\n" + std::string(kLongestLine + 10, 'x') + "\nb\n" + std::string(kLongestLine + 10, 'y');
  Lines lines(source_of(text));
  EXPECT_EQ(lines.next()->text, "a");
  std::optional<Line> line = lines.next();
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->text.substr(0, 10), "b");
  EXPECT_EQ(line->number, 3u);
  EXPECT_FALSE(lines.next().has_value());
  EXPECT_EQ(lines.too_long(), 2u);
  EXPECT_EQ(lines.first_too_long(), 2u);
}

class TraceFile : public ::testing::Test {
 protected:
  TraceFile() : path_(fs::temp_directory_path() / fmt::format("lynxbench-trace-{}.gz", ::getpid())) {}
  ~TraceFile() override { fs::remove(path_); }
  void write_gzip(std::string_view text) {
    gzFile file = gzopen(path_.c_str(), "ab");
    ASSERT_NE(file, nullptr);
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }
  fs::path path_;
};

TEST_F(TraceFile, GzipIsUnpackedEveryMemberOfIt) {
  write_gzip("TIMESTAMP,ContextTokens,GeneratedTokens\n1,10,20\n");
  write_gzip("2,30,40\n");
  std::unique_ptr<RequestReader> reader = open(path_).value();
  EXPECT_EQ(reader->next()->input_tokens, 10);
  EXPECT_EQ(reader->next()->output_tokens, 40);
  EXPECT_FALSE(reader->next().has_value());
  EXPECT_TRUE(reader->losses().empty());
}

TEST_F(TraceFile, AGzipStreamThatIsCutGivesWhatCameBeforeAndSaysSo) {
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  Random random(1, "noise");
  for (int i = 0; i < 50'000; ++i) text += fmt::format("{},{},{}\n", i, random.below(5000), random.below(5000));
  write_gzip(text);
  fs::resize_file(path_, fs::file_size(path_) / 2);
  std::unique_ptr<RequestReader> reader = open(path_).value();
  int count = 0;
  while (reader->next()) ++count;
  EXPECT_GT(count, 10'000);
  EXPECT_LT(count, 40'000);
  ASSERT_FALSE(reader->losses().empty());
  EXPECT_EQ(reader->losses().back().severity, Severity::kDamage);
  EXPECT_NE(reader->losses().back().what.find("ends early"), std::string::npos);
}

TEST(Trace, AFileThatIsNotThereOrAFolderIsNamed) {
  EXPECT_EQ(open("/nowhere/trace.csv").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open("/nowhere/trace.csv").error().place, "/nowhere/trace.csv");
  EXPECT_EQ(open("/tmp").error().code, ErrorCode::kInvalidInput);
}

TEST(Trace, WhatIsFurtherOutOfOrderThanTheWindowIsLeftOutAndCounted) {
  std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n10,1,1\n9,1,1\n";
  for (std::size_t i = 0; i < kReorderWindow; ++i) text += fmt::format("{},1,1\n", 11 + i);
  text += "10.5,1,1\n9.5,1,1\n5,1,1\n";
  std::unique_ptr<RequestReader> reader = open_bytes(text, "trace").value();
  std::int64_t before = 0;
  std::size_t count = 0;
  while (std::optional<TracedRequest> request = reader->next()) {
    EXPECT_GE(request->at_ns, before);
    before = request->at_ns;
    ++count;
  }
  // 10.5 came when only 9 had left the window, or 9 and 10: it and 9.5 fit, 5 does not.
  ASSERT_EQ(reader->losses().size(), 1u);
  EXPECT_EQ(reader->losses()[0].count + count, kReorderWindow + 5);
  EXPECT_GE(reader->losses()[0].count, 1u);
  EXPECT_NE(reader->losses()[0].what.find("out of order"), std::string::npos);
}

TEST(Trace, AnImpossibleTimeIsLeftOut) {
  std::unique_ptr<RequestReader> reader =
      open_bytes("timestamp,input_tokens\n9000000000,1\n1,2\n-9000000000,3\n", "trace").value();
  EXPECT_EQ(reader->next()->input_tokens, 2);
  EXPECT_FALSE(reader->next().has_value());
  EXPECT_EQ(reader->losses()[0].count, 2u);
}

// What a scanner says, as lines of text.
class Told final : public JsonEvents {
 public:
  std::string told;
  void begin_object(std::string_view key, int depth) override { told += fmt::format("{} {}{{\n", depth, key); }
  void end_object(int depth) override { told += fmt::format("{} }}\n", depth); }
  void begin_array(std::string_view key, int depth) override { told += fmt::format("{} {}[\n", depth, key); }
  void end_array(int depth) override { told += fmt::format("{} ]\n", depth); }
  void text(std::string_view key, std::string_view value, int depth) override { told += fmt::format("{} {}=\"{}\"\n", depth, key, value); }
  void number(std::string_view key, std::string_view value, int depth) override { told += fmt::format("{} {}={}\n", depth, key, value); }
  void damaged(std::uint64_t byte) override { told += fmt::format("damaged at {}\n", byte); }
};

std::string told(std::string_view text, std::size_t piece) {
  Told events;
  JsonScanner scanner(events);
  for (std::size_t at = 0; at < text.size(); at += piece) scanner.feed(text.substr(at, piece));
  scanner.finish();
  return events.told;
}

TEST(JsonScanner, TellsMembersWithTheirKeysAndDepths) {
  for (std::size_t piece : {1, 2, 7, 1000}) {
    EXPECT_EQ(told(R"( {"a": [1, "x\"y", {"b": null}], "c": -2.5e3} 7)", piece),
              "0 {\n1 a[\n2 =1\n2 =\"x\\\"y\"\n2 {\n3 b=null\n2 }\n1 ]\n1 c=-2.5e3\n0 }\n0 =7\n") << piece;
  }
}

TEST(JsonScanner, KeepsNoMoreOfAStringThanItsHead) {
  std::string text = "{\"key\": \"" + std::string(1'000'000, 'x') + "\", \"b\": 1}";
  EXPECT_EQ(told(text, 4096), "0 {\n1 key=\"" + std::string(JsonScanner::kKept, 'x') + "\"\n1 b=1\n0 }\n");
}

TEST(JsonScanner, DamageCostsTheValueAndNoLineAfterIt) {
  EXPECT_EQ(told("{\"a\": \"x\n{\"b\": 1}\n", 3), "0 {\ndamaged at 8\n0 {\n1 b=1\n0 }\n");
  EXPECT_EQ(told("{\"a\": 1]}\nrest\n\n{\"b\": 1}", 3), "0 {\n1 a=1\ndamaged at 7\n0 {\n1 b=1\n0 }\n");
  EXPECT_EQ(told("}", 3), "damaged at 0\n");
  EXPECT_EQ(told("{\"a\": \"x", 3), "0 {\ndamaged at 8\n");
  EXPECT_EQ(told("{\"a\\\n{\"b\": 1}", 3), "0 {\ndamaged at 4\n0 {\n1 b=1\n0 }\n");
}

TEST(JsonScanner, NestingBeyondItsBoundIsDamage) {
  std::string deep(JsonScanner::kDeepest + 1, '[');
  EXPECT_NE(told(deep, 100).find("damaged at 1000"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::workload::trace
