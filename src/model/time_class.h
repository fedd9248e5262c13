// The classes that a request's end-to-end time is divided into, and those of a device's time. They never overlap, and together
// with `unattributed` they are the whole, to the nanosecond. docs/methodology.md says from when to
// when each runs.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace lynxbench {

enum class TimeClass {
  kClientLateness,     // due -> sent: the load generator was late
  kQueue,              // accepted -> the instance turned to this request's batch
  kBatchingWait,       // the instance was free and waited for more requests
  kPreprocessing,      // payload -> tensors
  kFrameworkOverhead,  // inside the runtime, outside its operators (profiled requests)
  kComputeBound,       // operators that the roofline calls compute-bound (profiled requests)
  kMemoryBound,        // operators that the roofline calls memory-bound (profiled requests)
  kOperatorUnknown,    // operators without a cost model (profiled requests)
  kModelExecution,     // the runtime's call as a whole, where it was not profiled
  kPostprocessing,     // tensors -> answer
  kInstrument,         // the profiler's own time around the runtime's call (profiled requests)
  kUnattributed,       // the remainder: hand-overs between the stages
  // Of targets on the network, which give no account of their own.
  kConnection,         // sent -> written: waiting for a connection, opening it, handing over
  kServer,             // written -> first content: the way there and the server, which does not tell
  kGeneration,         // first content -> last content of a streamed answer
  kNetworkProtocol,    // the rest of the answer's way: first byte, or last content -> done
  // Of a device's time, in traces (DeviceTime divides some of them further). No request has them.
  kCommunication,      // between devices, while nothing is computed
  kTransfer,           // copies between host and device, or inside one, while nothing else runs there
  kKernelLaunch,       // launched and not begun yet
  kSynchronisation,    // waiting for an event, a stream or the device
  kHostCode,           // the device idled while the program's own code ran on the host
  kNoRequest,          // the device idled because no request was there
  kRequestsQueued,     // the device idled while requests waited in the server's queue
  kIdle,               // the device idled, and nothing recorded says why
  kThrottled,          // clocks below what the device can do
};

inline constexpr std::size_t kTimeClassCount = 16;
// In the order of their numbers: what arrays are indexed by, and results list.
inline constexpr std::array<TimeClass, kTimeClassCount> kTimeClasses{
    TimeClass::kClientLateness, TimeClass::kQueue,          TimeClass::kBatchingWait,
    TimeClass::kPreprocessing,  TimeClass::kFrameworkOverhead, TimeClass::kComputeBound,
    TimeClass::kMemoryBound,    TimeClass::kOperatorUnknown, TimeClass::kModelExecution,
    TimeClass::kPostprocessing, TimeClass::kInstrument,     TimeClass::kUnattributed,
    TimeClass::kConnection,     TimeClass::kServer,         TimeClass::kGeneration,
    TimeClass::kNetworkProtocol};
// All of which a contract may say whose they are.
inline constexpr std::array<TimeClass, 25> kOwnableClasses{
    TimeClass::kClientLateness, TimeClass::kQueue,         TimeClass::kBatchingWait,
    TimeClass::kPreprocessing,  TimeClass::kFrameworkOverhead, TimeClass::kComputeBound,
    TimeClass::kMemoryBound,    TimeClass::kOperatorUnknown, TimeClass::kModelExecution,
    TimeClass::kPostprocessing, TimeClass::kInstrument,    TimeClass::kUnattributed,
    TimeClass::kConnection,     TimeClass::kServer,        TimeClass::kGeneration,
    TimeClass::kNetworkProtocol, TimeClass::kCommunication, TimeClass::kTransfer,
    TimeClass::kKernelLaunch,   TimeClass::kSynchronisation, TimeClass::kHostCode,
    TimeClass::kNoRequest,      TimeClass::kRequestsQueued, TimeClass::kIdle,
    TimeClass::kThrottled};
// In the order in which a request passes through them: for people.
inline constexpr std::array<TimeClass, kTimeClassCount> kTimeClassesShown{
    TimeClass::kClientLateness,    TimeClass::kConnection,      TimeClass::kQueue,
    TimeClass::kBatchingWait,      TimeClass::kPreprocessing,   TimeClass::kFrameworkOverhead,
    TimeClass::kComputeBound,      TimeClass::kMemoryBound,     TimeClass::kOperatorUnknown,
    TimeClass::kModelExecution,    TimeClass::kPostprocessing,  TimeClass::kServer,
    TimeClass::kGeneration,        TimeClass::kNetworkProtocol, TimeClass::kInstrument,
    TimeClass::kUnattributed};

// "client_lateness", "queue", ...: the spelling in every file.
[[nodiscard]] std::string_view name_of(TimeClass time_class);
[[nodiscard]] std::optional<TimeClass> time_class_named(std::string_view name);
// "client lateness": for people.
[[nodiscard]] std::string_view title_of(TimeClass time_class);

}  // namespace lynxbench
