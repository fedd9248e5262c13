// How fast a profile of ONNX Runtime is read, and attributed.
//
//   trace_ort_bench                      Google Benchmark's options; bytes per second
//   trace_ort_bench --write=FILE         writes the profile for the peer (trace_ort_peer.py) and
//   ends
//
// The profile is synthetic, of about 20 MB: the layout, the keys and the shapes of ONNX
// Runtime 1.30, calls of 200 operators each.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "attribution/attribution.h"
#include "base/files.h"
#include "base/random.h"
#include "trace/ort/reader.h"

namespace lynxbench {
namespace {

constexpr std::size_t kBytes = 20'000'000;
constexpr int kOperatorsPerCall = 200;

struct Kind {
  std::string_view op_type;
  std::string_view inputs;
  std::string_view outputs;
};

constexpr Kind kKinds[] = {
    {"Conv", R"([{"float":[1,64,56,56]},{"float":[64,64,3,3]},{"float":[64]}])",
     R"([{"float":[1,64,56,56]}])"},
    {"Add", R"([{"float":[1,64,56,56]},{"float":[1,64,56,56]}])", R"([{"float":[1,64,56,56]}])"},
    {"MatMul", R"([{"float":[1,20,120]}])", R"([{"float":[1,20,360]}])"},
    {"Reshape", R"([{"float":[1,120,1,20]},{"int64":[3]}])", R"([{"float":[1,120,20]}])"},
};

void append_event(std::string& text, std::string_view category, std::uint64_t duration_us,
                  std::uint64_t begin_us, const std::string& name, const std::string& args) {
  text += fmt::format(
      "{}{{\"cat\" : \"{}\",\"pid\" :4242,\"tid\" :4242,\"dur\" :{},\"ts\" :{},\"ph\" : \"X\","
      "\"name\" :\"{}\",\"args\" : {{{}}}}}",
      text.size() > 2 ? ",\n" : "", category, duration_us, begin_us, name, args);
}

std::string operator_args(const Kind& kind, int index) {
  return fmt::format(
      "\"mem_in_use_peak\" : \"4194304\",\"output_size\" : \"802816\",\"output_type_shape\" : {},"
      "\"mem_arena_held_delta\" : \"4194304\",\"mem_arena_held\" : \"4194304\",\"op_name\" : "
      "\"{}\","
      "\"node_index\" : \"{}\",\"input_type_shape\" : {},\"mem_bytes_requested_in_use\" : "
      "\"3211264\","
      "\"mem_bytes_in_use\" : \"4194304\",\"thread_scheduling_stats\" : \"\","
      "\"mem_requested_in_use_delta\" : \"3211264\",\"parameter_size\" : \"37888\","
      "\"provider\" : \"CPUExecutionProvider\",\"mem_in_use_delta\" : \"4194304\","
      "\"activation_size\" : \"602112\"",
      kind.outputs, kind.op_type, index, kind.inputs);
}

std::string synthetic_profile() {
  Random random(1, "trace_ort_bench");
  std::string text = "[\n";
  text.reserve(kBytes + 1'000'000);
  std::uint64_t now_us = 10'000;
  while (text.size() < kBytes) {
    const std::uint64_t begin_us = now_us;
    for (int i = 0; i < kOperatorsPerCall; ++i) {
      const Kind& kind = kKinds[random.below(std::size(kKinds))];
      const std::uint64_t duration_us = random.below(2'000);
      append_event(text, "Node", duration_us, now_us,
                   fmt::format("/block.{}/{}_kernel_time", i, kind.op_type),
                   operator_args(kind, i));
      now_us += duration_us + random.below(3);
    }
    append_event(text, "Session", now_us - begin_us, begin_us, "SequentialExecutor::Execute", "");
    append_event(text, "Session", now_us + 9 - begin_us, begin_us, "model_run", "");
    now_us += 100;
  }
  return text + "\n]\n";
}

void read_profile(benchmark::State& state) {
  const std::string text = synthetic_profile();
  std::size_t operators = 0;
  for (auto _ : state) {
    const Result<OperatorTimeline> timeline = trace::ort::read(text, "synthetic");
    CHECK(timeline.ok() && timeline->losses.empty());
    operators = timeline->operators.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
  state.counters["operators"] = static_cast<double>(operators);
}
BENCHMARK(read_profile)->Unit(benchmark::kMillisecond);

void attribute_profile(benchmark::State& state) {
  const Result<OperatorTimeline> timeline = trace::ort::read(synthetic_profile(), "synthetic");
  CHECK(timeline.ok());
  Ceilings ceilings;
  ceilings.matmul_flops_per_s = {1e11};
  ceilings.stream_bytes_per_s = {1e10};
  const Roofline roofline = attribution::roofline(ceilings, "");
  for (auto _ : state) {
    benchmark::DoNotOptimize(attribution::split(*timeline, roofline));
    benchmark::DoNotOptimize(attribution::operator_tables(std::span(&*timeline, 1), roofline));
  }
  state.counters["operators"] = benchmark::Counter(static_cast<double>(timeline->operators.size()),
                                                   benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(attribute_profile)->Unit(benchmark::kMillisecond);

int write_profile(const char* path) {
  const Status written = write_file_atomic(path, synthetic_profile());
  if (!written.ok()) std::fprintf(stderr, "%s\n", written.error().text().c_str());
  return written.ok() ? 0 : 1;
}

}  // namespace
}  // namespace lynxbench

int main(int argc, char** argv) {
  const std::string_view option = argc == 2 ? argv[1] : "";
  constexpr std::string_view kWrite = "--write=";
  if (option.starts_with(kWrite)) return lynxbench::write_profile(argv[1] + kWrite.size());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
