// Reads a server's own figures around one load and holds them against the client's.
//
//   ServerWatch watch(contract.target.endpoint, clock);   // reads once: before the load
//   ... the load ...
//   Reconciliation found = watch.stop(client_view, epoch);  // reads twice, half a second apart
//
// A server whose figures cannot be read is no failure: the reconciliation then says why there is none.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/server_metrics.h"
#include "model/server_view.h"
#include "telemetry/prometheus/scraper.h"

namespace lynxbench::run {

// kInvalidArgument for what is no URL of http or https.
[[nodiscard]] Status check_metrics_url(const std::string& url);

class ServerWatch {
 public:
  // Reads endpoint.metrics_url in this thread, then once a second in one of its own. `clock` must
  // outlive it.
  ServerWatch(const EndpointSpec& endpoint, Clock& clock);
  // The same with another way of reading, for tests.
  ServerWatch(const EndpointSpec& endpoint, Clock& clock, telemetry::prometheus::FetchPage fetch);

  // Why the reading before the load failed; empty: it did not.
  [[nodiscard]] const std::string& first_failure() const { return scraper_.first_failure(); }

  // Once, after the last answer. `client`: of all requests since the watch was made, in times since `epoch`.
  [[nodiscard]] Reconciliation stop(const ClientView& client, Nanos epoch);
  // Or the readings alone, as far as a view is made of them.
  [[nodiscard]] ServerMetrics take(Nanos epoch);

 private:
  std::string model_;
  telemetry::prometheus::Scraper scraper_;
};

// Nothing where endpoint.metrics_url is empty.
[[nodiscard]] std::unique_ptr<ServerWatch> watch_server(const EndpointSpec& endpoint, Clock& clock);

}  // namespace lynxbench::run
