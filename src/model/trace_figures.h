// What attribution says of trace files: for each device where its time went, adding up to the
// nanosecond, who was late for each gap, and the tables that stand behind it. Plain structs with a
// JSON form; times in integer nanoseconds.
//
//   const DeviceFigures& gpu = figures.files[0].devices[0];
//   gpu.compute_ns + gpu.exposed_communication_ns + gpu.exposed_copy_ns == gpu.busy_ns;
//   sum of gpu.budget.parts == gpu.budget.whole_ns;
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/layer.h"
#include "model/time_class.h"
#include "model/timeline.h"

namespace lynxbench {

// The classes that a device's time is divided into. At each moment one of them holds: the first
// that applies, in this order, while the device works; what kept it waiting, while it does not.
enum class DeviceTime : std::uint8_t {
  kComputeBound,       // kernels that the roofline calls compute-bound
  kMemoryBound,        // kernels that the roofline calls memory-bound
  kComputeUnknown,     // kernels of which shapes, counters or a model say nothing
  kCommunication,      // communication while nothing is computed
  kRankWait,           // ... that waits for another rank: known where the ranks' traces are set beside
                       // one another
  kCopyPageable,       // copies from or to pageable memory, while neither computes nor communicates
  kCopyPinned,         // the same of pinned memory
  kCopyOther,          // copies inside the device, sets, and those whose memory is not known
  kIdleOperator,       // the launching thread ran a framework's operator
  kIdlePython,         // ... a Python function
  kIdleDataLoader,     // ... waited for or ran the data loader
  kIdleCall,           // ... a call of the device's runtime that waits for nothing: allocation, launch
  kIdleSynchronisation,  // ... a call that waits for the device, which had nothing to do
  kIdleSystemCall,     // ... a call of the operating system
  kIdleProgram,        // ... a range that the program named, with nothing finer inside it
  kIdleHostUnseen,     // ... nothing that the file shows
  kIdleLaunch,         // launched inside the gap, and not begun yet
  kIdleQueued,         // launched before the gap: a dependency, another stream, or launch latency
  kIdleGraph,          // between two pieces of one graph launch: why is not in the file
  kIdleNoRequest,      // no request was there
  kIdleRequestsQueued,  // requests waited in the server's queue, and the host was in nothing that
                       // explains it
  kIdleUnknown,        // the launch of what ended the gap is not in the file
};
inline constexpr std::size_t kDeviceTimeCount = 22;

// "compute_bound", "idle_operator": the spelling in every file. "host operator": for people.
[[nodiscard]] std::string_view name_of(DeviceTime time);
[[nodiscard]] std::string_view title_of(DeviceTime time);
// Whether the device did nothing.
[[nodiscard]] bool is_idle(DeviceTime time);

struct DeviceTimePart {
  DeviceTime time = DeviceTime::kComputeUnknown;
  std::int64_t ns = 0;
};

// Who was late: a name, and the idle time that it is behind.
struct Culprit {
  DeviceTime time = DeviceTime::kIdleOperator;
  std::string name;
  std::int64_t ns = 0;
  std::uint64_t gaps = 0;  // gaps in which it has a part
};

// Time of copies behind other work, each moment in one of them: the first that applies.
struct HiddenCopies {
  std::int64_t pageable_ns = 0;
  std::int64_t pinned_ns = 0;
  std::int64_t other_ns = 0;  // copies inside the device, sets, and those whose memory is not known
  [[nodiscard]] std::int64_t sum_ns() const { return pageable_ns + pinned_ns + other_ns; }
};

struct DeviceBudget {
  std::int64_t whole_ns = 0;          // of the window
  std::int64_t begin_ns = 0;          // of the window, on the file's clock
  std::vector<DeviceTimePart> parts;  // sum: whole_ns; those of 0 are left out
  std::int64_t hidden_communication_ns = 0;  // while computing: in no part
  HiddenCopies hidden_copies;                // while computing or communicating: in no part
};

// Which layers may own a class of device time. Candidates with no shares.
struct DeviceTimeOwners {
  DeviceTime time = DeviceTime::kComputeUnknown;
  TimeClass contract_class = TimeClass::kUnattributed;  // whose rule counts
  std::vector<Layer> layers;
  std::vector<std::string> owners;  // of the layers, as the contract names them; none without one
  bool by_contract = false;         // false: lynxbench's own starting rule
};

struct CopyFigure {
  std::uint64_t count = 0;
  std::int64_t bytes = 0;           // of those that say how many
  std::uint64_t without_bytes = 0;  // that do not
  std::int64_t sum_ns = 0;
  // Of those that say how many: bytes over time. Nothing when there are none.
  [[nodiscard]] std::optional<double> bytes_per_s() const;
  std::int64_t sum_with_bytes_ns = 0;
};

// Copies between host and device of one direction and kind of memory, whose whole was behind other work
// or was not: how fast each kind went.
struct CopyRow {
  std::string direction;  // "host_to_device", "device_to_host"
  std::string memory;     // "pageable", "pinned", "unknown"
  bool hidden = false;    // from begin to end while computing or communicating
  CopyFigure copies;
};

// Requests that waited in a server's queue, as other files say on the same clock, from a device's first
// work to its last. How many waited is the least that the files allow: what several of them say of one
// moment is not added up.
struct RequestQueueFigure {
  std::int64_t waiting_ns = 0;  // at least one waited
  std::int64_t idle_ns = 0;     // of it, the device did nothing, for whatever reason
  std::int64_t queued_ns = 0;   // of it, in DeviceTime::kIdleRequestsQueued
  double mean = 0;              // that waited, over queued_ns; 0 when that is 0
  std::uint64_t most = 0;
  std::vector<std::string> sources;  // file and rule: "otlp.json: 12 requests, each from ..."
};

// Where an idle gap of a device ends with work E whose launch is L.
struct IdleSplit {
  std::int64_t host_late_ns = 0;    // gap's begin -> L's begin, where L began after it
  std::int64_t launch_ns = 0;       // the rest of such a gap
  std::int64_t device_wait_ns = 0;  // whole gap: L had begun by the gap's begin
  std::int64_t unknown_ns = 0;      // whole gap: no launch of E in the file
};

// A kernel, copy or operator by name.
struct NameFigure {
  std::string name;
  std::uint64_t count = 0;
  std::int64_t sum_ns = 0;
  double share = 0;             // of all in the table, 0 to 1
  double cumulative_share = 0;  // of this and those before it
  std::string kind;             // "compute", "communication", "copy"
  std::string rule;             // that made it communication; "" otherwise
  std::optional<double> occupancy_percent;  // weighted by time, as the profiler estimated
};

// An operator with given shapes, and the work that it is: of a device the kernels that it launched, of the
// host its own time.
struct RooflinePoint {
  std::string op;
  std::string shapes;     // as the trace has them
  std::string precision;  // whose ceiling it is held against
  std::string bound;      // "compute", "memory", "unknown"
  std::uint64_t count = 0;
  std::int64_t work_ns = 0;
  double flops = 0;  // by its shapes; of all calls together, as below
  double bytes = 0;
  double least_ns = 0;  // that the ceilings allow; 0 when they are unknown
};

// Work whose bound is unknown, and why.
struct UnknownBound {
  std::string why;
  std::uint64_t count = 0;  // kernels, or calls of operators
  std::int64_t ns = 0;
};

struct DeviceRoofline {
  std::string missing;         // why there are no ceilings; "" when there are
  std::string ceiling_source;  // whose they are
  std::optional<double> bytes_per_s;       // of its own memory
  std::optional<double> link_bytes_per_s;  // between host and device, each way
  std::vector<std::pair<std::string, double>> flops_per_s;  // by precision
  // Sums of the work by its bound, not the union.
  std::int64_t compute_bound_ns = 0;
  std::int64_t memory_bound_ns = 0;
  std::int64_t unknown_ns = 0;
  std::vector<UnknownBound> unknown;  // sums to unknown_ns; longest first
  std::vector<RooflinePoint> points;  // longest work first
  std::uint64_t points_left_out = 0;
  std::int64_t points_left_out_ns = 0;
  [[nodiscard]] std::int64_t known_ns() const { return compute_bound_ns + memory_bound_ns; }
};

// The operators that one part of the host executed itself, by their own time.
struct HostRoofline {
  std::string executor;  // "CPUExecutionProvider" of ONNX Runtime; "CPU": the framework's own
  DeviceRoofline roofline;
};

// Launches that have been asked for and whose kernels have not begun yet.
struct LaunchQueue {
  double mean = 0;             // over the time from the first work to the last one's end
  std::uint64_t most = 0;
  std::int64_t empty_ns = 0;   // no launch waited: the device took each as it came, or had none
  std::vector<std::pair<std::int64_t, std::uint64_t>> over_time;  // highest in equal stretches: begin, depth
};

// A stretch of a device's span: how long after their launch's end pieces of work began in it.
struct LaunchDelaySlice {
  std::int64_t begin_ns = 0;
  std::uint64_t count = 0;   // pieces that began in it and whose launch is in the file; not 0
  std::int64_t p50_ns = 0;   // nearest rank; negative while the call still ran
};

// How many of the threads that the device can hold were there while it computed.
struct Occupancy {
  double percent = 0;           // mean of the kernels' as the profiler estimated, weighted by their time
  std::int64_t known_ns = 0;    // time of compute kernels that have an estimate; sums, not the union
  std::int64_t unknown_ns = 0;  // and that have none
};

// Clocks below what the device has shown that it can do, while it was busy.
struct ThrottleFigure {
  std::string series;           // where the clock is from
  double reference_hz = 0;      // the highest observed
  std::int64_t covered_ns = 0;  // busy time of which the clock is known
  std::int64_t lost_ns = 0;     // sum of busy time x (1 - clock / reference): what full clocks would save
  std::vector<std::pair<std::string, std::int64_t>> reasons;  // as the driver gave them, busy time
};

struct DeviceFigures {
  std::int64_t device = 0;
  std::string name;  // "" when the file has none
  std::uint64_t kernels = 0;
  std::uint64_t copies = 0;
  std::uint64_t sets = 0;
  std::int64_t sum_kernel_ns = 0;  // added up, not the union
  std::int64_t begin_ns = 0;       // of the first work
  std::int64_t end_ns = 0;         // of the last to end
  std::int64_t span_ns = 0;
  std::int64_t busy_ns = 0;
  std::int64_t idle_ns = 0;
  std::int64_t compute_ns = 0;  // union, as below
  std::int64_t communication_ns = 0;
  std::int64_t overlap_ns = 0;  // communication while computing: hidden
  std::int64_t exposed_communication_ns = 0;
  std::int64_t copy_ns = 0;  // copies and sets
  std::int64_t exposed_copy_ns = 0;
  CopyFigure host_to_device;
  CopyFigure device_to_host;
  std::vector<CopyRow> copy_rows;  // the same copies, divided; those without any are left out
  std::uint64_t unlinked = 0;
  std::int64_t unlinked_sum_ns = 0;
  std::uint64_t launched_kernels = 0;  // kernels whose launch is in the file
  // Kernel's begin minus its launch's end, nearest rank; negative while the call still ran. Nothing
  // without launched kernels, and when the clocks disagree.
  std::optional<std::int64_t> launch_delay_p50_ns;
  std::optional<std::int64_t> launch_delay_p99_ns;
  std::uint64_t negative_delays = 0;
  std::uint64_t before_launch = 0;  // kernels that began before their launch began
  IdleSplit idle;
  std::uint64_t streams = 0;
  std::uint64_t overlaps_in_stream = 0;  // work that began before earlier work of its stream ended
  DeviceBudget span;                // first work -> last work's end
  DeviceBudget wall;                // the file's first event -> its last
  std::vector<DeviceTimeOwners> owners;  // for each part of wall
  std::vector<Culprit> culprits;    // of span's idle time, longest first
  std::uint64_t culprits_left_out = 0;
  std::int64_t culprits_left_out_ns = 0;
  std::vector<NameFigure> top;      // by name, longest first
  std::uint64_t names = 0;          // different ones in all
  std::vector<LaunchDelaySlice> launch_delays;  // equal stretches of the span that had launches
  std::optional<LaunchQueue> launch_queue;  // nothing where launches are unknown
  std::optional<RequestQueueFigure> request_queue;  // nothing where no file says when requests waited
  std::optional<Occupancy> occupancy;       // nothing where no compute kernel has an estimate
  std::optional<ThrottleFigure> throttle;   // nothing without clocks
  std::optional<DeviceRoofline> roofline;  // nothing without kernels that compute
  std::vector<std::string> warnings;  // what stands against a figure above
};

// A request's life as a server traced it, over all requests of a file.
struct StageFigure {
  std::string stage;  // "queue", "compute", ... "unattributed"
  std::int64_t sum_ns = 0;
  std::int64_t p50_ns = 0;  // over the requests that have it, nearest rank
  std::int64_t p99_ns = 0;
  std::uint64_t requests = 0;  // that have it
};

struct RequestFigures {
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  std::uint64_t incomplete = 0;  // without begin or end: in no sum
  std::int64_t whole_ns = 0;     // sum of end - begin
  std::vector<StageFigure> stages;  // sums add up to whole_ns
};

// A client's requests beside its server's; sums of nanoseconds over those that succeeded.
struct ClientServer {
  std::string client;  // files
  std::string server;
  std::uint64_t client_requests = 0;
  std::uint64_t server_requests = 0;
  std::uint64_t left_out = 0;  // of both sides: failed, or without begin or end
  std::int64_t client_ns = 0;  // sent -> done
  std::int64_t server_ns = 0;
  std::vector<std::pair<std::string, std::int64_t>> stages;  // of the server: add up to server_ns
  std::optional<std::int64_t> outside_ns;  // client_ns - server_ns: network, protocol, connection
  std::string unknown_because;             // why outside_ns is not there
};

// A step that the program, its framework or its server marked, again and again.
struct IterationFigure {
  std::string name;
  std::int64_t begin_ns = 0;
  std::int64_t host_ns = 0;    // of the mark itself
  std::int64_t device_ns = 0;  // union of the work that was launched within it, all devices added
  std::uint64_t kernels = 0;
};

struct IterationFigures {
  std::string pattern;  // "ProfilerStep#": the names without their numbers
  std::uint64_t count = 0;
  std::int64_t host_p50_ns = 0;  // nearest rank
  std::int64_t host_p99_ns = 0;
  std::int64_t device_p50_ns = 0;
  std::vector<IterationFigure> shown;  // the first ones
};

// The thermal and power regime in which a device was recorded.
struct RegimeFigure {
  std::optional<std::int64_t> device;  // nothing: the file does not say which
  std::string regime;   // "cold burst", "equilibrium", "throttled (power)", "unknown"
  std::string because;  // what it was told from, or why it is unknown
};

// A quantity over time in a few numbers.
struct SeriesFigure {
  std::string name;
  std::string unit;
  std::string labels;
  bool counter = false;
  std::uint64_t samples = 0;
  std::uint64_t missing = 0;
  double least = 0;  // of a counter: its increase, resets taken out, in all three
  double median = 0;
  double most = 0;
};

// What decided when the trace ended, and what changes would gain.
struct PathNameFigure {
  std::string name;
  std::string kind;  // "Python", "kernel (compute)", ...
  std::uint64_t steps = 0;
  std::int64_t ns = 0;
};

struct WhatIfFigure {
  std::string scenario;
  std::string assumes;
  std::int64_t measured_ns = 0;
  std::int64_t expected_ns = 0;
  std::int64_t lower_ns = 0;
  std::int64_t upper_ns = 0;
  std::int64_t changed_ns = 0;  // time of the work that changes
  std::int64_t exposed_ns = 0;  // of it, the most that can be gained
  std::optional<double> per_sample_group_ns;  // of a larger batch
  std::string unknown_because;  // then no figure above counts
};

struct GraphFigures {
  std::int64_t total_ns = 0;
  std::string bound_by;
  std::vector<std::pair<std::string, std::int64_t>> classes;  // sum: total_ns
  std::vector<PathNameFigure> names;  // the most time first
  std::vector<WhatIfFigure> what_ifs;
  std::vector<std::string> doubts;  // what of the graph rests on inference
};

struct TraceFileFigures {
  std::string file;
  std::string format;
  std::string writer;
  std::string clock;  // for people
  std::optional<std::int64_t> wall_offset_ns;
  std::optional<std::int64_t> rank;
  std::optional<std::int64_t> world_size;
  std::uint64_t events = 0;
  std::uint64_t calls = 0;   // of the device's runtime and driver
  std::int64_t begin_ns = 0;  // first event; 0 without events in time
  std::int64_t end_ns = 0;
  std::vector<DeviceFigures> devices;
  std::vector<NameFigure> host_top;  // by own time, longest first
  std::uint64_t host_names = 0;
  std::int64_t host_own_ns = 0;      // all of it: the table's whole
  std::vector<HostRoofline> host_rooflines;  // most work first
  std::optional<IterationFigures> iterations;
  std::optional<GraphFigures> graph;
  std::optional<RequestFigures> requests;
  std::vector<RegimeFigure> regimes;  // of devices with telemetry over time
  std::vector<SeriesFigure> series;
  std::vector<NameFigure> totals;  // that a tool gave without times
  std::vector<std::string> notes;
  Losses losses;
};

// A kind of collective operation over the ranks that took part: all of its instances.
struct CollectiveFigure {
  std::string name;
  std::string group;
  std::uint64_t count = 0;        // instances that every rank has
  std::uint64_t unmatched = 0;    // kernels that no instance on another rank goes with
  std::int64_t transfer_ns = 0;   // sum of each instance's shortest duration: the last to arrive
  std::int64_t wait_ns = 0;       // sum over ranks and instances of what it took longer than that
};

struct RankFigure {
  std::int64_t rank = 0;
  std::size_t file = 0;           // row of TraceFigures::files
  std::int64_t span_ns = 0;
  std::int64_t compute_ns = 0;
  std::int64_t exposed_communication_ns = 0;
  std::int64_t idle_ns = 0;
  std::int64_t wait_ns = 0;       // in collectives, for ranks that came later
  std::int64_t transfer_ns = 0;   // the rest of its matched collectives
};

// Where the critical path goes from one rank to another: back to the one that came last.
struct RankHop {
  std::int64_t rank = 0;       // that waited
  std::int64_t last_rank = 0;  // for this one
  std::string collective;
  std::int64_t waited_ns = 0;
};

struct RankPathName {
  std::int64_t rank = 0;
  std::string name;
  std::string kind;  // "Python", "kernel (compute)", ...
  std::uint64_t steps = 0;
  std::int64_t ns = 0;
};

// The critical path over all ranks.
struct RankPath {
  std::int64_t total_ns = 0;
  std::string bound_by;
  std::vector<std::pair<std::string, std::int64_t>> classes;    // sum: total_ns
  std::vector<std::pair<std::int64_t, std::int64_t>> by_rank;   // rank, time on the path; sum: total_ns
  std::vector<RankPathName> names;  // the most time first
  std::uint64_t hops = 0;
  std::vector<RankHop> first_hops;  // in order of time
  std::int64_t clock_residual_ns = 0;  // how far an end of a collective is off at most, ranks' clocks set equal
  std::uint64_t ranks_left_out = 0;    // without a graph, or sharing no collective
};

struct RankComparison {
  std::vector<RankFigure> ranks;
  std::vector<CollectiveFigure> collectives;
  std::optional<std::int64_t> straggler;  // waited least of all: the others waited for it
  std::optional<RankPath> path;  // nothing where fewer than two ranks have graphs and share collectives
};

// One class of time in two traces.
struct ClassDifference {
  DeviceTime time = DeviceTime::kComputeUnknown;
  std::int64_t before_ns = 0;
  std::int64_t after_ns = 0;
};
struct NameDifference {
  std::string name;
  std::uint64_t before_count = 0;
  std::uint64_t after_count = 0;
  std::int64_t before_ns = 0;
  std::int64_t after_ns = 0;
};

// What changed from one trace to another; both times as a whole, or for each iteration where both have
// the same kind of iteration.
struct TraceDifference {
  std::string before;
  std::string after;
  std::vector<std::string> hardware;  // what differs in the devices: then no cause in software follows
  double per_before = 1;              // what the times were divided by: iterations, or 1
  double per_after = 1;
  std::int64_t before_ns = 0;         // whole span
  std::int64_t after_ns = 0;
  std::vector<ClassDifference> classes;  // largest change first; changes add up to the whole's
  std::vector<NameDifference> names;     // kernels by largest change
};

struct TraceFigures {
  std::vector<TraceFileFigures> files;
  std::optional<RankComparison> ranks;           // with two or more ranks
  std::optional<ClientServer> client_server;     // with requests of both sides
  std::optional<TraceDifference> difference;     // with a trace to compare with
  std::vector<std::string> notes;                // on files set beside one another
};

void to_json(Json& json, const TraceFigures& figures);

}  // namespace lynxbench
