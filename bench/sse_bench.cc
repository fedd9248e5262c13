// Events per second of the reader of streamed answers, from memory: the Server-Sent Events alone, and with
// the JSON of each event read and a time recorded for it, as the target openai-chat does.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "net/sse.h"
#include "target/openai/openai_answer.h"

namespace lynxbench {
namespace {

constexpr int kEvents = 512;
constexpr std::size_t kPiece = 65'536;  // bytes of a read

// As bench/sse_events.py writes them.
std::string answer() {
  std::string text;
  for (int i = 0; i < kEvents; ++i) {
    text += R"(data: {"id":"chatcmpl-0123456789abcdef0123456789abcdef","object":"chat.completion.chunk","created":1700000000,)"
            R"("model":"bench","choices":[{"index":0,"delta":{"content":" t)" + std::to_string(100 + i) +
            R"("},"logprobs":null,"finish_reason":null}]})" "\n\n";
  }
  return text + "data: [DONE]\n\n";
}

void events_alone(benchmark::State& state) {
  const std::string bytes = answer();
  net::SseParser parser;
  std::int64_t events = 0;
  for (auto _ : state) {
    parser.begin();
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      std::string_view piece = std::string_view(bytes).substr(at, kPiece);
      while (parser.next(piece) == net::SseParser::Event::kEvent) {
        benchmark::DoNotOptimize(parser.data());
        ++events;
      }
    }
  }
  state.SetItemsProcessed(events);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}
BENCHMARK(events_alone);

void events_with_json_and_time(benchmark::State& state) {
  const std::string bytes = answer();
  Inputs inputs;
  inputs.inputs.resize(1);
  target::OpenAiAnswer reader(inputs, Streaming::kOn, ScoreMethod::kNone);
  std::int64_t events = 0;
  Exchange exchange;
  for (auto _ : state) {
    exchange = {};
    reader.begin(0);
    net::Receipt receipt{Nanos{1}, Nanos{2}, true};
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      reader.body(std::string_view(bytes).substr(at, kPiece), receipt, exchange);
      receipt.at += Nanos{1000};
    }
    reader.end(receipt, exchange);
    if (exchange.chunks.size() != kEvents) state.SkipWithError("an event was not read");
    events += exchange.events;
  }
  state.SetItemsProcessed(events);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}
BENCHMARK(events_with_json_and_time);

}  // namespace
}  // namespace lynxbench

BENCHMARK_MAIN();
