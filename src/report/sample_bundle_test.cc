#include "report/sample_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/digest.h"
#include "base/random.h"
#include "model/json.h"
#include "report/sample_run.h"

namespace lynxbench::report::sample {
namespace {

void add_decision(Contract& contract) {
  contract.name = "sample";
  contract.decision = {"Can one instance on this machine read text lines for the pilot, at 100 lines a second?",
                       "capacity",
                       {.at_least = 100.0, .at_most = {}},
                       "The pilot starts on this machine.",
                       "The pilot waits until the layer with the largest share of the time has been worked on.",
                       "product"};
  contract.metrics = {{"e2e.p95@half", {.at_least = {}, .at_most = 100e6}},
                      {"e2e.p99@unloaded", {.at_least = {}, .at_most = 50e6}},
                      {"errors@half", {.at_least = {}, .at_most = 0.01}}};
  contract.tolerances = {{"throughput@half", 0.05}, {"e2e.p50@half", 0.15}};
  contract.signatories = {"ML research", "ML platform", "infrastructure", "procurement", "facilities", "product"};
  contract.measured_by = "buyer";
  contract.limitations = {
      "One machine, synthetic text lines, minutes and not hours. Thermal equilibrium was not awaited.",
      "Synthetic sample: no server was measured for this document."};
}

Contract contract() {
  Contract contract;
  add_decision(contract);
  contract.workload.model.name = "ppocr-v4-rec";
  contract.workload.input = {160, 16};
  contract.target.serving = {1, 4, Nanos{2'000'000}, 64};
  contract.slo = {0.95, Nanos{100'000'000}};
  contract.load.search = SearchSpec{};
  contract.load.points = {{"unloaded", {Loop::kClosed, Arrival::kPoisson, 1, {}, {}}, Nanos{1'000'000'000}},
                          {"half", {Loop::kOpen, Arrival::kPoisson, 1, {}, 0.5}, Nanos{2'000'000'000}},
                          {"saturation", {Loop::kOpen, Arrival::kPoisson, 1, {}, 1.0}, Nanos{3'000'000'000}}};
  contract.load.profile = ProfileSpec{{"half", "saturation"}, 4, Nanos{2'000'000'000}};
  const std::pair<Layer, std::string> owners[] = {
      {Layer::kApplication, "ML research"},         {Layer::kServing, "ML platform"},
      {Layer::kRuntime, "ML platform"},             {Layer::kFramework, "platform engineering"},
      {Layer::kSystem, "infrastructure"},           {Layer::kAccelerator, "infrastructure"},
      {Layer::kProcurement, "procurement"},         {Layer::kFacility, "facilities"},
      {Layer::kDemand, "product"}};
  for (const auto& [layer, owner] : owners) contract.layers[layer].owner = owner;
  contract.ownership = {
      {TimeClass::kClientLateness, {Layer::kSystem}},
      {TimeClass::kQueue, {Layer::kServing, Layer::kDemand, Layer::kAccelerator}},
      {TimeClass::kBatchingWait, {Layer::kServing}},
      {TimeClass::kPreprocessing, {Layer::kApplication}},
      {TimeClass::kFrameworkOverhead, {Layer::kRuntime, Layer::kFramework}},
      {TimeClass::kComputeBound, {Layer::kApplication, Layer::kRuntime, Layer::kAccelerator}},
      {TimeClass::kMemoryBound, {Layer::kApplication, Layer::kRuntime, Layer::kAccelerator}},
      {TimeClass::kOperatorUnknown, {Layer::kRuntime}},
      {TimeClass::kModelExecution, {Layer::kApplication, Layer::kRuntime, Layer::kAccelerator}},
      {TimeClass::kPostprocessing, {Layer::kApplication}},
      {TimeClass::kInstrument, {}},
      {TimeClass::kUnattributed, {Layer::kServing, Layer::kSystem}}};
  return contract;
}

Fact measured(const std::string& name, const std::string& value, const std::string& source) {
  return {name, Provenance::kMeasured, value, source, "", true};
}
Fact declared(const std::string& name, const std::string& value) {
  return {name, Provenance::kDeclared, value, "contract", "", true};
}
Fact unknown(const std::string& name, const std::string& source, const std::string& reason) {
  return {name, Provenance::kUnknown, "", source, reason, true};
}

Executor executor(const Contract& of) {
  Executor out;
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    out.layers[i].layer = kLayers[i];
    out.layers[i].owner = of.layers.at(kLayers[i]).owner;
  }
  auto facts = [&](Layer layer) -> std::vector<Fact>& {
    return out.layers[static_cast<std::size_t>(layer)].facts;
  };
  facts(Layer::kApplication) = {
      measured("model.digest", sha256_hex("sample model"), "file"),
      measured("model.name", "ppocr-v4-rec", "contract and file"),
      declared("use", "reading text lines")};
  facts(Layer::kServing) = {measured("batch.max", "4", "target"), measured("batch.timeout", "2ms", "target"),
                            measured("instances", "1", "target"), measured("queue.capacity", "64", "target")};
  facts(Layer::kRuntime) = {measured("graph_optimization", "all", "target"),
                            measured("provider", "CPUExecutionProvider", "target"),
                            measured("runtime.version", "1.30.0", "target"), measured("threads", "1", "target"),
                            unknown("library.build", "/proc/self/maps", "the library has no build id")};
  facts(Layer::kFramework) = {unknown("framework.version", "loaded libraries", "no framework is loaded")};
  facts(Layer::kSystem) = {measured("governor", "performance", "/sys/devices/system/cpu"),
                           measured("kernel.release", "6.1.0-sample", "uname"),
                           measured("os.name", "Debian GNU/Linux 12 (bookworm)", "/etc/os-release")};
  facts(Layer::kAccelerator) = {measured("cpu.cores", "8", "/proc/cpuinfo"),
                                measured("cpu.model", "Sample CPU at 2.40 GHz", "/proc/cpuinfo"),
                                unknown("gpu.model", "NVML", "no NVML library on this machine"),
                                measured("memory.total", "32 GiB", "/proc/meminfo")};
  facts(Layer::kProcurement) = {unknown("price", "contract", "nobody declared it")};
  facts(Layer::kFacility) = {unknown("cooling", "contract", "nobody declared it"),
                             unknown("power.cap", "/sys/class/powercap", "no such folder")};
  facts(Layer::kDemand) = {declared("growth", "unknown until the pilot"), declared("slo", "p95 ≤ 100 ms")};
  return out;
}

Manifest manifest(const Contract& of) {
  Manifest out;
  out.tool = "lynxbench 0.1.0";
  out.tool_sha256 = sha256_hex("sample tool");
  out.contract_digest = sha256_hex(canonical_text(Json(of)));
  out.executor_fingerprint = sha256_hex("sample executor");
  out.created = "2026-11-23T06:11:09Z";
  out.complete = true;
  return out;
}

}  // namespace

Bundle complete() {
  Bundle bundle;
  bundle.contract = contract();
  bundle.contract_yaml =
      "# A sample, shortened.\nlynxbench: 1\nname: sample\ndecision:\n"
      "  question: Can one instance on this machine read text lines for the pilot, at 100 lines a second?\n"
      "  figure: capacity\n  at_least: 100/s\n";
  bundle.executor = executor(bundle.contract);
  bundle.manifest = manifest(bundle.contract);
  bundle.run = run(bundle.contract);
  bundle.figures = figures(bundle.contract, bundle.run);
  return bundle;
}

Bundle incomplete() {
  Bundle bundle = complete();
  std::erase_if(bundle.run.phases, [](const Phase& phase) { return phase.session > 1; });
  bundle.run.phases.back().complete = false;
  bundle.run.complete = false;
  bundle.run.incomplete_reason = "interrupted by the user (Ctrl-C) in session 2, warm-up";
  bundle.manifest.complete = false;
  bundle.manifest.incomplete_reason = bundle.run.incomplete_reason;
  for (auto& [id, estimate] : bundle.figures.figures) {
    estimate.low.reset();
    estimate.high.reset();
    estimate.confidence.reset();
    estimate.by_session.resize(std::min<std::size_t>(1, estimate.by_session.size()));
    if (estimate.withheld.empty()) estimate.withheld = "1 session: an interval needs 5";
  }
  for (TargetOutcome& target : bundle.figures.targets) target.verdict = "undecided";
  bundle.figures.decision.verdict = "undecided";
  return bundle;
}

Bundle invalid() {
  Bundle bundle = complete();
  bundle.figures.validity.valid = false;
  bundle.figures.validity.reasons = {
      "session 3, saturation: schedule lag p99 is 12.1 ms; the contract allows 5.00 ms",
      "session 4, half: 3 of 140 requests were due and never sent; the contract allows 0 %"};
  bundle.figures.saturation.pass_per_s.reset();
  bundle.figures.saturation.outcome = "inconclusive: no rate passed twice";
  Estimate& capacity = bundle.figures.figures["capacity"];
  capacity.value.reset();
  capacity.low.reset();
  capacity.high.reset();
  capacity.withheld = "the search was inconclusive: no rate passed twice";
  bundle.figures.decision.verdict = "undecided";
  return bundle;
}

Bundle bare() {
  Bundle bundle;
  bundle.contract = contract();
  bundle.contract.load.profile.reset();
  bundle.executor = executor(bundle.contract);
  bundle.manifest = manifest(bundle.contract);
  bundle.manifest.complete = false;
  bundle.run.complete = false;
  bundle.run.incomplete_reason = "the server did not start";
  bundle.run.ceilings_missing = "the run ended before they were measured";
  bundle.run.telemetry.missing = {"psi: no /proc/pressure on this kernel"};
  bundle.figures.decision = {"capacity", 100.0, {}, "1/s", "undecided", "not measured"};
  bundle.figures.roofline.missing = bundle.run.ceilings_missing;
  return bundle;
}

Bundle hostile() {
  Bundle bundle = complete();
  bundle.contract.decision.question = "</script><script>document.title='owned'</script><!--";
  bundle.contract.decision.if_met = "<img src=x onerror=\"document.title='owned'\">";
  bundle.contract.decision.decided_by = "a\xE2\x80\xAE" "drawkcab\x1b[2J\x07";
  bundle.contract.limitations = {"caf\xC3\xA9 \xE6\xB8\xAC\xE8\xA9\xA6 \xFF\xFE invalid UTF-8"};
  bundle.contract_yaml = "# </script><img src=x onerror=alert(1)> \xE2\x80\xAE\nname: sample\n";
  bundle.executor.layers[0].owner = "</td><b onclick=alert(1)>owner</b>";
  bundle.executor.layers[0].facts[0].value = "]]></script><svg onload=alert(1)>";
  bundle.figures.validity.notices = {"\x1b]0;owned\x07 {{constructor}} ${7*7}"};
  return bundle;
}

Context context() {
  Context out;
  out.bundle_path = "results/sample.lynx";
  out.contract_digest = sha256_hex("sample contract");
  out.bundle_digest = sha256_hex("sample bundle");
  out.fingerprints.whole = sha256_hex("sample executor");
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    out.fingerprints.by_layer[i] = sha256_hex(std::string(name_of(kLayers[i])));
  }
  return out;
}

}  // namespace lynxbench::report::sample
