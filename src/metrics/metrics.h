// The one place where the figures are defined: from when to when, what counts, when withheld.
// docs/methodology.md has the same definitions in words.
//
//   Figures figures = metrics::derive(contract, run, saturation);
//
// Only + - x / and square roots of doubles are used, in a fixed order, so the same raw data give the
// same bits on every machine.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "metrics/stream_times.h"  // IWYU pragma: export
#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// due -> done and sent -> done; nothing unless the request was answered well. The times of streamed
// answers are in metrics/stream_times.h.
[[nodiscard]] std::optional<std::int64_t> e2e_latency_ns(const RequestRecord& record);
[[nodiscard]] std::optional<std::int64_t> service_time_ns(const RequestRecord& record);

// Did this look at one rate keep the SLO? PASS and FAIL are claimed with 95 % confidence that takes
// the correlation of neighbouring requests into account; otherwise INCONCLUSIVE, with the number of
// requests that would tell. Every term of the SLO must be kept; the reason names the one that is not.
//
// `phases`: all measured at the same rate with the same load, the look and its continuations, judged
// together. The start of each (a queue that was empty) is left out.
[[nodiscard]] SearchStep judge(std::span<const Phase* const> phases, const Slo& slo);
[[nodiscard]] SearchStep judge(const Phase& phase, const Slo& slo);

// When the warm-up reached steady state, if it did.
[[nodiscard]] WarmUpFigure judge_warm_up(const Phase& phase, const WarmUpSpec& spec);

// Everything in Figures but breakdowns, owners, operators, roofline, profiling and losses, which
// are attribution's. `saturation` is the search, replayed.
[[nodiscard]] Figures derive(const Contract& contract, const RunRecord& run, Saturation saturation);

// The unit of a figure id: "ns", "1/s", "ratio", "1"; kInvalidArgument (with the nearest id) if
// there is no such figure under this contract.
[[nodiscard]] Result<std::string> unit_of(const std::string& figure, const Contract& contract);

}  // namespace lynxbench::metrics
