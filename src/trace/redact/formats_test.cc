// Every format that the readers read: nothing that was planted is in the copy, and it is read as the same.
#include <gtest/gtest.h>

#include <cstdlib>

#include "trace/packed_for_test.h"
#include "trace/reading_for_tests.h"
#include "trace/redact/copies_for_test.h"
#include "trace/redact/json_rules.h"
#include "trace/redact/op_types.h"
#include "trace/redact/values.h"
#include "trace/xplane/test_space.h"

namespace lynxbench::trace::redact {
namespace {

struct Sample {
  const char* name;
  std::string text;
  const char* kept;  // a text that the copy must have
};

// Each has the value of an environment variable, the name of a host, of a user in a path, an address of
// mail and a text of a user's.
constexpr const char* kOrt = R"([
{"cat" : "Session","pid" :12,"tid" :12,"dur" :700,"ts" :1,"ph" : "X","name" :"model_loading_uri","args" : {"path" : "/home/PLANTED-user/m.onnx"}},
{"cat" : "Session","pid" :12,"tid" :12,"dur" :500,"ts" :800,"ph" : "X","name" :"PLANTED-session","args" : {}},
{"cat" : "Node","pid" :12,"tid" :"PLANTED-host","dur" :40,"ts" :900,"ph" : "X","name" :"/home/PLANTED-user/layer.0/MatMul_kernel_time","args" : {"op_name" : "MatMul","provider" : "CPUExecutionProvider","PLANTED-key" : "PLANTED-env","thread_scheduling_stats" : {"host" : "PLANTED"},"input_type_shape" : [{"float":[2,3]},{"float":[3,4]}],"output_type_shape" : [{"PLANTED-type":[2,4]}]}},
{"cat" : "Node","pid" :12,"tid" :12,"dur" :30,"ts" :950,"ph" : "X","name" :"a"b\PLANTED@corp.example_kernel_time","args" : {"op_name" : "PLANTED-op","provider" : "PLANTED-provider"}},
{"cat" : "Node","pid" :12,"tid" :12,"dur" :1,"ts" :949,"ph" : "X","name" :"PLANTED-n_fence_before","args" : {"op_name" : "Conv"}},
{"cat" : "Api","pid" :12,"tid" :12,"dur" :2,"ts" :960,"ph" : "X","name" :"cudaLaunchKernel","args" : {}},
{"cat" : "Kernel","pid" :12,"tid" :12,"dur" :5,"ts" :961,"ph" : "X","name" :"gemm {/home/PLANTED-user/x.cu}","args" : {"stream" : "7","grid_x" : "8","block_x" : "256","PLANTED" : "PLANTED"}},
{"cat" : "PLANTED-category","pid" :12,"name" :"PLANTED","ph" : "X","ts" : 1,"dur" : 1,"args" : {}}
]
)";

constexpr const char* kRocprof = R"({"rocprofiler-sdk-tool":[{"metadata":{"pid":908,"init_time":5,"node":{"hostname":"PLANTED-host","machine_id":"PLANTED"},
 "command":["/home/PLANTED-user/run","--mail","PLANTED@corp.example"],"environment":{"TOKEN":"PLANTED-env"}},
 "PLANTED-member":["PLANTED"],"agents":[{"id":{"handle":12},"type":2,"logical_node_type_id":0,"name":"gfx950","product_name":"PLANTED-product","vendor_name":"PLANTED","cu_count":256,"uuid":{"value":"PLANTED"}}],
 "strings":{"buffer_records":[{"kind":"NONE","operations":[]},{"kind":"HIP_RUNTIME_API","operations":["hipMalloc","hipLaunchKernel"]},
  {"kind":"MEMORY_COPY","operations":["NONE","MEMORY_COPY_HOST_TO_DEVICE"]},{"kind":"PLANTED-kind","operations":["PLANTED_operation"]}],
  "marker_api":[{"key":9,"value":"PLANTED-range"}],"counters":{"x":"PLANTED"}},
 "code_objects":[{"uri":"file:///home/PLANTED-user/x.so"}],
 "kernel_symbols":[{"kernel_id":8,"formatted_kernel_name":"gemm_kernel","kernel_name":"gemm{/home/PLANTED-user/g.cc}","uri":"PLANTED"}],
 "buffer_records":{"kernel_dispatch":[{"correlation_id":{"internal":5,"external":0},"start_timestamp":100,"end_timestamp":150,"dispatch_info":{"agent_id":{"handle":12},"queue_id":{"handle":16},"kernel_id":8,"workgroup_size":{"x":256,"y":1,"z":1},"grid_size":{"x":1000,"y":2,"z":1},"PLANTED":"PLANTED"}}],
  "hip_api":[{"kind":1,"operation":1,"thread_id":70,"correlation_id":{"internal":5},"start_timestamp":80,"end_timestamp":90,"args":[{"name":"PLANTED","value":"PLANTED-attr"}]},
             {"kind":3,"operation":0,"thread_id":70,"correlation_id":{"internal":6},"start_timestamp":91,"end_timestamp":92}],
  "memory_copy":[{"kind":2,"operation":1,"start_timestamp":200,"end_timestamp":220,"dst_agent_id":{"handle":12},"bytes":4096}],
  "marker_api":[{"correlation_id":{"internal":9},"start_timestamp":10,"end_timestamp":300}],
  "PLANTED_api":[{"start_timestamp":1,"end_timestamp":"PLANTED"}]},
 "summary":[{"domain":"PLANTED"}]}]})";

constexpr const char* kOtlp = R"({"resourceSpans": [{"resource": {"attributes": [
  {"key": "service.name", "value": {"stringValue": "PLANTED-service"}}, {"key": "host.name", "value": {"stringValue": "PLANTED-host"}},
  {"key": "process.command_line", "value": {"stringValue": "/home/PLANTED-user/serve"}}, {"key": "env.TOKEN", "value": {"stringValue": "PLANTED-env"}}]},
 "scopeSpans": [{"scope": {"name": "PLANTED-scope"}, "spans": [
  {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B173", "name": "GET /users/PLANTED?mail=PLANTED@corp.example",
   "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": 1544712661000000000, "traceState": "PLANTED",
   "status": {"code": 2, "message": "PLANTED-message"}, "links": [{"traceId": "PLANTED"}]},
  {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "7uGbfsPBsXQ=", "parentSpanId": "EEE19B7EC3C1B173", "name": "llm_request", "kind": 2,
   "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": 1544712661005000000,
   "events": [{"name": "PLANTED-event", "timeUnixNano": "1544712660000000001", "attributes": [{"key": "PLANTED", "value": {"stringValue": "PLANTED"}}]}],
   "attributes": [{"key": "gen_ai.latency.time_in_queue", "value": {"doubleValue": 0.1}}, {"key": "gen_ai.latency.time_in_model_prefill", "value": {"doubleValue": 0.2}},
    {"key": "gen_ai.latency.time_in_model_decode", "value": {"doubleValue": 0.705}}, {"key": "gen_ai.request.id", "value": {"stringValue": "cmpl-PLANTED"}},
    {"key": "gen_ai.response.model", "value": {"stringValue": "PLANTED/model"}}, {"key": "gen_ai.usage.prompt_tokens", "value": {"intValue": "17"}},
    {"key": "gen_ai.prompt", "value": {"stringValue": "PLANTED-prompt"}}, {"key": "PLANTED-key", "value": {"stringValue": "x"}},
    {"key": "gen_ai.request.max_tokens", "value": {"stringValue": "PLANTED-number"}}, {"key": "gen_ai.operation.name", "value": {"stringValue": "PLANTED"}}]},
  {"traceId": "PLANTED-trace", "spanId": "PLANTED-span", "name": "llm_request", "start_time": "2026-02-25T10:00:02.5Z", "end_time": "2026-02-25T10:00:03Z"}]}]},
 {"scopeSpans": [{"spans": [
  {"traceId": "6B", "spanId": "1", "name": "InferRequest", "startTimeUnixNano": 1000, "endTimeUnixNano": 9000,
   "attributes": [{"key": "triton.model_name", "value": {"stringValue": "PLANTED-model"}}, {"key": "triton.trace_id", "value": {"stringValue": "1"}}],
   "events": [{"name": "REQUEST_START", "timeUnixNano": 1000}, {"name": "QUEUE_START", "timeUnixNano": 2000}, {"name": "COMPUTE_START", "timeUnixNano": 3000},
              {"name": "COMPUTE_INPUT_END", "timeUnixNano": 4000}, {"name": "COMPUTE_OUTPUT_START", "timeUnixNano": 6000},
              {"name": "COMPUTE_END", "timeUnixNano": 7000}, {"name": "REQUEST_END", "timeUnixNano": 8000}]}]}]}]})";

constexpr const char* kTriton = R"([{"id": 1, "model_name": "PLANTED-model", "model_version": 1, "request_id": "PLANTED-request", "env": "PLANTED-env"},
{"id": 1, "timestamps": [{"name": "REQUEST_START", "ns": 1000}, {"name": "QUEUE_START", "ns": 2000}, {"name": "COMPUTE_START", "ns": 3000}, {"name": "COMPUTE_INPUT_END", "ns": 4000},
 {"name": "COMPUTE_OUTPUT_START", "ns": 6000}, {"name": "COMPUTE_END", "ns": 7000}, {"name": "REQUEST_END", "ns": 8000}, {"name": "PLANTED-moment", "ns": 8500, "host": "PLANTED-host"}]},
{"id": 2, "parent_id": 1, "model_name": "/home/PLANTED-user/m", "timestamps": [{"name": "REQUEST_START", "ns": 1100}, {"name": "REQUEST_END", "ns": 1200}]},
{"id": 1, "activity": "TENSOR_QUEUE_INPUT", "tensor": {"name": "PLANTED-tensor", "data": "PLANTED@corp.example", "dtype": "BYTES"}},
{"id": "PLANTED-id", "PLANTED": 1}])";

constexpr const char* kStatistics = R"({"model_stats": [{"name": "PLANTED-model", "version": "1", "last_inference": 5, "inference_count": 4, "execution_count": 2,
 "env": "PLANTED-env", "path": "/home/PLANTED-user/m", "mail": "PLANTED@corp.example",
 "inference_stats": {"success": {"count": 4, "ns": 4000}, "queue": {"count": 4, "ns": 400}, "compute_infer": {"count": 4, "ns": 3000, "host": "PLANTED-host"}, "PLANTED-stage": {"count": 1, "ns": 9}},
 "memory_usage": [{"type": "PLANTED"}], "batch_stats": [{"batch_size": 2, "compute_infer": {"count": 2, "ns": 3000}}]},
 {"name": "other", "version": "PLANTED-version", "inference_stats": {"success": {"count": 1, "ns": 7}}}], "host": "PLANTED-host"})";

constexpr const char* kTimes = R"([
  { "startEnqMs" : 2.67333, "endEnqMs" : 2.70722, "startH2dMs" : 2.5, "endH2dMs" : 2.57741, "startComputeMs" : 2.57741, "endComputeMs" : 3.45088, "startD2hMs" : 3.45088, "endD2hMs" : 3.46, "h2dMs" : 0.077411, "computeMs" : 0.873472, "d2hMs" : 0.00912, "host" : "PLANTED-host", "env" : "PLANTED-env", "path" : "/home/PLANTED-user", "mail" : "PLANTED@corp.example" },
  { "startComputeMs" : 200.5, "computeMs" : 1, "latencyMs" : "PLANTED" }
])";

constexpr const char* kProfile = R"([
  { "count" : 5 }
, { "name" : "Conv_0 + Relu_1", "timeMs" : 0.080896, "averageMs" : 0.016179, "medianMs" : 0.016, "percentage" : 7.95569 }
, { "name" : "/home/PLANTED-user/layer.0/MatMul", "timeMs" : 0.5, "averageMs" : 0.1, "host" : "PLANTED-host" }
, { "name" : "a"b PLANTED@corp.example PLANTED-env", "timeMs" : 0.25, "averageMs" : 0.05 }
])";

constexpr const char* kMetrics = R"(# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz). Ask PLANTED@corp.example
# TYPE DCGM_FI_DEV_SM_CLOCK gauge
DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-PLANTED",device="nvidia0",modelName="NVIDIA A100-SXM4-80GB",Hostname="PLANTED-host",pod="PLANTED-pod",namespace="PLANTED-ns",container="PLANTED"} 1410
DCGM_FI_DEV_SM_CLOCK{gpu="1",UUID="GPU-PLANTED2",device="PLANTED",modelName="PLANTED-gpu",Hostname="PLANTED-host2",instance="10.1.2.3:9400"} 1395
# TYPE PLANTED_latency_seconds histogram
PLANTED_latency_seconds_bucket{le="0.5",model_name="/home/PLANTED-user/m",PLANTED_label="PLANTED-attr"} 3
PLANTED_latency_seconds_bucket{le="+Inf",model_name="/home/PLANTED-user/m",PLANTED_label="PLANTED-attr"} 4
PLANTED_latency_seconds_sum{job="PLANTED-job",env="PLANTED-env"} 1.5
vllm:num_requests_running{engine="0",model_name="PLANTED"} 2
vllm:finished_total{finished_reason="stop"} 7
PLANTED line that is none
vllm:num_requests_running{engine="0",model_name="PLANTED"} 3
PLANTED_temperature N/A
)";

constexpr const char* kSmi = R"(timestamp, index, name, uuid, serial, pci.bus_id, driver_version, clocks.current.sm [MHz], power.draw [W], clocks_event_reasons.active, pstate, planted_column
2024/06/01 11:27:05.177, 0, NVIDIA A100, GPU-PLANTED, PLANTED-serial, PLANTED:00, PLANTED-env, 1410 MHz, [N/A], 0x0000000000000004, P0, PLANTED@corp.example
2024/06/01 11:27:06.177, 0, NVIDIA A100, GPU-PLANTED, PLANTED-serial, PLANTED:00, PLANTED-env, 1395 MHz, 251.5 W, 0x0000000000000000, P2, /home/PLANTED-user
PLANTED-host, 0, PLANTED-name, GPU-PLANTED, PLANTED-serial, PLANTED:00, PLANTED-env, 1395 MHz, 5 PLANTED, PLANTED, P2, PLANTED
2024/06/01 11:27:07.177, PLANTED
)";

constexpr const char* kMonitor = R"(# gpu    pwr  gtemp  mtemp     sm planted
# Idx      W      C      C      % PLANTED
    0     44     35      -      0 /home/PLANTED-user
# gpu    pwr  gtemp  mtemp     sm planted
# Idx      W      C      C      % PLANTED
    1    251     71      -     99 PLANTED@corp.example
    PLANTED-host 1 PLANTED-env 1 1 PLANTED
)";

constexpr const char* kRecord = R"({"lynxbench_load_record":1,"clock":"CLOCK_MONOTONIC","unit":"ns","epoch_ns":5,"wall_epoch_ns":1700000000000000000,"host":"PLANTED-host","env":"PLANTED-env"}
{"index":0,"input":3,"status":"ok","due_ns":1,"sent_ns":2,"first_byte_ns":null,"done_ns":90,"failure":"none","detail":"PLANTED@corp.example","chunks":[{"at_ns":5,"channel":"answer","tokens":1,"text":"PLANTED"}]}
{"index":1,"status":"PLANTED-status","sent_ns":5,"done_ns":70,"failure":"PLANTED","detail":"connect to /home/PLANTED-user/s.sock"}
)";

// With secrets in every string of a space that is one.
std::string space() {
  using namespace xplane;
  const std::string gpu =
      number(1, 1) + text(2, "/device:GPU:0 PLANTED") +
      line(16, "Stream #16(Kernel,MemcpyH2D,PLANTED)", 1000,
           event(1, 5'000'000, 2'500'999, number_stat(1, 7) + reference_stat(2, 10)) +
               event(2, 9'000'000, 1'000'000, number_stat(1, 8) + reference_stat(3, 11)) +
               message(4, number(1, 5) + number(2, 11'000'000) + number(3, 50'000) +
                              message(4, number(1, 12) + text(5, "PLANTED-attr")) +
                              message(99, "PLANTED-unknown"))) +
      line(99, "XLA Ops PLANTED", 1000, event(1, 5'000'000, 2'500'000)) + named(4, 1, "gemm_kernel") +
      named(4, 2, "MemcpyH2D") +
      named(4, 5, "%fusion.3 = f32[8] fusion(), metadata={source_file=\"/home/PLANTED-user/m.py\"}") +
      named(4, 6, "PLANTED-unused") + named(5, 1, "correlation_id") + named(5, 2, "kernel_details") +
      named(5, 3, "memcpy_details") + named(5, 4, "core_count") + named(5, 5, "device_type_string") +
      named(5, 10, "regs:32 static_shared:16 dynamic_shared:0 grid:8,4,1 block:256,1,1 occ_pct:50 user:PLANTED grid:PLANTED") +
      named(5, 11, "kind_src:pageable kind_dst:device size:4096 dest:0 async:1 PLANTED") +
      named(5, 12, "PLANTED-stat") + message(6, number(1, 4) + number(4, 132)) +
      message(6, number(1, 5) + text(5, "PLANTED-device")) + message(77, "PLANTED-field");
  const std::string host =
      text(2, "/host:PLANTED-host") +
      line(70, "PLANTED Threads/70", 1000,
           event(1, 1'000'000, 2'000'000, number_stat(1, 7)) +
               event(4, 4'000'000, 500'000, number_stat(1, 8)) + event(3, 4'000'000, 0)) +
      line(71, "python", 1000, event(2, 0, 20'000'000) + event(3, 100'000, 200'000)) +
      named(4, 1, "cuLaunchKernel") + named(4, 2, "$/home/PLANTED-user/train.py:12 step") +
      named(4, 3, "PLANTED@corp.example") + named(4, 4, "PLANTED-call") + named(5, 1, "correlation_id");
  const std::string environment = text(2, "Task Environment") + named(5, 1, "profile_start_time") +
                                  named(5, 2, "PLANTED-env") +
                                  message(6, number(1, 1) + number(3, 1'771'595'660'000'000'000)) +
                                  message(6, number(1, 2) + text(5, "PLANTED-value"));
  return message(1, gpu) + message(1, host) + message(1, text(2, "/PLANTED:x")) + message(1, environment) +
         text(2, "PLANTED-error") + text(4, "PLANTED-host");
}

std::vector<Sample> samples() {
  return {{"onnx_runtime", kOrt, "MatMul"},
          {"rocprofv3", kRocprof, "hipLaunchKernel"},
          {"otlp", kOtlp, "gen_ai.usage.prompt_tokens"},
          {"triton_trace", kTriton, "COMPUTE_INPUT_END"},
          {"triton_statistics", kStatistics, "compute_infer"},
          {"trtexec_times", kTimes, "0.873472"},
          {"trtexec_profile", kProfile, "Conv_0 + Relu_1"},
          {"prometheus", kMetrics, "vllm:num_requests_running"},
          {"nvidia_smi", kSmi, "clocks.current.sm [MHz]"},
          {"nvidia_smi_dmon", kMonitor, "gtemp"},
          {"load_record", kRecord, "1700000000000000000"},
          {"xplane", space(), "gemm_kernel"}};
}

class RedactFormat : public testing::TestWithParam<Sample> {};

TEST_P(RedactFormat, NothingThatWasPlantedIsInTheCopyAndItIsReadAsTheSame) {
  const Folder folder;
  const std::string in = folder.file("in");
  ASSERT_TRUE(write_file_atomic(in, GetParam().text).ok());
  ASSERT_TRUE(read_file(in, {}).ok());
  for (NameChoice names : {NameChoice::kUsual, NameChoice::kHash}) {
    const std::string out = folder.file(names == NameChoice::kUsual ? "usual" : "hash");
    const Result<Redaction> done = redact_file(in, out, {.names = names, .salt = ""});
    ASSERT_TRUE(done.ok()) << done.error().text();
    const std::string copy = content(out);
    for (const char* secret : {"PLANTED", "planted", "corp.example", "/home", "10.1.2.3"}) {
      const std::size_t at = copy.find(secret);
      EXPECT_EQ(at, std::string::npos) << copy.substr(at < 80 ? 0 : at - 80, 200);
    }
    EXPECT_NE(copy.find(GetParam().kept), std::string::npos) << copy.substr(0, 2000);
    EXPECT_FALSE(done->removed.empty());
    for (const auto& [kind, count] : done->removed) EXPECT_EQ(kind.find("PLANTED"), std::string::npos);
    expect_same_files(in, out);
  }
}

TEST_P(RedactFormat, APackedTraceIsRedactedAsWell) {
  const Folder folder;
  ASSERT_TRUE(write_file_atomic(folder.file("in"), gzip_of(GetParam().text)).ok());
  ASSERT_TRUE(redact_file(folder.file("in"), folder.file("out.gz"), {}).ok());
  expect_same_files(folder.file("in"), folder.file("out.gz"));
}

// The reader takes what stands before the cut, and so must the copy.
TEST_P(RedactFormat, OfEveryCutFileTheCopyIsWhatTheReaderReads) {
  const std::string& whole = GetParam().text;
  const Folder folder;
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 50) {
    ASSERT_TRUE(write_file_atomic(folder.file("in"), whole.substr(0, size)).ok());
    const auto before = read_file(folder.file("in"), {});
    const Result<Redaction> done = redact_file(folder.file("in"), folder.file("out"), {});
    if (!before.ok() || !done.ok()) continue;
    EXPECT_EQ(content(folder.file("out")).find("PLANTED"), std::string::npos) << size;
    const auto after = read_file(folder.file("out"), {});
    if (!after.ok()) continue;  // run::redact() removes such a copy
    SCOPED_TRACE(size);
    expect_same(before->front(), after->front());
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RedactFormat, testing::ValuesIn(samples()),
                         [](const auto& sample) { return std::string(sample.param.name); });

TEST(RedactFormats, WhatCannotBeRedactedIsRefusedWithItsReason) {
  const Folder folder;
  const auto refusal_of = [&](const std::string& text) {
    EXPECT_TRUE(write_file_atomic(folder.file("in"), text).ok());
    const Result<Redaction> done = redact_file(folder.file("in"), folder.file("out"), {});
    EXPECT_FALSE(done.ok());
    EXPECT_EQ(folder.files(), 1U);
    return done.ok() ? std::string() : done.error().text();
  };
  std::string archive(1024, '\0');
  archive.replace(0, 10, "rank0.json");
  archive.replace(257, 5, "ustar");
  archive.replace(124, 11, "00000000000");
  archive[156] = '0';
  EXPECT_NE(refusal_of(archive).find("unpack it"), std::string::npos);
  EXPECT_NE(refusal_of("2024/06/01 11:27:05.177, 0, 1410\n").find("no header"), std::string::npos);
  EXPECT_NE(refusal_of("timestamp, pid, name\n2024/06/01 11:27:05.177, 7, x\n").find("processes"),
            std::string::npos);
}

TEST(RedactFormats, ReadingsOfMetricsAreCountedAsTheyWere) {
  const Folder folder;
  const std::string text = "no sample in it\nno sample in it\nvllm:x{a=\"1\"} 2\nvllm:x{a=\"1\"} 3\n";
  for (const std::string head : {"# TYPE vllm:x gauge\n", "# HELP no unit in it\n"}) {
    ASSERT_TRUE(write_file_atomic(folder.file("in"), head + text).ok());
    ASSERT_TRUE(redact_file(folder.file("in"), folder.file("out"), {}).ok());
    const auto read = read_file(folder.file("in"), {});
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->front().series[0].at_ns[0], 1);
    expect_same_files(folder.file("in"), folder.file("out"));
  }
}

TEST(RedactFormats, AProfileOfWhichOnlyADevicesEventsAreWholeIsStillOne) {
  const Folder folder;
  const std::string text =
      R"([{"cat" : "Node","pid" :1,"ts" :5 "broken"},
{"cat" : "Api","pid" :1,"tid" :7,"dur" :2,"ts" :112,"ph" : "X","name" :"hipMemcpyAsync","args" : {}},
{"cat" : "Session","pid" :1,"tid" :7,"dur)";
  ASSERT_TRUE(write_file_atomic(folder.file("in"), text).ok());
  ASSERT_TRUE(redact_file(folder.file("in"), folder.file("out"), {}).ok());
  EXPECT_EQ(read_file(folder.file("out"), {})->front().format, "ONNX Runtime profile");
  expect_same_files(folder.file("in"), folder.file("out"));
}

TEST(RedactFormats, AFaultInWhatTheReaderPassesOverCostsNothingAroundIt) {
  const Folder folder;
  for (const char* text :
       {"{\"lynxbench_load_record\":1}\n{\"index\":0,\"status\":\"ok\",\"sent_ns\":2,\"done_ns\":9,"
        "\"chunks\":[{\"at_ns\":5,\"to\"\"kens\":1}]}\n",
        "{\"model_stats\":[{\"name\":\"m\",\"batch_stats\":[{\"batch_size\" 2}],"
        "\"inference_stats\":{\"success\":{\"count\":4,\"ns\":40}}}]}"}) {
    ASSERT_TRUE(write_file_atomic(folder.file("in"), text).ok());
    ASSERT_TRUE(redact_file(folder.file("in"), folder.file("out"), {}).ok());
    expect_same_files(folder.file("in"), folder.file("out"));
  }
}

TEST(RedactFormats, ANodeKeepsWhatItDoesAndNotWhereItIs) {
  EXPECT_EQ(op_type_in("/model/layers.0/attn/MatMul_12"), "MatMul");
  EXPECT_EQ(op_type_in("/model/ann"), "");
  EXPECT_TRUE(is_plain_node("Conv_0 + Relu_1"));
  EXPECT_FALSE(is_plain_node("Conv_0 + ann"));
  Names names({});
  const std::string node = names.of(NameOf::kNode, "/ann/layers.0/MatMul_12");
  EXPECT_TRUE(node.ends_with(" MatMul")) << node;
  EXPECT_EQ(node.find("ann"), std::string::npos);
}

TEST(RedactFormats, InstructionsOfACompilerStayAndOtherNamesDoNot) {
  Names names({});
  for (const char* name : {"fusion.12", "loop_add_fusion", "all-reduce.1", "PjRtCpuClient::Execute"}) {
    EXPECT_EQ(names.of(NameOf::kInstruction, name), name);
  }
  for (const char* name : {"ann.12", "loop_ann_fusion", "12"}) {
    EXPECT_NE(names.of(NameOf::kInstruction, name), name);
  }
}

TEST(RedactFormats, AWordThatBeginsLikeARuntimesCallIsNone) {
  Names names({});
  EXPECT_EQ(names.of(NameOf::kAnnotation, "cuLaunchKernel"), "cuLaunchKernel");
  for (const char* name : {"customer", "hippo", "zebra", "current_user_ann"}) {
    EXPECT_NE(names.of(NameOf::kAnnotation, name), name);
  }
}

TEST(RedactFormats, ANumberIsCopiedToItsLastDigitAndNothingElseIs) {
  EXPECT_EQ(number_text("12.500"), "12.500");
  EXPECT_EQ(number_text("0012"), "12");
  EXPECT_EQ(number_text("12 ann"), "null");
  EXPECT_EQ(number_text("1e999"), "null");
  EXPECT_EQ(number_text(""), "\"\"");
  EXPECT_EQ(microseconds_text(-1'500), "-1.500");
  EXPECT_EQ(device_name("NVIDIA H100"), "NVIDIA H100");
  EXPECT_EQ(device_name("ann's box"), "");
}

// The real files of each format.
class RedactRealFormat : public testing::TestWithParam<const char*> {};

TEST_P(RedactRealFormat, IsReadAsTheSame) {
  const fs::path file = real_traces(LYNXBENCH_SOURCE_DIR) / GetParam();
  if (!fs::exists(file)) GTEST_SKIP() << "no " << file << ": set LYNXBENCH_DATA";
  const Folder folder;
  const Result<Redaction> done = redact_file(file, folder.file("out"), {});
  ASSERT_TRUE(done.ok()) << done.error().text();
  expect_same_files(file, folder.file("out"));
}

constexpr const char* kRealFiles[] = {
    "broken/otlp_end_before_start.json",
    "broken/smi_hms_only.csv",
    "broken/trt_times_missing_h2d.json",
    "excerpts/dcgm_exporter_a100_under_load.prom",
    "excerpts/dcgm_exporter_sentinel.prom",
    "excerpts/otlp_trace_example.json",
    "excerpts/triton_metrics_doc.prom",
    "excerpts/triton_trace_doc.json",
    "generated/onnxruntime-1.30.0-node-cpu/ort_residual_block_2thr_2026-11-23_04-26-18_253.json",
    "generated/onnxruntime-1.30.0-node-cpu/ort_silero_vad_v5_2thr_200runs.json.gz",
    "tensorrt/history/examples/pytorch/resnet/A100/fp16/resnet.onnx.engine.profile.json",
    "tensorrt/history/examples/pytorch/resnet/A100/fp16/resnet.onnx.engine.timing.json",
    "tracelens/history/mi300__jax08_gemm__tw003.xplane.pb",
    "tracelens/tests/rocprof/908_results.json.gz",
    "tracelens/tests/traces/mi300/jax_conv_minimal_08/tw003.xplane.pb",
    "tracelens/tests/test_data_jax_te_fused_attn_categorization/934987a2fc2f.xplane.pb",
};
INSTANTIATE_TEST_SUITE_P(Files, RedactRealFormat, testing::ValuesIn(kRealFiles));

}  // namespace
}  // namespace lynxbench::trace::redact
