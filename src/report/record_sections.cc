#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "model/json.h"
#include "report/sections.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr int kBarColumns = 10;
constexpr std::size_t kUnknownFacts = 12;

void print_unknown_facts(Paper& paper, const Executor& executor) {
  std::size_t printed = 0, all = 0;
  for (const LayerRecord& layer : executor.layers) {
    for (const Fact& fact : layer.facts) {
      if (fact.provenance != Provenance::kUnknown) continue;
      if (++all > kUnknownFacts) continue;
      ++printed;
      paper.item(fmt::format("{}/{} unknown: {}", name_of(layer.layer), fact.name,
                             fact.reason.empty() ? "no reason is on record" : fact.reason));
    }
  }
  if (all > printed) {
    paper.item(fmt::format("{} further unknown facts; the JSON report has them", all - printed));
  }
}

void print_warm_ups(Paper& paper, const std::vector<WarmUpFigure>& warm_ups) {
  if (warm_ups.empty()) {
    paper.paragraph("Warm-up: not measured: none is on record", Tone::kWarning);
    return;
  }
  auto steady = std::count_if(warm_ups.begin(), warm_ups.end(),
                              [](const WarmUpFigure& figure) { return figure.steady; });
  auto [least, most] = std::minmax_element(
      warm_ups.begin(), warm_ups.end(),
      [](const WarmUpFigure& a, const WarmUpFigure& b) { return a.length_ns < b.length_ns; });
  std::uint64_t requests = 0;
  for (const WarmUpFigure& figure : warm_ups) requests += figure.requests;
  paper.paragraph(
      fmt::format("Warm-up: {} of {} sessions reached steady state, after {}; {} requests excluded.",
                  steady, warm_ups.size(),
                  range_text(static_cast<double>(least->length_ns), static_cast<double>(most->length_ns), "ns"),
                  grouped(requests)));
  for (const WarmUpFigure& figure : warm_ups) {
    if (!figure.steady) paper.item(fmt::format("session {}: {}", figure.session, figure.reason), Tone::kWarning);
  }
}

}  // namespace

void print_executor(Paper& paper, const Bundle& bundle) {
  paper.heading("The executor by layer");
  Table table{{{.title = "layer"},
               {.title = "owner", .wrap_to = 12},
               {.title = "known", .align = Align::kRight},
               {.title = ""},
               {.title = "measured", .align = Align::kRight, .drop = 2},
               {.title = "declared", .align = Align::kRight, .drop = 2},
               {.title = "unknown", .align = Align::kRight, .drop = 1}},
              {}};
  for (const LayerRecord& layer : bundle.executor.layers) {
    Completeness counted = completeness(layer);
    double share = counted.total() == 0 ? 0
                                        : static_cast<double>(counted.known()) / static_cast<double>(counted.total());
    bool complete = counted.total() > 0 && counted.unknown == 0;
    table.rows.push_back({{std::string(name_of(layer.layer))},
                          {layer.owner.empty() ? "unknown" : layer.owner},
                          {counted.total() == 0 ? "no facts" : fmt::format("{}/{}", counted.known(), counted.total())},
                          {bar(share, kBarColumns), complete ? Tone::kGood : Tone::kWarning},
                          {grouped(counted.measured)},
                          {grouped(counted.declared)},
                          {grouped(counted.unknown)}});
  }
  paper.table(table);
  print_unknown_facts(paper, bundle.executor);
}

void print_validity(Paper& paper, const Bundle& bundle) {
  const Validity& validity = bundle.figures.validity;
  paper.heading("Validity");
  if (validity.valid) {
    paper.paragraph("Valid: the client was not the bottleneck.", Tone::kGood);
  } else {
    paper.paragraph("Not valid:", Tone::kBad);
  }
  for (const std::string& reason : validity.reasons) paper.item(reason, Tone::kBad);
  for (const std::string& notice : validity.notices) paper.item(notice, Tone::kWarning);
  print_warm_ups(paper, bundle.figures.warm_ups);
  std::vector<LeftOut> omitted = left_out(bundle);
  paper.paragraph(omitted.empty() ? "Nothing was left out of the figures." : "Left out of the figures:");
  for (const LeftOut& item : omitted) {
    paper.item(fmt::format("{} × {}: {}", grouped(item.count), item.what, item.why));
  }
}

void print_record(Paper& paper, const Bundle& bundle, const Context& context) {
  paper.heading("Record");
  auto known = [](const std::string& text) { return text.empty() ? std::string("unknown") : text; };
  paper.labelled("Contract", known(bundle.contract.name) + ", digest " + known(context.contract_digest));
  paper.labelled("Executor", "fingerprint " + known(context.fingerprints.whole));
  if (!context.bundle_digest.empty()) paper.labelled("Bundle digest", context.bundle_digest);
  paper.labelled("Bundle", known(context.bundle_path));
  std::string seal = context.intact ? "as it was sealed" : "NOT as it was sealed";
  paper.labelled("Seal", bundle.manifest.complete ? seal + ", complete" : seal + ", incomplete",
                 context.intact && bundle.manifest.complete ? Tone::kGood : Tone::kBad);
  paper.labelled("Signatures", bundle.contract.signatories.empty()
                                   ? "none: the contract names no team"
                                   : "none; not the cross-team contract until signed by " +
                                         joined(bundle.contract.signatories, "and"));
  paper.labelled("Reproduce", verify_command(context), Tone::kStrong);
}

}  // namespace lynxbench::report
