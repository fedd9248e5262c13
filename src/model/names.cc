#include <span>

#include "model/json.h"

namespace lynxbench {
namespace {

template <typename E>
struct Named {
  E value;
  std::string_view name;
};

template <typename E, std::size_t N>
std::string_view name_in(const Named<E> (&table)[N], E value) {
  for (const Named<E>& row : table) {
    if (row.value == value) return row.name;
  }
  CHECK(false);
}

template <typename E, std::size_t N>
std::optional<E> value_in(const Named<E> (&table)[N], std::string_view name) {
  for (const Named<E>& row : table) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

constexpr Named<Layer> kLayerNames[] = {
    {Layer::kApplication, "application"}, {Layer::kServing, "serving"},
    {Layer::kRuntime, "runtime"},         {Layer::kFramework, "framework"},
    {Layer::kSystem, "system"},           {Layer::kAccelerator, "accelerator"},
    {Layer::kProcurement, "procurement"}, {Layer::kFacility, "facility"},
    {Layer::kDemand, "demand"}};

constexpr Named<TimeClass> kTimeClassNames[] = {
    {TimeClass::kClientLateness, "client_lateness"}, {TimeClass::kConnection, "connection"},
    {TimeClass::kQueue, "queue"},
    {TimeClass::kBatchingWait, "batching_wait"},     {TimeClass::kPreprocessing, "preprocessing"},
    {TimeClass::kFrameworkOverhead, "framework_overhead"},
    {TimeClass::kComputeBound, "compute_bound"},     {TimeClass::kMemoryBound, "memory_bound"},
    {TimeClass::kOperatorUnknown, "operator_unknown"},
    {TimeClass::kModelExecution, "model_execution"}, {TimeClass::kPostprocessing, "postprocessing"},
    {TimeClass::kServer, "server"},                  {TimeClass::kGeneration, "generation"},
    {TimeClass::kNetworkProtocol, "network_protocol"},
    {TimeClass::kInstrument, "instrument"},          {TimeClass::kUnattributed, "unattributed"},
    {TimeClass::kCommunication, "communication"},    {TimeClass::kTransfer, "transfer"},
    {TimeClass::kKernelLaunch, "kernel_launch"},
    {TimeClass::kSynchronisation, "synchronisation"},
    {TimeClass::kHostCode, "host_code"},             {TimeClass::kNoRequest, "no_request"},
    {TimeClass::kRequestsQueued, "requests_queued"},
    {TimeClass::kIdle, "idle"},                      {TimeClass::kThrottled, "throttled"}};

constexpr Named<TimeClass> kTimeClassTitles[] = {
    {TimeClass::kClientLateness, "client lateness"}, {TimeClass::kConnection, "connection"},
    {TimeClass::kQueue, "queue"},
    {TimeClass::kBatchingWait, "batching wait"},     {TimeClass::kPreprocessing, "pre-processing"},
    {TimeClass::kFrameworkOverhead, "framework overhead"},
    {TimeClass::kComputeBound, "compute-bound operators"},
    {TimeClass::kMemoryBound, "memory-bound operators"},
    {TimeClass::kOperatorUnknown, "operators without a cost model"},
    {TimeClass::kModelExecution, "model execution (not profiled)"},
    {TimeClass::kPostprocessing, "post-processing"},
    {TimeClass::kServer, "server, not told"},        {TimeClass::kGeneration, "generation, not told"},
    {TimeClass::kNetworkProtocol, "network and protocol"},
    {TimeClass::kInstrument, "profiler"},            {TimeClass::kUnattributed, "unattributed"},
    {TimeClass::kCommunication, "communication"},    {TimeClass::kTransfer, "host-device transfer"},
    {TimeClass::kKernelLaunch, "kernel launch"},
    {TimeClass::kSynchronisation, "synchronisation"},
    {TimeClass::kHostCode, "the program's own code"}, {TimeClass::kNoRequest, "no request"},
    {TimeClass::kRequestsQueued, "requests queued"},
    {TimeClass::kIdle, "idle"},                      {TimeClass::kThrottled, "throttled"}};

constexpr Named<Provenance> kProvenances[] = {{Provenance::kMeasured, "measured"},
                                              {Provenance::kDeclared, "declared"},
                                              {Provenance::kUnknown, "unknown"}};
constexpr Named<Loop> kLoops[] = {{Loop::kClosed, "closed"}, {Loop::kOpen, "open"}};
constexpr Named<Arrival> kArrivals[] = {{Arrival::kConstant, "constant"},
                                        {Arrival::kPoisson, "poisson"},
                                        {Arrival::kGamma, "gamma"},
                                        {Arrival::kRamp, "ramp"},
                                        {Arrival::kTrace, "trace"}};
constexpr Named<LengthShape> kLengthShapes[] = {{LengthShape::kFixed, "fixed"},
                                                {LengthShape::kUniform, "uniform"},
                                                {LengthShape::kLogNormal, "log_normal"}};
constexpr Named<PromptSource> kPromptSources[] = {{PromptSource::kSynthetic, "synthetic"},
                                                  {PromptSource::kFile, "file"},
                                                  {PromptSource::kTrace, "trace"}};
constexpr Named<ScoreMethod> kScoreMethods[] = {{ScoreMethod::kNone, "none"},
                                                {ScoreMethod::kExact, "exact"},
                                                {ScoreMethod::kContains, "contains"},
                                                {ScoreMethod::kCommand, "command"}};
constexpr Named<Streaming> kStreamings[] = {{Streaming::kOff, "off"}, {Streaming::kOn, "on"}};
constexpr Named<KeepAlive> kKeepAlives[] = {{KeepAlive::kReuse, "reuse"},
                                            {KeepAlive::kPerRequest, "per_request"}};
constexpr Named<Certificates> kCertificates[] = {{Certificates::kVerify, "verify"},
                                                 {Certificates::kTrustAny, "trust_any"}};
constexpr Named<TensorEncoding> kTensorEncodings[] = {{TensorEncoding::kBinary, "binary"},
                                                      {TensorEncoding::kJson, "json"}};
constexpr Named<CommandMode> kCommandModes[] = {{CommandMode::kPerRequest, "per_request"},
                                                {CommandMode::kPipe, "pipe"}};
constexpr Named<LatencyMetric> kLatencyMetrics[] = {{LatencyMetric::kE2e, "e2e"},
                                                    {LatencyMetric::kService, "service"},
                                                    {LatencyMetric::kTtft, "ttft"},
                                                    {LatencyMetric::kItl, "itl"},
                                                    {LatencyMetric::kTpot, "tpot"}};
constexpr Named<Failure> kFailures[] = {{Failure::kNone, "none"},
                                        {Failure::kResolve, "resolve"},
                                        {Failure::kConnect, "connect"},
                                        {Failure::kTls, "tls"},
                                        {Failure::kLocal, "local"},
                                        {Failure::kTimeout, "timeout"},
                                        {Failure::kClosed, "closed"},
                                        {Failure::kProtocol, "protocol"},
                                        {Failure::kStatus, "status"},
                                        {Failure::kBusy, "busy"},
                                        {Failure::kContentType, "content_type"},
                                        {Failure::kMalformed, "malformed"},
                                        {Failure::kServerError, "server_error"},
                                        {Failure::kCutStream, "cut_stream"},
                                        {Failure::kTooLarge, "too_large"},
                                        {Failure::kProcess, "process"}};
constexpr Named<Channel> kChannels[] = {{Channel::kNone, "none"},
                                        {Channel::kAnswer, "answer"},
                                        {Channel::kReasoning, "reasoning"},
                                        {Channel::kTool, "tool"}};
constexpr Named<GraphOptimization> kOptimizations[] = {{GraphOptimization::kNone, "none"},
                                                       {GraphOptimization::kBasic, "basic"},
                                                       {GraphOptimization::kExtended, "extended"},
                                                       {GraphOptimization::kAll, "all"}};
constexpr Named<RequestStatus> kStatuses[] = {{RequestStatus::kOk, "ok"},
                                              {RequestStatus::kRejected, "rejected"},
                                              {RequestStatus::kFailed, "failed"},
                                              {RequestStatus::kUnfinished, "unfinished"},
                                              {RequestStatus::kUnsent, "unsent"}};
constexpr Named<PhaseKind> kPhaseKinds[] = {{PhaseKind::kWarmUp, "warm_up"},
                                            {PhaseKind::kSearch, "search"},
                                            {PhaseKind::kMeasure, "measure"},
                                            {PhaseKind::kProfile, "profile"}};
constexpr Named<PointVerdict> kVerdicts[] = {{PointVerdict::kPass, "pass"},
                                             {PointVerdict::kFail, "fail"},
                                             {PointVerdict::kInconclusive, "inconclusive"}};
constexpr Named<Agreement> kAgreements[] = {{Agreement::kReproduced, "reproduced"},
                                            {Agreement::kNotReproduced, "not_reproduced"},
                                            {Agreement::kInconclusive, "inconclusive"},
                                            {Agreement::kNotComparable, "not_comparable"}};
constexpr Named<Severity> kSeverities[] = {
    {Severity::kNotice, "notice"}, {Severity::kLoss, "loss"}, {Severity::kDamage, "damage"}};

}  // namespace

std::string_view name_of(Layer v) { return name_in(kLayerNames, v); }
std::string_view name_of(TimeClass v) { return name_in(kTimeClassNames, v); }
std::string_view title_of(TimeClass v) { return name_in(kTimeClassTitles, v); }
std::string_view name_of(Provenance v) { return name_in(kProvenances, v); }
std::string_view name_of(Loop v) { return name_in(kLoops, v); }
std::string_view name_of(Arrival v) { return name_in(kArrivals, v); }
std::string_view name_of(GraphOptimization v) { return name_in(kOptimizations, v); }
std::string_view name_of(RequestStatus v) { return name_in(kStatuses, v); }
std::string_view name_of(PhaseKind v) { return name_in(kPhaseKinds, v); }
std::string_view name_of(PointVerdict v) { return name_in(kVerdicts, v); }
std::string_view name_of(Agreement v) { return name_in(kAgreements, v); }
std::string_view name_of(Severity v) { return name_in(kSeverities, v); }
std::string_view name_of(LengthShape v) { return name_in(kLengthShapes, v); }
std::string_view name_of(PromptSource v) { return name_in(kPromptSources, v); }
std::string_view name_of(ScoreMethod v) { return name_in(kScoreMethods, v); }
std::string_view name_of(Streaming v) { return name_in(kStreamings, v); }
std::string_view name_of(KeepAlive v) { return name_in(kKeepAlives, v); }
std::string_view name_of(Certificates v) { return name_in(kCertificates, v); }
std::string_view name_of(TensorEncoding v) { return name_in(kTensorEncodings, v); }
std::string_view name_of(CommandMode v) { return name_in(kCommandModes, v); }
std::string_view name_of(LatencyMetric v) { return name_in(kLatencyMetrics, v); }
std::string_view name_of(Failure v) { return name_in(kFailures, v); }
std::string_view name_of(Channel v) { return name_in(kChannels, v); }

std::optional<Layer> layer_named(std::string_view n) { return value_in(kLayerNames, n); }
std::optional<TimeClass> time_class_named(std::string_view n) { return value_in(kTimeClassNames, n); }
std::optional<Loop> loop_named(std::string_view n) { return value_in(kLoops, n); }
std::optional<Arrival> arrival_named(std::string_view n) { return value_in(kArrivals, n); }
std::optional<GraphOptimization> graph_optimization_named(std::string_view n) { return value_in(kOptimizations, n); }
std::optional<RequestStatus> request_status_named(std::string_view n) { return value_in(kStatuses, n); }
std::optional<PhaseKind> phase_kind_named(std::string_view n) { return value_in(kPhaseKinds, n); }
std::optional<LengthShape> length_shape_named(std::string_view n) { return value_in(kLengthShapes, n); }
std::optional<PromptSource> prompt_source_named(std::string_view n) { return value_in(kPromptSources, n); }
std::optional<ScoreMethod> score_method_named(std::string_view n) { return value_in(kScoreMethods, n); }
std::optional<Streaming> streaming_named(std::string_view n) { return value_in(kStreamings, n); }
std::optional<KeepAlive> keep_alive_named(std::string_view n) { return value_in(kKeepAlives, n); }
std::optional<Certificates> certificates_named(std::string_view n) { return value_in(kCertificates, n); }
std::optional<TensorEncoding> tensor_encoding_named(std::string_view n) { return value_in(kTensorEncodings, n); }
std::optional<CommandMode> command_mode_named(std::string_view n) { return value_in(kCommandModes, n); }
std::optional<LatencyMetric> latency_metric_named(std::string_view n) { return value_in(kLatencyMetrics, n); }
std::optional<Failure> failure_named(std::string_view n) { return value_in(kFailures, n); }
std::optional<Channel> channel_named(std::string_view n) { return value_in(kChannels, n); }

// The JSON form of an enum: its name.
#define LYNX_JSON_ENUM(Type, table)                                                    \
  void to_json(Json& out, const Type& value) { out = std::string(name_in(table, value)); } \
  void from_json(const Json& in, Type& value) {                                        \
    std::optional<Type> found = value_in(table, in.get<std::string>());                \
    if (!found) throw Json::other_error::create(501, "unknown name " + in.dump(), &in); \
    value = *found;                                                                    \
  }

LYNX_JSON_ENUM(Layer, kLayerNames)
LYNX_JSON_ENUM(TimeClass, kTimeClassNames)
LYNX_JSON_ENUM(Provenance, kProvenances)
LYNX_JSON_ENUM(Loop, kLoops)
LYNX_JSON_ENUM(Arrival, kArrivals)
LYNX_JSON_ENUM(GraphOptimization, kOptimizations)
LYNX_JSON_ENUM(PointVerdict, kVerdicts)
LYNX_JSON_ENUM(Agreement, kAgreements)
LYNX_JSON_ENUM(Severity, kSeverities)
LYNX_JSON_ENUM(LengthShape, kLengthShapes)
LYNX_JSON_ENUM(PromptSource, kPromptSources)
LYNX_JSON_ENUM(ScoreMethod, kScoreMethods)
LYNX_JSON_ENUM(Streaming, kStreamings)
LYNX_JSON_ENUM(KeepAlive, kKeepAlives)
LYNX_JSON_ENUM(Certificates, kCertificates)
LYNX_JSON_ENUM(TensorEncoding, kTensorEncodings)
LYNX_JSON_ENUM(CommandMode, kCommandModes)
LYNX_JSON_ENUM(LatencyMetric, kLatencyMetrics)
LYNX_JSON_ENUM(Failure, kFailures)
LYNX_JSON_ENUM(Channel, kChannels)

}  // namespace lynxbench
