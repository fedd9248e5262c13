#include "trace/redact/edit_json.h"

#include <array>
#include <optional>
#include <utility>

#include "trace/json_losses.h"
#include "trace/json_shape.h"
#include "trace/json_text.h"
#include "trace/redact/json_rules.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"
#include "trace/trtexec/exports.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

constexpr Rule kNumber{.form = Form::kNumber};
constexpr Rule kId{.form = Form::kId};
constexpr Rule kDeviceName{.form = Form::kDevice};
constexpr Rule kModel{.form = Form::kName, .names = NameOf::kAnnotation};

// ---- rocprofv3

constexpr Rule kKernelName{.form = Form::kName, .names = NameOf::kDeviceWork};
constexpr Rule kOperation{.form = Form::kName, .names = NameOf::kCall};
constexpr Rule kMarker{.form = Form::kName, .names = NameOf::kAnnotation};
constexpr Rule kOperations{.form = Form::kArray, .element = &kOperation};

constexpr std::array kHandleMembers{Member{"handle", &kNumber}};
constexpr Rule kHandle{.form = Form::kObject, .members = kHandleMembers};
constexpr std::array kCorrelationMembers{Member{"internal", &kNumber}, Member{"external", &kNumber}};
constexpr Rule kCorrelation{.form = Form::kObject, .members = kCorrelationMembers};
constexpr std::array kSizesMembers{Member{"x", &kNumber}, Member{"y", &kNumber},
                                   Member{"z", &kNumber}};
constexpr Rule kSizes{.form = Form::kObject, .members = kSizesMembers};

constexpr std::array kProcessMembers{Member{"pid", &kNumber}, Member{"init_time", &kNumber},
                                     Member{"fini_time", &kNumber}};
constexpr Rule kProcess{.form = Form::kObject, .members = kProcessMembers, .on_fault = OnFault::kPrefix};

constexpr std::array kAgentMembers{
    Member{"id", &kHandle}, Member{"type", &kNumber}, Member{"logical_node_type_id", &kNumber},
    Member{"node_id", &kNumber}, Member{"logical_node_id", &kNumber},
    Member{"product_name", &kDeviceName}, Member{"name", &kDeviceName}, Member{"cu_count", &kNumber},
    Member{"max_engine_clk_fcompute", &kNumber}, Member{"simd_count", &kNumber},
    Member{"simd_per_cu", &kNumber}, Member{"max_waves_per_simd", &kNumber},
    Member{"wave_front_size", &kNumber}, Member{"num_xcc", &kNumber},
    Member{"lds_size_in_kb", &kNumber}, Member{"local_mem_size", &kNumber}};
constexpr Rule kAgent{.form = Form::kObject, .members = kAgentMembers, .on_fault = OnFault::kPrefix};
constexpr Rule kAgents{.form = Form::kArray, .element = &kAgent, .streamed = true};

constexpr std::array kSymbolMembers{
    Member{"kernel_id", &kNumber}, Member{"code_object_id", &kNumber},
    Member{"formatted_kernel_name", &kKernelName}, Member{"demangled_kernel_name", &kKernelName},
    Member{"kernel_name", &kKernelName}, Member{"group_segment_size", &kNumber},
    Member{"private_segment_size", &kNumber}, Member{"sgpr_count", &kNumber},
    Member{"arch_vgpr_count", &kNumber}, Member{"accum_vgpr_count", &kNumber}};
constexpr Rule kSymbol{.form = Form::kObject, .members = kSymbolMembers, .on_fault = OnFault::kPrefix};
constexpr Rule kSymbols{.form = Form::kArray, .element = &kSymbol, .streamed = true};

constexpr std::array kKinds{
    "NONE"sv, "HSA_CORE_API"sv, "HSA_AMD_EXT_API"sv, "HSA_IMAGE_EXT_API"sv, "HSA_FINALIZE_EXT_API"sv,
    "HIP_RUNTIME_API"sv, "HIP_COMPILER_API"sv, "HIP_RUNTIME_API_EXT"sv, "HIP_COMPILER_API_EXT"sv,
    "MARKER_CORE_API"sv, "MARKER_CONTROL_API"sv, "MARKER_NAME_API"sv, "MARKER_CORE_RANGE_API"sv,
    "MEMORY_COPY"sv, "KERNEL_DISPATCH"sv, "SCRATCH_MEMORY"sv, "CORRELATION_ID_RETIREMENT"sv,
    "RCCL_API"sv, "OMPT"sv, "MEMORY_ALLOCATION"sv, "RUNTIME_INITIALIZATION"sv, "ROCDECODE_API"sv,
    "ROCJPEG_API"sv, "HIP_STREAM"sv, "CODE_OBJECT"sv, "KFD_EVENT_PAGE_FAULT"sv, "KFD_EVENT_PAGE_MIGRATE"sv,
    "KFD_EVENT_QUEUE"sv, "KFD_EVENT_UNMAP_FROM_GPU"sv, "KFD_EVENT_DROPPED_EVENTS"sv,
    "KFD_PAGE_MIGRATE"sv, "KFD_PAGE_FAULT"sv, "KFD_QUEUE"sv, "ROCDECODE_API_EXT"sv};
constexpr Rule kKind{.form = Form::kWord, .words = kKinds};
constexpr std::array kKindMembers{Member{"kind", &kKind}, Member{"operations", &kOperations}};
constexpr Rule kKindNames{.form = Form::kObject, .members = kKindMembers, .on_fault = OnFault::kPrefix};
constexpr Rule kKindList{.form = Form::kArray, .element = &kKindNames, .streamed = true};
constexpr std::array kMarkerMembers{Member{"key", &kNumber}, Member{"value", &kMarker}};
constexpr Rule kMarkerText{.form = Form::kObject, .members = kMarkerMembers, .on_fault = OnFault::kPrefix};
constexpr Rule kMarkerTexts{.form = Form::kArray, .element = &kMarkerText, .streamed = true};
constexpr std::array kStringsMembers{Member{"buffer_records", &kKindList},
                                     Member{"callback_records", &kKindList},
                                     Member{"marker_api", &kMarkerTexts}};
constexpr Rule kStrings{.form = Form::kObject, .members = kStringsMembers, .streamed = true};

constexpr std::array kDispatchMembers{
    Member{"agent_id", &kHandle}, Member{"queue_id", &kHandle}, Member{"kernel_id", &kNumber},
    Member{"dispatch_id", &kNumber}, Member{"private_segment_size", &kNumber},
    Member{"group_segment_size", &kNumber}, Member{"workgroup_size", &kSizes},
    Member{"grid_size", &kSizes}};
constexpr Rule kDispatch{.form = Form::kObject, .members = kDispatchMembers};
constexpr std::array kRecordMembers{
    Member{"size", &kNumber}, Member{"kind", &kNumber}, Member{"operation", &kNumber},
    Member{"start_timestamp", &kNumber}, Member{"end_timestamp", &kNumber},
    Member{"thread_id", &kNumber}, Member{"correlation_id", &kCorrelation},
    Member{"stream_id", &kHandle}, Member{"src_agent_id", &kHandle},
    Member{"dst_agent_id", &kHandle}, Member{"bytes", &kNumber},
    Member{"dispatch_info", &kDispatch}};
constexpr Rule kRecord{.form = Form::kObject, .members = kRecordMembers};
constexpr Rule kRecordList{.form = Form::kArray, .element = &kRecord, .streamed = true};
constexpr std::array kRecordsMembers{
    Member{"kernel_dispatch", &kRecordList}, Member{"memory_copy", &kRecordList},
    Member{"hip_api", &kRecordList}, Member{"hsa_api", &kRecordList},
    Member{"rccl_api", &kRecordList}, Member{"marker_api", &kRecordList}};
constexpr Rule kRecords{.form = Form::kObject, .members = kRecordsMembers, .streamed = true};

constexpr std::array kToolMembers{
    Member{"metadata", &kProcess}, Member{"agents", &kAgents}, Member{"kernel_symbols", &kSymbols},
    Member{"strings", &kStrings}, Member{"buffer_records", &kRecords},
    Member{"callback_records", &kRecords}};
constexpr Rule kTool{.form = Form::kObject, .members = kToolMembers, .streamed = true};
constexpr Rule kTools{.form = Form::kArray, .element = &kTool, .streamed = true};
constexpr std::array kRocprofMembers{Member{"rocprofiler-sdk-tool", &kTools}};
constexpr Rule kRocprof{.form = Form::kObject, .members = kRocprofMembers, .streamed = true};

// ---- Triton

constexpr Rule kMoment{.form = Form::kWord, .words = kTritonMoments};
constexpr std::array kStampMembers{Member{"name", &kMoment}, Member{"ns", &kNumber}};
constexpr Rule kStamp{.form = Form::kObject, .members = kStampMembers};
constexpr Rule kStamps{.form = Form::kArray, .element = &kStamp};
constexpr std::array kActivities{"TENSOR_QUEUE_INPUT"sv, "TENSOR_BACKEND_INPUT"sv,
                                 "TENSOR_BACKEND_OUTPUT"sv};
constexpr Rule kActivity{.form = Form::kWord, .words = kActivities};
constexpr std::array kFragmentMembers{
    Member{"id", &kNumber}, Member{"model_name", &kModel}, Member{"model_version", &kNumber},
    Member{"parent_id", &kNumber}, Member{"timestamps", &kStamps}, Member{"activity", &kActivity}};
constexpr Rule kFragment{.form = Form::kObject, .members = kFragmentMembers};
constexpr Rule kFragments{.form = Form::kArray, .element = &kFragment, .streamed = true};

constexpr std::array kCountMembers{Member{"count", &kNumber}, Member{"ns", &kNumber}};
constexpr Rule kCount{.form = Form::kObject, .members = kCountMembers};
constexpr std::array kInferenceMembers{
    Member{"success", &kCount}, Member{"fail", &kCount}, Member{"queue", &kCount},
    Member{"compute_input", &kCount}, Member{"compute_infer", &kCount},
    Member{"compute_output", &kCount}, Member{"cache_hit", &kCount}, Member{"cache_miss", &kCount}};
constexpr Rule kInference{.form = Form::kObject, .members = kInferenceMembers, .others = &kCount};
constexpr std::array kBatchMembers{Member{"batch_size", &kNumber}, Member{"compute_input", &kCount},
                                   Member{"compute_infer", &kCount},
                                   Member{"compute_output", &kCount}};
constexpr Rule kBatch{.form = Form::kObject, .members = kBatchMembers};
constexpr Rule kBatches{.form = Form::kArray, .element = &kBatch, .apart = true};
constexpr std::array kModelMembers{
    Member{"name", &kModel}, Member{"version", &kId}, Member{"last_inference", &kNumber},
    Member{"inference_count", &kNumber}, Member{"execution_count", &kNumber},
    Member{"inference_stats", &kInference}, Member{"batch_stats", &kBatches}};
constexpr Rule kModelStats{.form = Form::kObject, .members = kModelMembers, .on_fault = OnFault::kPrefix};
constexpr Rule kModels{.form = Form::kArray, .element = &kModelStats, .streamed = true};
constexpr std::array kStatisticsMembers{Member{"model_stats", &kModels}};
constexpr Rule kStatistics{.form = Form::kObject, .members = kStatisticsMembers, .streamed = true};

// ---- trtexec --exportTimes

constexpr std::array kTimesMembers{
    Member{"startEnqMs", &kNumber}, Member{"endEnqMs", &kNumber}, Member{"startH2dMs", &kNumber},
    Member{"endH2dMs", &kNumber}, Member{"h2dMs", &kNumber}, Member{"startInMs", &kNumber},
    Member{"endInMs", &kNumber}, Member{"inMs", &kNumber}, Member{"startComputeMs", &kNumber},
    Member{"endComputeMs", &kNumber}, Member{"computeMs", &kNumber}, Member{"startD2hMs", &kNumber},
    Member{"endD2hMs", &kNumber}, Member{"d2hMs", &kNumber}, Member{"startOutMs", &kNumber},
    Member{"endOutMs", &kNumber}, Member{"outMs", &kNumber}, Member{"latencyMs", &kNumber},
    Member{"endToEndMs", &kNumber}};
constexpr Rule kTimes{.form = Form::kObject, .members = kTimesMembers};
constexpr Rule kTimesList{.form = Form::kArray, .element = &kTimes, .streamed = true};

// ---- lynxbench load --record

constexpr std::array kClocks{"CLOCK_MONOTONIC"sv};
constexpr std::array kUnits{"ns"sv};
constexpr std::array kStatuses{"ok"sv, "rejected"sv, "failed"sv, "unfinished"sv, "unsent"sv};
constexpr std::array kFailures{
    "none"sv,   "resolve"sv, "connect"sv,      "tls"sv,       "local"sv,        "timeout"sv,
    "closed"sv, "protocol"sv, "status"sv,      "busy"sv,      "content_type"sv, "malformed"sv,
    "server_error"sv, "cut_stream"sv, "too_large"sv, "process"sv};
constexpr std::array kChannels{"answer"sv, "reasoning"sv, "tool"sv};
constexpr Rule kClock{.form = Form::kWord, .words = kClocks};
constexpr Rule kUnit{.form = Form::kWord, .words = kUnits};
constexpr Rule kStatus{.form = Form::kWord, .words = kStatuses};
constexpr Rule kFailure{.form = Form::kWord, .words = kFailures};
constexpr Rule kChannel{.form = Form::kWord, .words = kChannels};
constexpr std::array kChunkMembers{Member{"at_ns", &kNumber}, Member{"channel", &kChannel},
                                   Member{"tokens", &kNumber}};
constexpr Rule kChunk{.form = Form::kObject, .members = kChunkMembers};
constexpr Rule kChunks{.form = Form::kArray, .element = &kChunk, .apart = true};
constexpr std::array kLineMembers{
    Member{"lynxbench_load_record", &kNumber}, Member{"clock", &kClock}, Member{"unit", &kUnit},
    Member{"epoch_ns", &kNumber}, Member{"wall_epoch_ns", &kNumber}, Member{"index", &kNumber},
    Member{"input", &kNumber}, Member{"status", &kStatus}, Member{"due_ns", &kNumber},
    Member{"sent_ns", &kNumber}, Member{"first_byte_ns", &kNumber}, Member{"done_ns", &kNumber},
    Member{"request_bytes", &kNumber}, Member{"response_bytes", &kNumber},
    Member{"failure", &kFailure}, Member{"status_code", &kNumber},
    Member{"new_connection", &kNumber}, Member{"connect_ns", &kNumber},
    Member{"kernel_times", &kNumber}, Member{"read_delay_ns", &kNumber},
    Member{"written_ns", &kNumber}, Member{"retry_after_ns", &kNumber},
    Member{"first_event_ns", &kNumber}, Member{"first_content_ns", &kNumber},
    Member{"first_answer_ns", &kNumber}, Member{"last_content_ns", &kNumber},
    Member{"prompt_tokens", &kNumber}, Member{"cached_tokens", &kNumber},
    Member{"completion_tokens", &kNumber}, Member{"reasoning_tokens", &kNumber},
    Member{"events", &kNumber}, Member{"content_chunks", &kNumber},
    Member{"chunks_dropped", &kNumber}, Member{"chunks", &kChunks}, Member{"score", &kNumber}};
constexpr Rule kLine{.form = Form::kObject, .members = kLineMembers};

// ---- copying

Status end(JsonCopy& copy, JsonStream& json, ByteSource& source, Redaction& redaction) {
  count_ending(json, copy.losses(), Unclosed::kAllowed);
  redaction.losses = copy.losses().take();
  for (Loss& loss : source.losses()) redaction.losses.push_back(std::move(loss));
  if (redaction.events != 0) return ok_status();
  return Error{ErrorCode::kInvalidInput, "has nothing in it that can be read", source.name()};
}

Status copy_document(ByteSource& source, const Rule& root, OutputFile& out, Names& names,
                     Redaction& redaction) {
  JsonStream json(source);
  JsonCopy copy(names, redaction);
  copy.stream(json, root, out);
  out.write("\n");
  return end(copy, json, source, redaction);
}

// Of layers only those whose name and time can be read; averages and shares follow from these.
Status copy_profile(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  LossCount losses;
  const char* joint = "[\n";
  const auto take = [&](const std::optional<trtexec::Layer>& layer, std::size_t byte) {
    ++redaction.events;
    if (!layer) return losses.add(Severity::kDamage, "layer that cannot be read", byte);
    std::string text;
    const auto add = [&text](std::string_view name, const std::string& value) {
      text += fmt::format("{}\"{}\": {}", text.empty() ? "" : ", ", name, value);
    };
    if (layer->name) add("name", json_text(names.of(NameOf::kNode, *layer->name)));
    if (layer->time_ms) add("timeMs", number_text(*layer->time_ms));
    if (layer->count) add("count", number_text(*layer->count));
    out.write(std::exchange(joint, ",\n") + ("{" + text + "}"));
  };
  trtexec::each_layer(source, take, losses);
  out.write(joint[0] == '[' ? "[]\n" : "\n]\n");
  redaction.losses = losses.take();
  for (Loss& loss : source.losses()) redaction.losses.push_back(std::move(loss));
  return ok_status();
}

}  // namespace

Status redact_rocprof(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return copy_document(source, kRocprof, out, names, redaction);
}

Status redact_triton(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  const bool is_trace = shape_of(source.head()).root == '[';
  return copy_document(source, is_trace ? kFragments : kStatistics, out, names, redaction);
}

Status redact_trtexec(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  if (trtexec::is_profile(source.head())) return copy_profile(source, out, names, redaction);
  return copy_document(source, kTimesList, out, names, redaction);
}

Status redact_load_record(ByteSource& source, OutputFile& out, Names& names,
                          Redaction& redaction) {
  JsonStream json(source);
  JsonCopy copy(names, redaction);
  while (const std::optional<std::string_view> text = json.value()) {
    out.write(copy.element(*text, kLine, json.text_byte()) + "\n");
  }
  return end(copy, json, source, redaction);
}

}  // namespace lynxbench::trace::redact
