// A server's own metrics of different makes as one view of a load: deltas of its counters between the
// reading before the load and the one after, means of its gauges over the readings in between.
//
//   ServerView view = server_view(metrics, "org/model-8b", client.begin_ns, client.end_ns);
//   view.durations.at("queue").mean_s
//
// A counter that went back means that the server was restarted: then nothing counted is given.
// Pure functions: any thread.
#pragma once

#include <cstdint>
#include <string>

#include "model/server_metrics.h"
#include "model/server_view.h"

namespace lynxbench::metrics {

// Every role of ServerView is there, with its reason where it has no value. `model`: whose series to
// take, where the server has any of that name; else all. The load lasted from `begin_ns` to `end_ns`
// (since the epoch, as the readings).
[[nodiscard]] ServerView server_view(const ServerMetrics& metrics, const std::string& model,
                                     std::int64_t begin_ns, std::int64_t end_ns);

// Leaves out the samples that no view is made of: what a bundle need not keep.
void keep_used(ServerMetrics& metrics);

}  // namespace lynxbench::metrics
