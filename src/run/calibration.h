// A client's records against a stub's truth, event by event.
//
//   std::vector<Pair> pairs = paired(records, truth);
//   calibration.times.push_back(compare_times("openai-chat", "ttft", ttft_of(pairs), limits));
//
// A figure's error is measured - true. It has in it what lies between the two programs: the kernel's
// way from one socket to the other, twice for times that begin at the client.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/request.h"
#include "stub/truth.h"

namespace lynxbench::run {

// A request as both sides saw it.
struct Pair {
  const RequestRecord* record = nullptr;
  const stub::RequestTruth* truth = nullptr;
};

// By id: the stub's "c17" is the record of input 17; where an input was sent again, in order. The times
// of the records must be on CLOCK_MONOTONIC (epoch 0). Those without a partner are left out.
[[nodiscard]] std::vector<Pair> paired(std::span<const RequestRecord> records, const std::vector<stub::RequestTruth>& truth);

// One event: what was true and what was measured, in ns.
struct Compared {
  std::int64_t truth = 0;
  std::int64_t measured = 0;
};

// Of answered requests on connections that were open before (a connection's first request has the
// handshake in it, which the server does not see).
[[nodiscard]] std::vector<Compared> ttft_of(std::span<const Pair> pairs);   // sent, arrival -> first content
[[nodiscard]] std::vector<Compared> itl_of(std::span<const Pair> pairs);    // between chunks of content
[[nodiscard]] std::vector<Compared> e2e_of(std::span<const Pair> pairs);    // sent, arrival -> last byte
[[nodiscard]] std::vector<Compared> from_due_of(std::span<const Pair> pairs);  // due -> last byte, on both sides
[[nodiscard]] std::vector<Compared> lag_of(std::span<const Pair> pairs);    // due -> sent, due -> arrival

struct Limits {
  std::int64_t p50_ns = 100'000;
  std::int64_t p99_ns = 1'000'000;
};

struct CalibratedTime {
  std::string protocol;
  std::string figure;
  stub::Quantiles truth, measured;
  stub::Quantiles error;          // of |measured - true|
  std::int64_t bias_ns = 0;       // median of measured - true
  std::optional<Limits> limits;   // nothing: told, not judged
  bool pass = true;
};
[[nodiscard]] CalibratedTime compare_times(std::string protocol, std::string figure, const std::vector<Compared>& events,
                                           std::optional<Limits> limits);

struct CalibratedCount {
  std::string protocol;
  std::string figure;
  double truth = 0;
  double measured = 0;
  double within = 0;  // as a ratio of the truth
  bool pass = true;
};
[[nodiscard]] CalibratedCount compare_counts(std::string protocol, std::string figure, double truth, double measured, double within);

// Requests that were answered within [begin, end), per second.
[[nodiscard]] CalibratedCount compare_throughput(std::string protocol, std::span<const RequestRecord> records,
                                                 const std::vector<stub::RequestTruth>& truth, std::int64_t begin_ns,
                                                 std::int64_t end_ns);
// A row per fault: how many there were, and how many the client named rightly.
[[nodiscard]] std::vector<CalibratedCount> compare_faults(std::string protocol, std::span<const Pair> pairs);

struct Calibration {
  std::vector<CalibratedTime> times;
  std::vector<CalibratedCount> counts;
  std::vector<std::string> notes;  // what was skipped, and under which conditions it was measured
  [[nodiscard]] bool pass() const;
};
[[nodiscard]] Json to_document(const Calibration& calibration);
// For a terminal.
[[nodiscard]] std::string calibration_text(const Calibration& calibration);

}  // namespace lynxbench::run
