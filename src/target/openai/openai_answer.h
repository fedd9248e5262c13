// Reads the answers of a language model's server, streamed (Server-Sent Events) or whole, into times of
// receipt and token counts.
#pragma once

#include <optional>
#include <string>

#include "model/contract.h"
#include "model/inputs.h"
#include "net/sse.h"
#include "protocol/openai.h"
#include "target/net/answer_reader.h"

namespace lynxbench::target {

class OpenAiAnswer final : public AnswerReader {
 public:
  // `inputs` must outlive it.
  OpenAiAnswer(const Inputs& inputs, Streaming asked, ScoreMethod method)
      : inputs_(inputs), asked_(asked), method_(method) {}

  void begin(std::uint32_t input) override;
  void head(const net::Http1Parser& head, Exchange& exchange) override;
  void body(std::string_view piece, const net::Receipt& receipt, Exchange& exchange) override;
  void end(const net::Receipt& receipt, Exchange& exchange) override;
  [[nodiscard]] std::optional<Nanos> complete_at() const override { return done_at_; }

 private:
  enum class Form { kUnknown, kEvents, kWhole };

  void choose_by_first_byte(std::string_view& piece, Exchange& exchange);
  void take_event(const net::Receipt& receipt, Exchange& exchange);
  void take_piece(const net::Receipt& receipt, Exchange& exchange);
  void take_usage(Exchange& exchange) const;
  void take_whole(Exchange& exchange);
  void score(Exchange& exchange) const;

  const Inputs& inputs_;
  const Streaming asked_;
  const ScoreMethod method_;
  const Input* input_ = nullptr;
  protocol::OpenAiText text_mode_ = protocol::OpenAiText::kSkip;
  Form form_ = Form::kUnknown;
  net::SseParser events_;
  protocol::OpenAiPiece piece_;
  std::string whole_;         // of an answer that is not streamed
  std::string text_;          // of the answer, where one is expected
  std::uint32_t tokens_ = 0;  // as the server has counted so far
  std::optional<Nanos> done_at_;
};

}  // namespace lynxbench::target
