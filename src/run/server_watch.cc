#include "run/server_watch.h"

#include <utility>

#include "metrics/reconcile.h"
#include "metrics/server_view.h"

namespace lynxbench::run {
namespace {

telemetry::prometheus::ScrapeOptions options_of(const EndpointSpec& endpoint) {
  telemetry::prometheus::ScrapeOptions options;
  options.url = endpoint.metrics_url;
  options.verify = endpoint.certificates == Certificates::kVerify;
  options.ca_file = endpoint.ca_file;
  return options;
}

}  // namespace

Status check_metrics_url(const std::string& url) { return telemetry::prometheus::check_metrics_url(url); }

ServerWatch::ServerWatch(const EndpointSpec& endpoint, Clock& clock)
    : model_(endpoint.model), scraper_(options_of(endpoint), clock) {}

ServerWatch::ServerWatch(const EndpointSpec& endpoint, Clock& clock, telemetry::prometheus::FetchPage fetch)
    : model_(endpoint.model), scraper_(options_of(endpoint), clock, std::move(fetch)) {}

ServerMetrics ServerWatch::take(Nanos epoch) {
  ServerMetrics metrics = scraper_.stop();
  for (ServerScrape& scrape : metrics.scrapes) {
    scrape.begin_ns -= epoch.count();
    scrape.end_ns -= epoch.count();
  }
  metrics::keep_used(metrics);
  return metrics;
}

Reconciliation ServerWatch::stop(const ClientView& client, Nanos epoch) {
  return metrics::reconcile(client, take(epoch), model_);
}

std::unique_ptr<ServerWatch> watch_server(const EndpointSpec& endpoint, Clock& clock) {
  if (endpoint.metrics_url.empty()) return nullptr;
  return std::make_unique<ServerWatch>(endpoint, clock);
}

}  // namespace lynxbench::run
