// What the instrument says of itself: without it, no figure can be trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
};

struct ThreadCpu {
  std::string name;
  double cores = 0;  // mean over the load
};

// Were the requests sent at the times asked for? Of the times at which they were sent.
struct ArrivalTest {
  std::string asked;       // "Poisson at 100/s"
  std::uint64_t gaps = 0;
  std::optional<double> ks;          // Kolmogorov-Smirnov distance of the gaps' distribution
  std::optional<double> p_value;     // of that distance, if the arrivals were those asked for
  std::optional<double> fano;        // variance over mean of the counts per window; Poisson: 1
  std::string missing;               // why there is none
};

struct InstrumentAudit {
  std::uint64_t due = 0;             // requests that fell due
  std::uint64_t sent = 0;
  std::uint64_t missed = 0;          // due and never sent
  std::uint64_t late = 0;            // sent later than the contract's limit
  std::optional<std::int64_t> lag_p50_ns, lag_p99_ns, lag_max_ns;  // sent - due, open loop
  std::optional<double> asked_per_s;
  double sent_per_s = 0;             // what this client could
  std::vector<ThreadCpu> threads;    // of this process, those above 0.1 % of a core
  std::string threads_missing;
  std::optional<std::int64_t> stall_p50_ns, stall_p99_ns, stall_longest_ns;  // hiccup probe
  std::uint64_t stall_probes = 0;
  std::uint64_t stalls = 0;          // longer than the contract's limit
  std::uint64_t clock_steps = 0;     // of the wall clock against the monotonic one
  std::optional<std::int64_t> clock_step_largest_ns;
  ArrivalTest arrivals;
  ClientResources resources;
  std::vector<std::string> invalid;  // why the run is not to be trusted; empty: valid
  std::vector<std::string> notices;
};

}  // namespace lynxbench
