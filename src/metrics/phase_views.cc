#include "metrics/phase_views.h"

#include <algorithm>

#include "metrics/client_view.h"
#include "metrics/reconcile.h"

namespace lynxbench::metrics {

std::vector<PhaseServerView> phase_views(const Contract& contract, const RunRecord& run) {
  std::vector<PhaseServerView> views;
  for (const PhaseServerMetrics& read : run.server_metrics) {
    auto phase = std::find_if(run.phases.begin(), run.phases.end(), [&](const Phase& one) { return one.id == read.phase; });
    if (phase == run.phases.end()) continue;
    ClientViewTally client;
    for (const RequestRecord& record : phase->requests) client.add(record);
    views.push_back({.phase = phase->id, .session = phase->session, .point = phase->point,
                     .reconciliation = reconcile(client.view(), read.metrics, contract.target.endpoint.model)});
  }
  return views;
}

}  // namespace lynxbench::metrics
