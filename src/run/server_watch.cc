#include "run/server_watch.h"

#include <utility>

#include "metrics/reconcile.h"

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

Reconciliation ServerWatch::stop(const ClientView& client, Nanos epoch) {
  ServerMetrics metrics = scraper_.stop();
  for (ServerScrape& scrape : metrics.scrapes) {
    scrape.begin_ns -= epoch.count();
    scrape.end_ns -= epoch.count();
  }
  return metrics::reconcile(client, metrics, model_);
}

}  // namespace lynxbench::run
