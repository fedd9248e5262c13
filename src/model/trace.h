// What a trace file says, whoever wrote it, in one form: a table for each kind of event, columns of
// integers (nanoseconds of the file's own clock), every name kept once. Readers (trace/) fill it,
// attribution reads it.
//
//   Timeline timeline;
//   const std::uint32_t lane = timeline.lane_of(0, 7);             // device 0, stream 7
//   timeline.device.add({.begin_ns = 100, .end_ns = 350, .name = timeline.names.intern("gemm"),
//                        .lane = lane, .work = DeviceWork::kKernel, .link = 4711});
//   timeline.device.begin_ns[0];                                    // 100
//
// Tables hold what the file had, in its order; link() and sorting are the reader's last step
// (trace/link.h), so that everything after may rely on the order that is said at each table.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "model/column.h"
#include "model/string_pool.h"
#include "model/timeline.h"

namespace lynxbench {

// ---- devices -----------------------------------------------------------------------------------

// What the file says of an accelerator. Missing is missing: many writers leave the name empty.
struct TraceDevice {
  std::int64_t id = 0;
  std::string name;                                        // "" when the file has none
  std::optional<std::int64_t> multiprocessors;             // SMs or CUs
  std::optional<double> memory_bandwidth_bytes_per_s;      // the device's own, as the file has it
  std::optional<double> clock_hz;
  std::optional<std::int64_t> memory_bytes;
};

// A queue of device work: what runs on one stream of one device.
struct Lane {
  std::int64_t device = 0;
  std::int64_t stream = 0;
  bool stream_known = true;  // false: the event named no stream
};

enum class DeviceWork : std::uint8_t { kKernel, kCopy, kSet };

// The key by which a launch and what it launched find each other (correlation id, within a process).
using LinkKey = std::uint64_t;
inline constexpr LinkKey kNoLink = ~LinkKey{0};

// Kernels, copies and sets. After link(): by begin, then end, then order in the file.
struct DeviceTable {
  struct Row {
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;  // not before begin_ns
    NameId name = 0;
    std::uint32_t lane = 0;  // row of Timeline::lanes
    DeviceWork work = DeviceWork::kKernel;
    LinkKey link = kNoLink;
    std::uint32_t facts = kNoRow;  // row of kernels (kKernel) or copies (kCopy, kSet); kNoRow: no facts
  };
  Column<std::int64_t> begin_ns;
  Column<std::int64_t> end_ns;
  Column<NameId> name;
  Column<std::uint32_t> lane;
  Column<DeviceWork> work;
  Column<LinkKey> link;
  Column<std::uint32_t> facts;
  Column<std::uint32_t> call;  // set by link(): row of `calls`, or kNoRow when no launch is in the file

  [[nodiscard]] std::size_t size() const { return begin_ns.size(); }
  void add(const Row& row);
};

// What some files say of a kernel beyond its times. 0 in grid and block: unknown.
struct KernelFacts {
  std::array<std::uint32_t, 3> grid{};
  std::array<std::uint32_t, 3> block{};
  std::int32_t registers = -1;          // per thread; -1: unknown
  std::int32_t shared_bytes = -1;       // per block; -1: unknown
  std::int32_t occupancy_percent = -1;  // estimated by the profiler; may exceed 100; -1: unknown
  bool from_graph = false;              // launched by a CUDA or HIP graph
  std::uint32_t collective = kNoRow;     // row of Timeline::collectives
};

// What the file says of a collective operation's kernel.
struct CollectiveFacts {
  NameId name = 0;   // "allreduce", as spelled
  NameId group = 0;  // process group's name
  NameId dtype = 0;
  std::int64_t in_elements = -1;   // -1: unknown, as below
  std::int64_t out_elements = -1;
  std::int64_t group_size = -1;
  std::int64_t sequence = -1;
};

enum class CopyKind : std::uint8_t {
  kUnknown, kHostToDevice, kDeviceToHost, kDeviceToDevice, kPeerToPeer, kHostToHost
};
enum class MemoryKind : std::uint8_t { kUnknown, kPageable, kPinned, kDevice, kManaged };

struct CopyFacts {
  std::int64_t bytes = -1;  // -1: unknown
  CopyKind kind = CopyKind::kUnknown;
  MemoryKind source = MemoryKind::kUnknown;
  MemoryKind destination = MemoryKind::kUnknown;
};

// ---- host --------------------------------------------------------------------------------------

struct TraceThread {
  std::int64_t process = 0;
  std::int64_t thread = 0;
  NameId name = 0;  // as the file names it; 0: it does not
};

enum class HostWork : std::uint8_t {
  kOperator,    // a framework's operator: aten::mm; an ONNX node
  kPython,      // a Python function
  kAnnotation,  // named by the program: ProfilerStep#3, NVTX and record_function ranges
  kCall,        // a call of the device's runtime or driver: cudaLaunchKernel, hipMemcpyAsync
  kSystemCall,  // of the operating system: poll, read, pthread_cond_wait
  kOverhead,    // the profiler's own
  kOther,       // what the file times and gives no known category
};

// After link(): by thread, begin, longest first; so what encloses a row stands before it.
struct HostTable {
  struct Row {
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
    NameId name = 0;
    std::uint32_t thread = 0;  // row of Timeline::threads
    HostWork work = HostWork::kOther;
  };
  Column<std::int64_t> begin_ns;
  Column<std::int64_t> end_ns;
  Column<NameId> name;
  Column<std::uint32_t> thread;
  Column<HostWork> work;

  [[nodiscard]] std::size_t size() const { return begin_ns.size(); }
  // The new row.
  std::uint32_t add(const Row& row);
};

// The rows of `host` that are kCall, with what links them to device work. In order of begin after
// link().
struct CallTable {
  Column<std::uint32_t> host_row;
  Column<LinkKey> link;

  [[nodiscard]] std::size_t size() const { return host_row.size(); }
  void add(std::uint32_t row, LinkKey key);
};

// The rows of `host` that are kOperator and say what they worked on. After link(): by host_row.
struct OperatorFacts {
  std::uint32_t host_row = 0;
  NameId shapes = 0;  // JSON text of the inputs' dimensions: [[512,128],[128,64],[]]
  NameId types = 0;   // JSON text of their types: ["float","float","Scalar"]
  NameId inputs = 0;  // JSON text of scalar arguments ("Concrete Inputs"); 0: none
  std::uint32_t node = kNoRow;  // row of Timeline::nodes; kNoRow: no node of a graph
};

// What a runtime of ONNX graphs says of a node beyond that. Its row of `host` has the node's name.
struct NodeFacts {
  NameId op_type = 0;   // "Conv"
  NameId provider = 0;  // who ran it: "CPUExecutionProvider"
  NameId output_shapes = 0;  // JSON texts, as of the inputs
  NameId output_types = 0;
};

// Waits for the device that the profiler saw on the device's side: an event's wait, a stream's.
struct DeviceWait {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  NameId name = 0;  // "Stream Synchronize", "Stream Wait Event"
  std::uint32_t lane = kNoRow;
  LinkKey link = kNoLink;         // of the call that waits
  LinkKey recorded_by = kNoLink;  // of the call that recorded the event waited for
  std::uint32_t recorded_on = kNoRow;  // row of Timeline::lanes: the lane whose event it is
};

// ---- requests, counters ------------------------------------------------------------------------

// A stage of a request's life whose length is known; which it is decides its class.
enum class RequestStage : std::uint8_t {
  kReceive,   // reading the request
  kQueue,     // waiting to be scheduled
  kInput,     // inputs to where the model runs
  kCompute,   // the model, whole
  kPrefill,   // the model up to the first token
  kDecode,    // the model after the first token
  kOutput,    // outputs back
  kSend,      // writing the answer
  kFrontend,  // the server around the above
};

// What places a request's wait in time.
enum class QueueEvidence : std::uint8_t {
  kMoments,  // the file has both moments: Triton's QUEUE_START and COMPUTE_START
  kLength,   // it has how long, and the wait is taken to begin with the request: vLLM's time_in_queue
};

// When a request waited to be scheduled.
struct QueueWait {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  QueueEvidence evidence = QueueEvidence::kMoments;
};

// One request as a server traced it. Times of what was not written are absent.
struct TracedRequest {
  NameId id = 0;
  NameId model = 0;
  std::uint32_t parent = kNoRow;  // row of Timeline::requests: a step of an ensemble
  std::optional<std::int64_t> begin_ns;
  std::optional<std::int64_t> end_ns;
  std::vector<std::pair<RequestStage, std::int64_t>> stages = {};  // length in ns; disjoint
  std::optional<QueueWait> queued = {};  // of those whose kQueue has a place in time
  bool failed = false;
};

// Who saw Timeline::requests: the server that served them, or the client that sent them.
enum class RequestsOf : std::uint8_t { kServer, kClient };

// A span of a distributed trace.
struct TraceSpan {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  NameId name = 0;
  NameId service = 0;
  std::uint32_t parent = kNoRow;   // row of Timeline::spans, or kNoRow: root, or its parent is not here
  std::uint32_t request = kNoRow;  // row of Timeline::requests that this span gave
  bool failed = false;
};

// A quantity over time: SM clock of GPU 0 in MHz.
struct TraceSeries {
  std::string name;    // as its tool names it: "clocks.current.sm", "DCGM_FI_DEV_SM_CLOCK"
  std::string unit;    // "MHz"; "" when the file has none
  std::string labels;  // which one: "gpu=0", in a fixed order; "" when there is one
  std::optional<std::int64_t> device;
  enum class Kind : std::uint8_t { kGauge, kCounter } kind = Kind::kGauge;
  Column<std::int64_t> at_ns;  // without a clock: the sample's number, from 0 (Timeline::clock says so)
  Column<double> value;
  std::uint64_t missing = 0;  // samples that said nothing: "[N/A]", NaN, a sentinel
};

// Totals that a tool gives without saying when: a layer's time over all runs.
struct TraceTotal {
  NameId name = 0;
  std::uint64_t count = 0;
  std::int64_t total_ns = 0;
};

// ---- the file ----------------------------------------------------------------------------------

struct TraceClock {
  enum class Kind : std::uint8_t {
    kWall,      // nanoseconds since 1970, once wall_offset_ns is added
    kRelative,  // since some moment that the file does not tell
    kSamples,   // no time at all: samples are counted
  };
  Kind kind = Kind::kRelative;
  std::optional<std::int64_t> wall_offset_ns;  // kWall: add to a time of this timeline
  std::string source;  // for people: "baseTimeNanoseconds", "UTC at the session's start"
};

struct Timeline {
  std::string file;    // as the user named it, and the member of an archive: "a.tar.gz:rank0.json"
  std::string format;  // "PyTorch profiler", "Nsight Systems SQLite"
  std::string writer;  // tool and version as the file has them; "" when it has none
  TraceClock clock;
  std::optional<std::int64_t> rank;        // of a distributed job
  std::optional<std::int64_t> world_size;
  std::uint64_t events = 0;  // events or rows that the file had, used or not
  std::uint64_t bytes = 0;   // of the file, unpacked

  StringPool names;
  std::vector<TraceDevice> devices;
  std::vector<Lane> lanes;
  std::vector<TraceThread> threads;
  DeviceTable device;
  Column<KernelFacts> kernels;
  Column<CollectiveFacts> collectives;
  Column<CopyFacts> copies;
  HostTable host;
  CallTable calls;
  Column<OperatorFacts> operators;
  Column<NodeFacts> nodes;
  std::vector<DeviceWait> waits;
  std::vector<TracedRequest> requests;
  RequestsOf requests_of = RequestsOf::kServer;
  std::vector<TraceSpan> spans;
  std::vector<TraceSeries> series;
  std::vector<TraceTotal> totals;
  std::vector<std::string> notes;  // what a reader of the figures must know: "warm-up included"
  Losses losses;

  // The row of the lane or thread, which is made when it is new.
  std::uint32_t lane_of(std::int64_t device_id, std::int64_t stream, bool stream_known = true);
  std::uint32_t thread_of(std::int64_t process, std::int64_t thread);

 private:
  std::map<std::tuple<std::int64_t, std::int64_t, bool>, std::uint32_t> lane_index_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> thread_index_;
};

}  // namespace lynxbench
