#include "telemetry/prometheus/scraper.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread_time.h"
#include "net/fetch.h"
#include "net/url.h"
#include "protocol/exposition.h"
#include "telemetry/prometheus/triton_statistics.h"

namespace lynxbench::telemetry::prometheus {
namespace {

bool is_statistics(const std::string& url) {
  std::string_view path = std::string_view(url).substr(0, url.find_first_of("?#"));
  return path.ends_with("/stats");
}

void fill_from_text(ServerScrape& scrape, const std::string& body) {
  protocol::Exposition found = protocol::parse_exposition(body);
  scrape.malformed = found.malformed;
  if (!found.malformed_lines.empty()) {
    const protocol::MalformedLine& first = found.malformed_lines.front();
    scrape.malformed_where = fmt::format("line {}, column {}: {}", first.line, first.column, first.what);
  }
  scrape.samples = std::move(found.samples);
  if (!scrape.samples.empty()) return;
  scrape.failure = found.malformed > 0 ? "no metrics in it; " + scrape.malformed_where : "no metrics in it";
}

std::string public_url(const std::string& url) {
  Result<net::Url> parsed = net::parse_url(url);
  return parsed.ok() ? parsed->public_text() : "(no URL)";
}

}  // namespace

FetchPage fetch_over_http(bool verify, const std::optional<std::string>& ca_file) {
  return [verify, ca_file](const std::string& url, Nanos timeout) -> Result<Page> {
    net::Fetch request;
    request.url = url;
    request.tls = {.verify = verify, .ca_file = ca_file, .alpn = {}};
    net::FetchReply reply = TRY(net::fetch(request, timeout));
    return Page{reply.status, std::move(reply.body)};
  };
}

Status check_metrics_url(const std::string& url) {
  net::Url parsed = TRY(net::parse_url(url));
  if (parsed.scheme == "http" || parsed.scheme == "https") return ok_status();
  return error(ErrorCode::kInvalidArgument, "\"{}\" is not read over HTTP: http:// or https:// and a host", url);
}

Scraping::Scraping(ScrapeOptions options, Clock& clock, FetchPage fetch)
    : options_(std::move(options)), clock_(clock), fetch_(std::move(fetch)), period_(options_.period) {
  found_.source = public_url(options_.url);
}

ServerScrape Scraping::one() {
  const Nanos ran = thread_time().ran;
  ServerScrape scrape;
  scrape.begin_ns = (clock_.now() - options_.epoch).count();
  Result<Page> page = fetch_(options_.url, options_.timeout);
  scrape.end_ns = (clock_.now() - options_.epoch).count();
  if (page.ok()) scrape.bytes = page->body.size();
  if (!page.ok()) {
    scrape.failure = page.error().message;
  } else if (page->status != 200) {
    scrape.failure = fmt::format("HTTP status {}", page->status);
  } else if (is_statistics(options_.url)) {
    Result<std::vector<MetricSample>> samples = parse_triton_statistics(page->body);
    if (samples.ok()) scrape.samples = std::move(*samples);
    if (!samples.ok()) scrape.failure = samples.error().text();
  } else {
    fill_from_text(scrape, page->body);
  }
  found_.cpu_ns += (thread_time().ran - ran).count();
  return scrape;
}

void Scraping::read(Moment moment) {
  ServerScrape scrape = one();
  if (moment == Moment::kDuring) {
    std::erase_if(scrape.samples, [](const MetricSample& sample) { return sample.name.ends_with("_bucket"); });
    ++during_;
  }
  found_.scrapes.push_back(std::move(scrape));
  is_edge_.push_back(moment == Moment::kEdge);
  if (during_ > kMostDuring) thin();
}

void Scraping::thin() {
  std::vector<ServerScrape> kept;
  std::vector<bool> kept_edge;
  bool keep = false;
  during_ = 0;
  for (std::size_t i = 0; i < found_.scrapes.size(); ++i) {
    if (!is_edge_[i]) keep = !keep;
    if (!is_edge_[i] && !keep) continue;
    kept.push_back(std::move(found_.scrapes[i]));
    kept_edge.push_back(is_edge_[i]);
    during_ += is_edge_[i] ? 0 : 1;
  }
  found_.scrapes = std::move(kept);
  is_edge_ = std::move(kept_edge);
  period_ *= 2;
}

ServerMetrics Scraping::take() {
  found_.period_ns = period_.count();
  bool any = false;
  for (const ServerScrape& scrape : found_.scrapes) any = any || scrape.failure.empty();
  if (!any) found_.missing = found_.scrapes.empty() ? "never read" : found_.scrapes.front().failure;
  is_edge_.clear();
  return std::move(found_);
}

struct Scraper::State {
  const ScrapeOptions options;
  Clock& clock;
  Scraping scraping;
  std::mutex mutex;
  std::condition_variable ended;
  bool ending = false;
  std::string first_failure;
  std::thread thread;

  State(const ScrapeOptions& chosen, Clock& on_clock, FetchPage fetch)
      : options(chosen), clock(on_clock), scraping(chosen, on_clock, std::move(fetch)) {
    scraping.read(Scraping::Moment::kEdge);
    first_failure = scraping.scrapes().front().failure;
    thread = std::thread([this] { loop(); });
  }

  void loop() {
    pthread_setname_np(pthread_self(), "lynx-scrape");
    while (!wait(scraping.period())) scraping.read(Scraping::Moment::kDuring);
  }
  // True: it is over.
  bool wait(Nanos length) {
    std::unique_lock lock(mutex);
    return ended.wait_for(lock, length, [this] { return ending; });
  }
  void end() {
    if (!thread.joinable()) return;
    {
      std::lock_guard lock(mutex);
      ending = true;
    }
    ended.notify_one();
    thread.join();
  }
};

Scraper::Scraper(const ScrapeOptions& options, Clock& clock)
    : Scraper(options, clock, fetch_over_http(options.verify, options.ca_file)) {}

Scraper::Scraper(const ScrapeOptions& options, Clock& clock, FetchPage fetch)
    : state_(std::make_unique<State>(options, clock, std::move(fetch))) {}

Scraper::~Scraper() { state_->end(); }

const std::string& Scraper::first_failure() const { return state_->first_failure; }

ServerMetrics Scraper::stop() {
  state_->end();
  state_->scraping.read(Scraping::Moment::kEdge);
  state_->clock.sleep_until(state_->clock.now() + state_->options.settle);
  state_->scraping.read(Scraping::Moment::kEdge);
  return state_->scraping.take();
}

}  // namespace lynxbench::telemetry::prometheus
