// Reads a server's own figures before, during and after a load, from a thread of its own: the load
// threads never wait for it.
//
//   Scraper scraper({.url = "http://localhost:8000/metrics", .epoch = epoch}, clock);  // reads once
//   ... the load ...
//   ServerMetrics metrics = scraper.stop();     // reads once more, and again when it has settled
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/server_metrics.h"

namespace lynxbench::telemetry::prometheus {

struct ScrapeOptions {
  std::string url;               // Prometheus text, or Triton's statistics where the path ends in /stats
  Nanos period{1'000'000'000};   // during the load
  Nanos timeout{2'000'000'000};  // of one reading
  Nanos settle{500'000'000};     // servers count a request some time after its last byte
  Nanos epoch{0};                // zero of all times
  bool verify = true;            // https: the server's certificate
  std::optional<std::string> ca_file{};  // PEM; trusted instead of the system's
};

struct Page {
  int status = 0;
  std::string body;
};
using FetchPage = std::function<Result<Page>(const std::string& url, Nanos timeout)>;
// A new connection for each reading: one that is left open would take one of the server's.
[[nodiscard]] FetchPage fetch_over_http(bool verify, const std::optional<std::string>& ca_file);

// kInvalidArgument for what is no URL of http or https, naming the part.
[[nodiscard]] Status check_metrics_url(const std::string& url);

// The readings without their thread. Threads: one at a time.
class Scraping {
 public:
  Scraping(ScrapeOptions options, Clock& clock, FetchPage fetch);

  // One reading, kept. One that fails is kept with its reason. Of readings in the middle of a load the
  // buckets of histograms are left out, and of more than kMostDuring every second one is dropped and
  // the period doubled: memory does not grow with the load's length.
  enum class Moment { kEdge, kDuring };
  void read(Moment moment);

  [[nodiscard]] Nanos period() const { return period_; }
  [[nodiscard]] const std::vector<ServerScrape>& scrapes() const { return found_.scrapes; }
  // ServerMetrics::missing is the first reading's failure when none had samples.
  [[nodiscard]] ServerMetrics take();

  static constexpr std::size_t kMostDuring = 1000;

 private:
  [[nodiscard]] ServerScrape one();
  void thin();

  ScrapeOptions options_;
  Clock& clock_;
  FetchPage fetch_;
  Nanos period_;
  ServerMetrics found_;
  std::vector<bool> is_edge_;  // of found_.scrapes
  std::size_t during_ = 0;
};

class Scraper {
 public:
  // Reads once in the calling thread, before the load: returns after that (options.timeout at most).
  Scraper(const ScrapeOptions& options, Clock& clock);
  Scraper(const ScrapeOptions& options, Clock& clock, FetchPage fetch);
  ~Scraper();
  Scraper(const Scraper&) = delete;
  Scraper& operator=(const Scraper&) = delete;

  // Of the reading before the load: why it failed; empty: it did not.
  [[nodiscard]] const std::string& first_failure() const;

  // Once. Reads twice, options.settle apart.
  [[nodiscard]] ServerMetrics stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::telemetry::prometheus
