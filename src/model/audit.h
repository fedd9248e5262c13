// What the instrument says of itself: without it, no figure can be trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench {

// Sockets and ports that a target on the network used, since it was opened.
struct ClientResources {
  std::uint64_t connections_opened = 0;
  std::uint64_t connections_failed = 0;     // could not be opened
  std::uint64_t connections_most = 0;       // at once
  std::uint64_t requests_on_used = 0;       // requests that found an open connection
  std::uint64_t waited_for_connection = 0;  // requests that EndpointSpec::connections made wait
  std::uint64_t local_exhausted = 0;        // times that ports or descriptors ran out
  std::uint64_t reads = 0;                  // calls that brought bytes
  std::uint64_t reads_without_kernel_time = 0;
  std::uint64_t retried = 0;                // requests sent again, once: the server had closed the connection
  std::optional<std::int64_t> spun_ns = std::nullopt;  // looked for work again and again instead of sleeping
};

// What a thread that sends requests is called.
inline constexpr std::string_view kLoadThread = "lynx-load";

// The time of one thread that sent requests, from its first to its last answer.
struct SenderTime {
  std::int32_t thread = 0;     // id, as /proc/self/task names it
  std::int64_t length_ns = 0;
  std::int64_t ran_ns = 0;     // on a core
  std::optional<std::int64_t> waited_ns = std::nullopt;  // ready, and without one
};

struct ThreadCpu {
  std::string name;
  double cores = 0;                // mean over the load
  std::optional<double> waiting = std::nullopt;  // ready to run and without a core: ratio of the time
};

// Were the requests sent at the times asked for? Of the times at which they were sent.
struct ArrivalTest {
  std::string asked;       // "Poisson at 100/s"
  std::uint64_t every = 1; // a gap is from a request to the `every`-th after it
  std::uint64_t gaps = 0;
  // Kolmogorov-Smirnov distance of the gaps' distribution; gaps that differ by less than
  // `tolerance_ns` count as the same.
  std::optional<double> ks;
  std::int64_t tolerance_ns = 0;
  std::optional<double> p_value;     // of that distance, if the arrivals were those asked for
  std::optional<double> fano;        // variance over mean of the counts per window; Poisson: 1
  std::optional<double> fano_due;    // of the times at which they were due
  double window_s = 0;               // of those counts (a ramp: at the mean rate)
  std::string missing;               // why there is no ks, or no p-value
};

// A time in which the client did nothing.
struct Stall {
  std::int64_t at_ns = 0;      // since the epoch: when the probe should have woken
  std::int64_t length_ns = 0;
};

inline constexpr std::size_t kMostStalls = 32;

struct InstrumentAudit {
  double length_s = 0;               // of the load
  std::uint64_t due = 0;             // requests that fell due
  std::uint64_t sent = 0;
  std::uint64_t missed = 0;          // due and never sent
  std::uint64_t late = 0;            // sent later than the contract's limit
  std::optional<std::int64_t> lag_p50_ns, lag_p99_ns, lag_max_ns;  // sent - due, open loop
  std::optional<double> asked_per_s;
  double sent_per_s = 0;             // what this client could
  std::uint64_t waited_for_room = 0; // requests that LoadProtocol::max_in_flight made wait
  std::vector<ThreadCpu> threads;    // of this process, those above 0.1 % of a core
  std::string threads_missing;
  std::optional<std::int64_t> stall_p50_ns, stall_p99_ns, stall_longest_ns;  // hiccup probe
  std::uint64_t stall_probes = 0;
  std::uint64_t stalls = 0;          // longer than the contract's limit
  std::vector<Stall> longest_stalls; // of those, at most kMostStalls, by time
  std::uint64_t clock_steps = 0;     // of the wall clock against the monotonic one
  std::optional<std::int64_t> clock_step_largest_ns;  // with its sign: forward is positive
  std::optional<double> clock_slew_ratio;  // monotonic clock's rate against the raw one, less 1
  ArrivalTest arrivals;
  ClientResources resources;
  std::vector<std::string> invalid;  // why the run is not to be trusted; empty: valid
  std::vector<std::string> notices;
};

}  // namespace lynxbench
