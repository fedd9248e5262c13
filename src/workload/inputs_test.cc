#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <set>

#include "base/files.h"
#include "base/random.h"
#include "workload/input_file.h"
#include "workload/lengths.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

Workload workload_of(std::int64_t distinct, std::int64_t prompt, std::int64_t output, std::uint64_t seed) {
  Workload workload;
  workload.seed = seed;
  workload.input.distinct = distinct;
  workload.prompts.prompt.low = prompt;
  workload.prompts.output.low = output;
  return workload;
}

Workload sessions() {
  Workload workload = workload_of(20, 4, 8, 7);
  workload.prompts.turns = 3;
  workload.prompts.shared_prefix = 10;
  workload.prompts.prefix_groups = 4;
  workload.prompts.prompt = {LengthShape::kLogNormal, 4, 400, 64, 0.8};
  workload.prompts.output = {LengthShape::kUniform, 8, 24};
  return workload;
}

TargetSpec target_of(const std::string& kind, CommandMode mode = CommandMode::kPerRequest) {
  TargetSpec target;
  target.kind = kind;
  target.endpoint.command_mode = mode;
  return target;
}

Inputs build(const Workload& workload, const std::string& kind = "openai-chat") {
  Result<Inputs> inputs = build_inputs(workload, target_of(kind));
  EXPECT_TRUE(inputs.ok()) << (inputs.ok() ? "" : inputs.error().text());
  return inputs.ok() ? *inputs : Inputs{};
}

std::int64_t words_in(std::string_view text) { return 1 + std::count(text.begin(), text.end(), ' '); }

// Made with an implementation of its own (in Python): every machine and every later version must
// make these bytes from these seeds.
TEST(Inputs, TheSameSeedGivesTheSameBytesOnEveryMachine) {
  Workload fixed = workload_of(16, 32, 16, 20261123);
  EXPECT_EQ(build(fixed).digest, "a4d19d3aba1e77d73e332ae8e7ee8b0981d6964359355f745f2b680e3191b794");
  EXPECT_EQ(build(fixed, "openai-completions").digest, build(fixed).digest);
  EXPECT_EQ(build(fixed, "http").digest, "0c14c2ceafe15936f266ab631be3ed286453c9466cf115d0e9cd7aa2ec5e7963");
  EXPECT_EQ(build(sessions()).digest, "9794354c5786f3df9272ffba0fda8111a6d560bfe27428b3e56a43e06c01adcc");
  EXPECT_EQ(build(sessions(), "openai-completions").digest,
            "a0acde43650467afc3bfed11d5b34a793f5efd867f7d1b0d42519084198f41b9");
  EXPECT_EQ(build(fixed).inputs[0].messages[0].text.substr(0, 24), "as do baby sit sing week");
}

TEST(Inputs, APromptHasOneWordForEachTokenAskedFor) {
  Inputs inputs = build(workload_of(5, 37, 16, 1));
  ASSERT_EQ(inputs.inputs.size(), 5u);
  std::set<std::string> texts;
  for (const Input& input : inputs.inputs) {
    ASSERT_EQ(input.messages.size(), 1u);
    EXPECT_EQ(input.messages[0].role, "user");
    EXPECT_EQ(words_in(input.messages[0].text), 37);
    EXPECT_EQ(input.prompt_tokens, 37);
    EXPECT_EQ(input.max_tokens, 16);
    EXPECT_TRUE(input.body.empty());
    texts.insert(input.messages[0].text);
  }
  EXPECT_EQ(texts.size(), 5u);
}

TEST(Inputs, ATurnCarriesAllThatWentBeforeSoThatAPrefixCacheCanHit) {
  Inputs chat = build(sessions()), completions = build(sessions(), "openai-completions");
  ASSERT_EQ(chat.inputs.size(), 60u);
  for (std::size_t i = 0; i < 60; ++i) {
    const Input& input = chat.inputs[i];
    EXPECT_EQ(input.session, i / 3);
    EXPECT_EQ(input.turn, i % 3);
    ASSERT_EQ(input.messages.size(), 2 + 2 * input.turn);
    EXPECT_EQ(input.messages[0].role, "system");
    EXPECT_EQ(words_in(input.messages[0].text), 10);
    std::int64_t words = 0;
    for (const Message& message : input.messages) words += words_in(message.text);
    EXPECT_EQ(input.prompt_tokens, words);
    if (input.turn == 0) continue;
    const Input& before = chat.inputs[i - 1];
    for (std::size_t m = 0; m < before.messages.size(); ++m) EXPECT_EQ(input.messages[m].text, before.messages[m].text);
    const Message& reply = input.messages[before.messages.size()];
    EXPECT_EQ(reply.role, "assistant");
    EXPECT_EQ(words_in(reply.text), before.max_tokens);
    EXPECT_TRUE(completions.inputs[i].messages[0].text.starts_with(completions.inputs[i - 1].messages[0].text + "\n"));
  }
}

TEST(Inputs, SessionsOfAGroupShareTheirHeadAndOthersDoNot) {
  Inputs inputs = build(sessions());
  std::set<std::string> heads;
  for (const Input& input : inputs.inputs) {
    const std::string& head = input.messages[0].text;
    EXPECT_EQ(head, inputs.inputs[input.session % 4 * 3].messages[0].text);
    heads.insert(head);
  }
  EXPECT_EQ(heads.size(), 4u);
}

TEST(Inputs, MoreSessionsLeaveTheFirstOnesAsTheyWere) {
  Workload few = sessions(), many = sessions();
  many.input.distinct = 50;
  Inputs first = build(few), all = build(many);
  for (std::size_t i = 0; i < first.inputs.size(); ++i) {
    EXPECT_EQ(first.inputs[i].messages.back().text, all.inputs[i].messages.back().text);
  }
}

TEST(Inputs, LogNormalLengthsHaveTheirMedianAndSpread) {
  LengthSpec spec{LengthShape::kLogNormal, 1, 1'000'000, 500, 0.7};
  Random random(3, "lengths");
  int below = 0, within = 0;
  constexpr int kDraws = 40'000;
  for (int i = 0; i < kDraws; ++i) {
    double length = static_cast<double>(draw_length(spec, random));
    below += length < 500 ? 1 : 0;
    within += std::abs(std::log(length / 500)) < 0.7 ? 1 : 0;  // one sigma: 68.27 %
  }
  EXPECT_NEAR(below, kDraws / 2, 4 * 100);
  EXPECT_NEAR(within, 0.6827 * kDraws, 4 * 94);
}

TEST(Inputs, UniformLengthsTakeEveryValueOfTheirRange) {
  LengthSpec spec{LengthShape::kUniform, 3, 6};
  Random random(3, "lengths");
  std::array<int, 10> counts{};
  for (int i = 0; i < 4000; ++i) ++counts.at(static_cast<std::size_t>(draw_length(spec, random)));
  for (std::size_t length = 3; length <= 6; ++length) EXPECT_NEAR(counts[length], 1000, 110);
  EXPECT_EQ(counts[2] + counts[7], 0);
}

TEST(Inputs, ATargetThatMakesItsOwnGetsNone) {
  EXPECT_TRUE(build(workload_of(5, 3, 3, 1), "embedded").inputs.empty());
  EXPECT_TRUE(build(workload_of(5, 3, 3, 1), "null").digest.empty());
  InputSequence sequence = input_sequence(workload_of(5, 3, 3, 1), Inputs{}, 1);
  EXPECT_EQ(sequence.distinct(), 5u);
}

TEST(Inputs, ACommandInPipeModeGetsOneLine) {
  Inputs inputs = build_inputs(sessions(), target_of("command", CommandMode::kPipe)).value();
  for (const Input& input : inputs.inputs) {
    EXPECT_EQ(input.body.find('\n'), std::string::npos);
    EXPECT_EQ(words_in(input.body), input.prompt_tokens);
  }
}

TEST(Inputs, NumbersThatCannotBeAreRefusedByName) {
  auto problem = [](const std::function<void(Workload&)>& change) {
    Workload workload = workload_of(4, 8, 8, 1);
    change(workload);
    Result<Inputs> inputs = build_inputs(workload, target_of("openai-chat"));
    EXPECT_FALSE(inputs.ok());
    return inputs.ok() ? "" : inputs.error().text();
  };
  EXPECT_NE(problem([](Workload& w) { w.prompts.prompt.low = 0; }).find("workload.prompts.prompt"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.output = {LengthShape::kUniform, 9, 8}; }).find("9 to 8"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.output = {LengthShape::kLogNormal, 1, 8, std::nan(""), 1}; }).find("log-normal"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.turns = 0; }).find("workload.prompts.turns"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.prefix_groups = 0; }).find("prefix_groups"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.shared_prefix = -1; }).find("shared_prefix"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.input.distinct = 0; }).find("distinct"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) { w.prompts.source = PromptSource::kFile; }).find("file is missing"), std::string::npos);
  EXPECT_NE(problem([](Workload& w) {
              w.input.distinct = 1'000'000;
              w.prompts.prompt.low = 10'000'000;
            }).find("would take more than"), std::string::npos);
}

InputFile read(std::string_view text) {
  Result<InputFile> file = read_inputs(text, "in.jsonl");
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().text());
  return file.ok() ? *file : InputFile{};
}

TEST(InputFile, ALineIsAPromptOrMessagesOrABody) {
  InputFile file = read(
      "\xef\xbb\xbf{\"prompt\": \"6 x 7?\", \"max_tokens\": 8, \"expected\": 42}\r\n"
      "\n"
      R"({"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]})"
      "\n"
      R"({"body": {"z": [1, 2.5], "a": null}, "expected": "ok"})"
      "\n"
      R"({"body": "as it is\n"})");
  ASSERT_EQ(file.inputs.size(), 4u);
  EXPECT_EQ(file.lines, (std::vector<std::uint32_t>{1, 3, 4, 5}));
  EXPECT_EQ(file.inputs[0].messages[0].text, "6 x 7?");
  EXPECT_EQ(file.inputs[0].max_tokens, 8);
  EXPECT_EQ(file.inputs[0].expected, "42");
  EXPECT_EQ(file.inputs[1].messages[1].text, "ab");
  EXPECT_EQ(file.inputs[1].max_tokens, std::nullopt);
  EXPECT_EQ(file.inputs[2].body, R"({"z":[1,2.5],"a":null})");
  EXPECT_EQ(file.inputs[3].body, "as it is\n");
  EXPECT_EQ(file.inputs[3].session, 3u);
}

TEST(InputFile, LinesOfASessionAreItsTurns) {
  InputFile file = read(
      "{\"prompt\":\"a\",\"session\":\"x\"}\n{\"prompt\":\"b\"}\n{\"prompt\":\"c\",\"session\":7}\n"
      "{\"prompt\":\"d\",\"session\":\"x\"}\n{\"prompt\":\"e\",\"session\":\"7\"}\n");
  std::vector<std::pair<std::uint32_t, std::uint32_t>> turns;
  for (const Input& input : file.inputs) turns.emplace_back(input.session, input.turn);
  EXPECT_EQ(turns, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {2, 1}}));
}

TEST(InputFile, MembersThatMeanNothingAreCountedAndMisspelledOnesRefused) {
  InputFile file = read("{\"prompt\":\"a\",\"id\":1}\n{\"prompt\":\"b\"}\n{\"prompt\":\"c\",\"id\":2,\"topic\":3}\n");
  EXPECT_EQ(file.notes, (std::vector<std::string>{"member \"id\" means nothing here: 2 lines (first: line 1)",
                                                  "member \"topic\" means nothing here: 1 line (first: line 3)"}));
  Result<InputFile> misspelled = read_inputs("{\"prompt\":\"a\"}\n{\"promt\":\"a\"}", "in.jsonl");
  ASSERT_FALSE(misspelled.ok());
  EXPECT_EQ(misspelled.error().text(), "in.jsonl:2: there is no member \"promt\"; did you mean \"prompt\"?");
}

TEST(InputFile, ALineThatIsNoInputIsRefusedWithItsPlaceAndWhatIsRight) {
  auto problem = [](const std::string& line) {
    Result<InputFile> file = read_inputs("{\"prompt\":\"a\"}\n" + line, "in.jsonl");
    EXPECT_FALSE(file.ok()) << line;
    std::string text = file.ok() ? "" : file.error().text();
    EXPECT_TRUE(text.starts_with("in.jsonl:2: ")) << text;
    return text;
  };
  EXPECT_NE(problem("hello").find("a line is a JSON object"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\": \"a\"").find("not a JSON object"), std::string::npos);
  EXPECT_NE(problem("[").find("not one array"), std::string::npos);
  EXPECT_NE(problem("[1]").find("a line is a JSON object"), std::string::npos);
  EXPECT_NE(problem("{}").find("none of"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":\"a\",\"body\":\"b\"}").find("several of"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":1}").find("\"prompt\" is a string"), std::string::npos);
  EXPECT_NE(problem("{\"messages\":[]}").find("not empty"), std::string::npos);
  EXPECT_NE(problem("{\"messages\":[{\"role\":\"user\"}]}").find("\"content\""), std::string::npos);
  EXPECT_NE(problem("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}").find("text parts alone"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":\"a\",\"max_tokens\":0}").find("whole number"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":\"a\",\"max_tokens\":1.5}").find("whole number"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":\"a\",\"expected\":[]}").find("\"expected\" is a string"), std::string::npos);
  EXPECT_NE(problem("{\"prompt\":\"\xff\"}").find("not a JSON object"), std::string::npos);
  EXPECT_NE(problem("{\"body\":" + std::string(5000, '[')).find("nested deeper"), std::string::npos);
  EXPECT_EQ(read_inputs("\n\n", "in.jsonl").error().text().substr(0, 22), "in.jsonl: has no input");
}

class InputsOfFile : public ::testing::Test {
 protected:
  InputsOfFile() : path_(fs::temp_directory_path() / fmt::format("lynxbench-inputs-{}.jsonl", ::getpid())) {}
  ~InputsOfFile() override { fs::remove(path_); }
  Result<Inputs> build(const std::string& text, const TargetSpec& target) {
    std::ofstream(path_) << text;
    Workload workload;
    workload.prompts.source = PromptSource::kFile;
    workload.prompts.file = path_.string();
    return build_inputs(workload, target);
  }
  fs::path path_;
};

TEST_F(InputsOfFile, EachKindOfTargetGetsThemInItsForm) {
  std::string text = "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]}";
  EXPECT_EQ(build(text, target_of("openai-chat")).value().inputs[0].messages.size(), 2u);
  EXPECT_EQ(build(text, target_of("openai-completions")).value().inputs[0].messages[0].text, "a\nb");
  EXPECT_EQ(build(text, target_of("http")).value().inputs[0].body, "a\nb");
  EXPECT_EQ(build(text, target_of("command", CommandMode::kPipe)).value().inputs[0].body, "a b");
  EXPECT_EQ(build("{\"body\":\"x\"}", target_of("kserve-http")).value().inputs[0].body, "x");
}

TEST_F(InputsOfFile, AnInputThatTheTargetCannotTakeIsRefusedWithItsPlace) {
  Result<Inputs> body = build("{\"prompt\":\"a\"}\n\n{\"body\":\"x\"}\n", target_of("openai-chat"));
  ASSERT_FALSE(body.ok());
  EXPECT_EQ(body.error().place, path_.string() + ":3");
  Result<Inputs> lines = build("{\"body\":\"x\\ny\"}\n", target_of("command", CommandMode::kPipe));
  ASSERT_FALSE(lines.ok());
  EXPECT_NE(lines.error().text().find("one line for each request"), std::string::npos);
}

TEST_F(InputsOfFile, TheDigestIsOfAllThatIsSentAndExpected) {
  TargetSpec chat = target_of("openai-chat");
  std::set<std::string> digests;
  for (const char* text : {"{\"prompt\":\"a\"}", "{\"prompt\":\"b\"}", "{\"prompt\":\"a\",\"max_tokens\":1}",
                           "{\"prompt\":\"a\",\"expected\":\"\"}", "{\"prompt\":\"a\"}\n{\"prompt\":\"a\"}",
                           "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}"}) {
    digests.insert(build(text, chat).value().digest);
  }
  EXPECT_EQ(digests.size(), 6u);
  EXPECT_EQ(build("{\"max_tokens\":1, \"prompt\":\"a\", \"id\":5}", chat).value().digest,
            build("{\"prompt\":\"a\",\"max_tokens\":1}", chat).value().digest);
}

class InputsOfTrace : public InputsOfFile {
 protected:
  Result<Inputs> build(const std::string& text, const std::string& kind = "openai-chat") {
    std::ofstream(path_) << text;
    Workload workload = workload_of(2, 7, 9, 5);
    workload.prompts.source = PromptSource::kTrace;
    workload.prompts.file = path_.string();
    return build_inputs(workload, target_of(kind));
  }
};

constexpr const char* kMooncake =
    "{\"timestamp\": 100, \"input_length\": 1100, \"output_length\": 52, \"hash_ids\": [46, 47, 48]}\n"
    "{\"timestamp\": 350, \"input_length\": 1024, \"output_length\": 0, \"hash_ids\": [46, 47]}\n"
    "{\"timestamp\": 350, \"input_length\": 600, \"output_length\": 7, \"hash_ids\": [46, 99]}\n"
    "{\"timestamp\": 900, \"input_length\": 600, \"hash_ids\": []}\nno line\n";

TEST_F(InputsOfTrace, HaveTheRecordedLengthsTimesAndSharedHeads) {
  Inputs inputs = build(kMooncake).value();
  ASSERT_EQ(inputs.inputs.size(), 4u);
  std::vector<std::string> texts;
  for (const Input& input : inputs.inputs) {
    texts.push_back(input.messages.at(0).text);
    EXPECT_EQ(words_in(texts.back()), input.prompt_tokens);
  }
  EXPECT_EQ(inputs.inputs[0].prompt_tokens, 1100);
  EXPECT_EQ(inputs.inputs[0].max_tokens, 52);
  EXPECT_EQ(inputs.inputs[1].max_tokens, 1);
  EXPECT_EQ(inputs.inputs[3].max_tokens, 9);
  // 46 and 47 are shared by the first two, 46 alone by the third; the rest is each one's own.
  EXPECT_TRUE(texts[0].starts_with(texts[1] + " "));
  std::size_t alike = 0;
  while (alike < texts[2].size() && texts[2][alike] == texts[0][alike]) ++alike;
  EXPECT_NEAR(static_cast<double>(words_in(texts[2].substr(0, alike))), 512, 1);
  EXPECT_NE(texts[3].substr(0, 20), texts[0].substr(0, 20));
  std::vector<std::int64_t> times;
  for (const TraceArrival& arrival : inputs.arrivals) times.push_back(arrival.at_ns / 1'000'000);
  EXPECT_EQ(times, (std::vector<std::int64_t>{0, 250, 250, 800}));
  EXPECT_EQ(inputs.arrivals[3].input, 3u);
  EXPECT_EQ(inputs.notes, (std::vector<std::string>{
                              "line that is no JSON object: 1 time (first: line 5)",
                              "no answer length in the trace: 1 time, drawn from workload.prompts.output",
                              "a length of 0 in the trace: 1 time, taken for 1"}));
  EXPECT_EQ(inputs.digest, build(kMooncake).value().digest);
}

TEST_F(InputsOfTrace, AreReplayedAtTheirTimes) {
  Inputs inputs = build(kMooncake).value();
  LoadSpec load;
  load.arrival = Arrival::kTrace;
  Schedule schedule = collected(open_stream(load, std::chrono::seconds(1), Workload{}, inputs, 1).value());
  ASSERT_EQ(schedule.requests.size(), 4u);
  EXPECT_EQ(schedule.requests[2].due_ns, 250'000'000);
  EXPECT_EQ(schedule.requests[2].input, 2u);
}

TEST_F(InputsOfTrace, ATargetWithInputsOfItsOwnGetsTheTimes) {
  Inputs inputs = build(kMooncake, "embedded").value();
  EXPECT_TRUE(inputs.inputs.empty());
  ASSERT_EQ(inputs.arrivals.size(), 4u);
  EXPECT_EQ(inputs.arrivals[3].input, 1u);  // of two different ones, in turn
}

TEST_F(InputsOfTrace, AFileWithoutARequestSaysWhatWasInIt) {
  Result<Inputs> inputs = build("TIMESTAMP,ContextTokens,GeneratedTokens\nx,1,2\n");
  ASSERT_FALSE(inputs.ok());
  EXPECT_EQ(inputs.error().message,
            "has no request, read as CSV of requests (as Azure's LLM inference traces); line without a time: 1 time (first: line 2)");
  EXPECT_FALSE(build("hello").ok());
}

TEST(Inputs, AFileThatIsNotThereIsNamed) {
  Workload workload;
  workload.prompts.source = PromptSource::kFile;
  workload.prompts.file = "/nowhere/in.jsonl";
  Result<Inputs> inputs = build_inputs(workload, target_of("openai-chat"));
  ASSERT_FALSE(inputs.ok());
  EXPECT_EQ(inputs.error().code, ErrorCode::kNotFound);
  EXPECT_NE(inputs.error().text().find("/nowhere/in.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::workload
