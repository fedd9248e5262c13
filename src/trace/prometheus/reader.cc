#include "trace/prometheus/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"
#include "protocol/exposition.h"
#include "trace/loss_count.h"
#include "trace/prometheus/readings.h"
#include "trace/prometheus/series_names.h"

namespace lynxbench::trace::prometheus {
namespace {

constexpr std::string_view kFormat = "Prometheus metrics";
constexpr std::string_view kInstanceLabel = "GPU_I_ID";

bool is_comment_of_ours(std::string_view line) {
  return line.starts_with("# HELP ") || line.starts_with("# TYPE ") || scraped_at_ns(line);
}

// A sample, and more than a word and a number, which many texts have.
bool is_sample(std::string_view line) {
  const protocol::Exposition found = protocol::parse_exposition(line);
  return found.samples.size() == 1 && !found.samples[0].name.ends_with(':') &&
         line.find_first_of("_:{") != std::string_view::npos;
}

bool recognises(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = trim(head.substr(0, end));
    if (is_comment_of_ours(line)) return true;
    if (!line.empty() && !line.starts_with('#')) return line.size() < 4096 && is_sample(line);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return false;
}

// Blanks, commas and quotes in a value would make two sets of labels look alike.
std::string label_text(std::string_view name, std::string_view value) {
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != ',' && c != '=' && c != '"' && c != '\\';
  });
  if (plain) return fmt::format("{}={}", name, value);
  std::string quoted;
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return fmt::format("{}=\"{}\"", name, quoted);
}

class MetricsReader {
 public:
  explicit MetricsReader(ByteSource& source) : source_(source), readings_(source, losses_) {}

  Result<Timeline> read() {
    while (std::optional<Reading> reading = readings_.next()) take(*reading);
    if (series_.empty()) {
      return Error{ErrorCode::kInvalidInput,
                   "has no sample in the text format of Prometheus (name{label=\"value\"} number)",
                   source_.name()};
    }
    finish();
    return std::move(timeline_);
  }

 private:
  struct Series {
    TraceSeries series;
    std::size_t host = 0;  // of hosts_
  };

  void take(const Reading& reading) {
    protocol::Exposition found = protocol::parse_exposition(reading.text);
    for (auto& [name, family] : found.families) families_[name] = std::move(family);
    all_timed_ = all_timed_ && reading.at_ns.has_value();
    if (reading.at_ns && last_ns_ && *reading.at_ns < *last_ns_) {
      losses_.add(Severity::kLoss, "reading before the one above it", reading.byte);
    }
    if (reading.at_ns) last_ns_ = reading.at_ns;
    times_.push_back(reading.at_ns.value_or(0));
    for (const MetricSample& sample : found.samples) take(sample, reading.byte);
    count_left_out(found, reading);
  }

  void count_left_out(const protocol::Exposition& found, const Reading& reading) {
    if (found.malformed > 0) {
      const protocol::MalformedLine& first = found.malformed_lines.front();
      losses_.add_all(Severity::kLoss, "line that is no sample", found.malformed,
                      fmt::format("line {} after byte {}: {}", first.line, reading.byte,
                                  first.what));
    }
    losses_.add_all(Severity::kNotice, "time of a sample by the server's clock, not used",
                    found.timestamps, fmt::format("after byte {}", reading.byte));
  }

  void take(const MetricSample& sample, std::size_t byte) {
    ++timeline_.events;
    if (sample.name.empty()) return;
    Series& to = series_of(sample, byte);
    if (is_missing(sample)) {
      ++to.series.missing;
      return;
    }
    to.series.at_ns.push_back(static_cast<std::int64_t>(times_.size()) - 1);
    to.series.value.push_back(sample.value);
  }

  // Labels that name hosts are left out; where a file has several hosts, they are numbered.
  Series& series_of(const MetricSample& sample, std::size_t byte) {
    std::string hosts;
    std::string labels;
    for (const auto& [name, value] : sample.labels) {
      std::string& to = names_a_host(name) ? hosts : labels;
      if (!to.empty()) to += ',';
      to += label_text(name, value);
      if (names_a_host(name)) {
        losses_.add(Severity::kNotice, "label that names a host, not kept", byte);
      } else if (name == kInstanceLabel && !value.empty()) {
        has_instances_ = true;
      }
    }
    const std::size_t host = host_number(std::move(hosts));
    const auto [found, is_new] =
        index_.try_emplace({sample.name, labels, host}, series_.size());
    if (is_new) {
      Series& added = series_.emplace_back();
      added.host = host;
      added.series.name = sample.name;
      added.series.labels = std::move(labels);
      added.series.device = device_of(sample.labels);
      if (added.series.device) devices_.try_emplace(*added.series.device);
    }
    return series_[found->second];
  }

  // From 1, in the order in which they are met; 0: no label names one.
  std::size_t host_number(std::string labels) {
    if (labels.empty()) return 0;
    return hosts_.try_emplace(std::move(labels), hosts_.size() + 1).first->second;
  }

  [[nodiscard]] const protocol::MetricFamily* family_of(const std::string& name) const {
    auto found = families_.find(name);
    if (found == families_.end()) found = families_.find(std::string(family_name(name)));
    return found == families_.end() ? nullptr : &found->second;
  }

  void finish() {
    for (Series& one : series_) finish(one);
    for (const auto& [id, unused] : devices_) {
      TraceDevice& device = timeline_.devices.emplace_back();
      device.id = id;
    }
    if (has_instances_) {
      timeline_.notes.emplace_back(
          "series with GPU_I_ID are of MIG instances and repeat what their device says: do not sum "
          "them");
    }
    say_clock();
    timeline_.bytes = readings_.bytes();
    timeline_.losses = losses_.take();
  }

  void finish(Series& one) {
    TraceSeries& series = one.series;
    MetricSample like{series.name, {}, 0};
    for (const char* label : {"le", "quantile"}) {
      if (has_label(series.labels, label)) like.labels.emplace_back(label, "");
    }
    SampleKind kind = kind_of(like, family_of(series.name));
    series.unit = std::move(kind.unit);
    series.kind = kind.kind;
    if (hosts_.size() > 1 && one.host > 0) {
      const char* comma = series.labels.empty() ? "" : ",";
      series.labels = fmt::format("host={}{}{}", one.host, comma, series.labels);
    }
    if (all_timed_) {
      for (std::size_t i = 0; i < series.at_ns.size(); ++i) {
        series.at_ns[i] = times_[static_cast<std::size_t>(series.at_ns[i])];
      }
    }
    timeline_.series.push_back(std::move(series));
  }

  static bool has_label(std::string_view labels, std::string_view name) {
    const std::string begin = fmt::format("{}=", name);
    return labels.starts_with(begin) || labels.find("," + begin) != std::string_view::npos;
  }

  void say_clock() {
    TraceClock& clock = timeline_.clock;
    if (all_timed_) {
      clock = {TraceClock::Kind::kWall, 0, "# scraped"};
      return;
    }
    clock = {TraceClock::Kind::kSamples, std::nullopt, "no time in the text"};
    timeline_.notes.push_back(
        last_ns_ ? "a reading has no \"# scraped\" time, so that all are counted"
                 : "the text has no time: readings are counted (a line \"# scraped SECONDS\" before "
                   "each gives it)");
  }

  ByteSource& source_;
  LossCount losses_;
  Readings readings_;
  Timeline timeline_;
  std::map<std::string, protocol::MetricFamily> families_;
  std::vector<Series> series_;
  std::map<std::tuple<std::string, std::string, std::size_t>, std::size_t> index_;
  std::map<std::string, std::size_t> hosts_;  // labels that name one -> its number
  std::map<std::int64_t, Unit> devices_;
  std::vector<std::int64_t> times_;  // of the readings
  bool all_timed_ = true;
  bool has_instances_ = false;
  std::optional<std::int64_t> last_ns_;  // of the last reading that had a time
};

Result<Timeline> read(ByteSource& source, const ReadOptions&) {
  return MetricsReader(source).read();
}

}  // namespace

Reader reader() { return {kFormat, &recognises, &read}; }

}  // namespace lynxbench::trace::prometheus
