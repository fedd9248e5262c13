#include "attribution/request_figures.h"

#include <algorithm>
#include <array>
#include <map>

#include "stats/quantile.h"

namespace lynxbench::attribution {
namespace {

constexpr std::array<std::string_view, 9> kStageNames{
    "receive", "queue", "input", "compute", "prefill", "decode", "output", "send", "frontend"};

StageFigure figure_of(std::string_view name, std::vector<std::int64_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  StageFigure figure;
  figure.stage = name;
  for (std::int64_t length : lengths) figure.sum_ns += length;
  figure.p50_ns = *stats::quantile(lengths, 0.50);
  figure.p99_ns = *stats::quantile(lengths, 0.99);
  figure.requests = lengths.size();
  return figure;
}

}  // namespace

std::string_view name_of(RequestStage stage) {
  return kStageNames[static_cast<std::size_t>(stage)];
}

std::optional<RequestFigures> request_figures(const Timeline& timeline) {
  if (timeline.requests.empty()) return std::nullopt;
  RequestFigures figures;
  std::map<RequestStage, std::vector<std::int64_t>> lengths;
  std::vector<std::int64_t> rest;
  for (const TracedRequest& request : timeline.requests) {
    if (request.parent != kNoRow) continue;
    ++figures.requests;
    if (request.failed) ++figures.failed;
    if (!request.begin_ns || !request.end_ns) {
      ++figures.incomplete;
      continue;
    }
    std::int64_t left = *request.end_ns - *request.begin_ns;
    figures.whole_ns += left;
    for (const auto& [stage, ns] : request.stages) {
      lengths[stage].push_back(ns);
      left -= ns;
    }
    rest.push_back(left);
  }
  for (auto& [stage, values] : lengths) {
    figures.stages.push_back(figure_of(name_of(stage), std::move(values)));
  }
  if (!rest.empty()) figures.stages.push_back(figure_of(kUnattributed, std::move(rest)));
  return figures;
}

}  // namespace lynxbench::attribution
