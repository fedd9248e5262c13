#include "target/openai/openai_answer.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/json.h"

namespace lynxbench::target {
namespace {

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }
std::string content(const std::string& text, const std::string& more = "") {
  return event(R"({"choices":[{"delta":{"content":")" + text + "\"}}]" + more + "}");
}
std::string usage_of(int tokens) { return ",\"usage\":{\"completion_tokens\":" + std::to_string(tokens) + "}"; }
const std::string kDone = "data: [DONE]\n\n";

// An answer in pieces, the k-th received at 1000 (k + 1).
class Answered {
 public:
  explicit Answered(Streaming asked = Streaming::kOn, const char* expected = nullptr, ScoreMethod method = ScoreMethod::kExact) {
    inputs_.inputs.resize(1);
    if (expected != nullptr) inputs_.inputs[0].expected = expected;
    answer_ = std::make_unique<OpenAiAnswer>(inputs_, asked, method);
  }

  Exchange read(const std::vector<std::string>& pieces, const std::string& type = "text/event-stream") {
    answer_->begin(0);
    Exchange exchange;
    net::Http1Parser head;
    head.begin(net::Http1Parser::Body::kAsSaid);
    const std::string text = "HTTP/1.1 200 OK\r\n" + (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n";
    std::string_view bytes = text;
    EXPECT_EQ(head.next(bytes), net::Http1Parser::Event::kHead);
    answer_->head(head, exchange);
    net::Receipt receipt;
    for (const std::string& piece : pieces) {
      if (exchange.failure != Failure::kNone) return exchange;
      receipt.at += Nanos{1000};
      if (!piece.empty()) answer_->body(piece, receipt, exchange);
    }
    if (exchange.failure == Failure::kNone) answer_->end(receipt, exchange);
    return exchange;
  }
  [[nodiscard]] std::optional<Nanos> complete_at() const { return answer_->complete_at(); }

 private:
  Inputs inputs_;
  std::unique_ptr<OpenAiAnswer> answer_;
};

Failure failure_of(const std::vector<std::string>& pieces, const std::string& type = "text/event-stream", Streaming asked = Streaming::kOn) {
  return Answered(asked).read(pieces, type).failure;
}

TEST(OpenAiAnswer, TimesAreThoseOfTheEventsThatTheyAreOf) {
  Answered answered;
  Exchange seen = answered.read({event(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})"),
                                 event(R"({"choices":[{"delta":{"reasoning":"hm"}}]})"), content("a") + content("b"),
                                 ": ping\n\n", content("c"), event(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}})"), kDone, ""});
  EXPECT_EQ(seen.failure, Failure::kNone) << seen.detail;
  EXPECT_EQ(seen.first_event_ns, 1000);
  EXPECT_EQ(seen.first_content_ns, 2000);
  EXPECT_EQ(seen.first_answer_ns, 3000);
  EXPECT_EQ(seen.last_content_ns, 5000);
  EXPECT_EQ(answered.complete_at(), Nanos{7000});
  EXPECT_EQ(seen.events, 7u);
  EXPECT_EQ(seen.content_chunks, 4u);
  EXPECT_EQ(seen.prompt_tokens, 9u);
  EXPECT_EQ(seen.completion_tokens, 4u);
  ASSERT_EQ(seen.chunks.size(), 4u);
  EXPECT_EQ(seen.chunks[0].channel, Channel::kReasoning);
  EXPECT_EQ(seen.chunks[1].channel, Channel::kAnswer);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(seen.chunks[i].at_ns, (std::vector<std::int64_t>{2000, 3000, 3000, 5000})[i]);
    EXPECT_FALSE(seen.chunks[i].counted);
  }
}

TEST(OpenAiAnswer, WhereEveryEventHasAUsageTokensPerChunkAreKnown) {
  Exchange seen = Answered().read({event(R"({"choices":[{"delta":{"role":"assistant"}}],"usage":{"completion_tokens":0}})") +
                                   content("a", usage_of(1)) + content("bcd", usage_of(4)) + content("e", usage_of(4)) +
                                   content("f") + content("g", usage_of(3)) + event("{\"choices\":[]" + usage_of(9) + "}") + kDone});
  ASSERT_EQ(seen.chunks.size(), 5u);
  const std::vector<std::pair<bool, std::uint32_t>> expected{{true, 1}, {true, 3}, {true, 0}, {false, 0}, {false, 0}};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(seen.chunks[i].counted, expected[i].first) << i;
    EXPECT_EQ(seen.chunks[i].tokens, expected[i].second) << i;
  }
  EXPECT_EQ(seen.completion_tokens, 9u);
}

TEST(OpenAiAnswer, HoweverItIsCutItIsTheSame) {
  const std::string stream = ": hi\r\n\r\n" + content("two \\n lines") + "data: {\"choices\":\ndata: [{\"text\":\"x\"}]}\n\n" +
                             event(R"({"choices":[],"usage":{"completion_tokens":3}})") + "data: [DONE]\n\n";
  Answered answered(Streaming::kOn, "two \n linesx");
  Exchange whole = answered.read({stream});
  EXPECT_EQ(whole.failure, Failure::kNone) << whole.detail;
  EXPECT_EQ(whole.score, true);
  EXPECT_EQ(whole.events, 4u);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    for (const char* type : {"text/event-stream", ""}) {
      Exchange seen = answered.read({stream.substr(0, cut), stream.substr(cut)}, type);
      EXPECT_EQ(seen.failure, Failure::kNone) << cut << seen.detail;
      EXPECT_EQ(seen.events, whole.events) << cut;
      EXPECT_EQ(seen.content_chunks, whole.content_chunks) << cut;
      EXPECT_EQ(seen.completion_tokens, 3u) << cut;
      EXPECT_EQ(seen.score, true) << cut;
    }
  }
}

TEST(OpenAiAnswer, AStreamWithoutItsEndIsCut) {
  Exchange seen = Answered().read({content("a") + content("b")});
  EXPECT_EQ(seen.failure, Failure::kCutStream);
  EXPECT_NE(seen.detail.find("after 2 events"), std::string::npos) << seen.detail;
  EXPECT_EQ(failure_of({}), Failure::kCutStream);
  EXPECT_EQ(failure_of({"data: [DONE]"}), Failure::kNone);  // its empty line is missing: no matter
}

TEST(OpenAiAnswer, ErrorsInTheMiddleAreTheServers) {
  for (const std::string& error : std::vector<std::string>{event(R"({"error":{"message":"KV cache is full","code":500}})"),
                                   "event: error\ndata: {\"message\":\"KV cache is full\"}\n\n", "event: error\ndata: KV cache is full\n\n",
                                   event(R"({"object":"error","message":"KV cache is full"})")}) {
    Exchange seen = Answered().read({content("a"), error, kDone});
    EXPECT_EQ(seen.failure, Failure::kServerError) << error;
    EXPECT_EQ(seen.detail, "in event 2: KV cache is full");
    EXPECT_EQ(seen.content_chunks, 1u);
  }
}

TEST(OpenAiAnswer, WhatIsNoCompletionIsMalformed) {
  EXPECT_EQ(failure_of({event("{\"choices\":[")}), Failure::kMalformed);
  EXPECT_EQ(failure_of({event("hello")}), Failure::kMalformed);
  EXPECT_EQ(failure_of({"{\"choices\":["}, "application/json", Streaming::kOff), Failure::kMalformed);
  EXPECT_EQ(failure_of({"{\"id\":1}"}, "application/json", Streaming::kOff), Failure::kMalformed);
  EXPECT_EQ(failure_of({}, "application/json", Streaming::kOff), Failure::kMalformed);
  EXPECT_EQ(failure_of({}, "", Streaming::kOff), Failure::kMalformed);
}

TEST(OpenAiAnswer, OfAnotherTypeItIsNoAnswer) {
  EXPECT_EQ(failure_of({"<p>"}, "Text/HTML; charset=x"), Failure::kContentType);
  EXPECT_EQ(failure_of({" ", "<p>"}, ""), Failure::kContentType);
  EXPECT_EQ(failure_of({"{\"choices\":[]}"}, "application/json"), Failure::kContentType);
  EXPECT_EQ(failure_of({"{\"error\":\"x\"}"}, "application/json"), Failure::kServerError);
}

TEST(OpenAiAnswer, BlanksBeforeAnAnswerOfNoTypeAreNoPartOfIt) {
  for (const std::vector<std::string>& pieces : {std::vector<std::string>{" \t" + content("a") + kDone}, {" ", "\t", content("a") + kDone}}) {
    Exchange seen = Answered().read(pieces, "");
    EXPECT_EQ(seen.failure, Failure::kNone) << seen.detail;
    EXPECT_EQ(seen.content_chunks, 1u);
  }
}

TEST(OpenAiAnswer, AWholeAnswerIsScoredAndCounted) {
  const std::string json = R"({"choices":[{"message":{"content":" four\n"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}})";
  for (const auto& [expected, right] : {std::pair{"four", true}, std::pair{"five", false}}) {
    Exchange seen = Answered(Streaming::kOff, expected).read({json.substr(0, 10), json.substr(10)}, "application/json");
    EXPECT_EQ(seen.failure, Failure::kNone) << seen.detail;
    EXPECT_EQ(seen.score, right);
    EXPECT_EQ(seen.completion_tokens, 2u);
    EXPECT_FALSE(seen.first_content_ns.has_value());
  }
  EXPECT_FALSE(Answered(Streaming::kOff).read({json}, "application/json").score.has_value());
  Exchange kept = Answered(Streaming::kOff, "four", ScoreMethod::kCommand).read({json}, "application/json");
  EXPECT_FALSE(kept.score.has_value());
  EXPECT_EQ(kept.answer, " four\n");
}

}  // namespace
}  // namespace lynxbench::target
