// How each server calls its figures. Inside metrics only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace lynxbench::metrics {

// Where a time is kept. Either a histogram or summary `name` (name_sum, name_count, name_bucket), or
// two counters, `name` and `count` of their own.
struct DurationSource {
  std::string_view role;             // ServerView::durations
  std::string_view name;
  double unit_s = 1;                 // seconds in one unit
  std::string_view count{};          // nothing: name_count
  std::string_view label{};          // only series with this label ...
  std::string_view label_value{};    // ... of this value
};

// A counter, or several of which only some label values count.
struct CountSource {
  std::string_view role;             // ServerView::counts
  std::string_view name;
  std::string_view label{};
  std::vector<std::string_view> with{};     // those values of the label alone
  std::vector<std::string_view> without{};  // or: all but those
};

struct GaugeSource {
  std::string_view role;             // ServerView::gauges
  std::string_view name;
};

struct Absent {
  std::string_view role;
  std::string_view why;
};

struct Dialect {
  std::string_view server;                // "vLLM"
  std::vector<std::string_view> marks;    // a name that begins with one of them is this server's
  std::string_view model_label;           // "model_name"
  std::vector<DurationSource> durations;  // of one role, the first that is there
  std::vector<CountSource> counts;
  std::vector<GaugeSource> gauges;
  std::vector<std::string_view> parts;    // of e2e
  std::vector<Absent> absent;             // what this server is known not to tell
};

// In the order in which they are tried: a server of language models that runs inside Triton tells its
// own figures beside Triton's, and they say more.
[[nodiscard]] std::span<const Dialect> dialects();

}  // namespace lynxbench::metrics
