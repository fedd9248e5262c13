#include "attribution/kernel/kernel_roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "attribution/kernel/roofline_table.h"
#include "attribution/kernel/torch_cost.h"

namespace lynxbench::attribution {
namespace {

// The costs of a timeline's operators, each (name, shapes, types, inputs) worked out once.
class OperatorCosts {
 public:
  explicit OperatorCosts(const Timeline& timeline) : timeline_(timeline) {
    rows_.resize(timeline.operators.size(), nullptr);
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = cost_of_row(i);
  }
  // Of row `i` of timeline.operators; null when there is none.
  [[nodiscard]] const TorchCost* operator[](std::size_t i) const { return rows_[i]; }

 private:
  const TorchCost* cost_of_row(std::size_t i) {
    const OperatorFacts& facts = timeline_.operators[i];
    const NameId name = timeline_.host.name[facts.host_row];
    const auto [found, is_new] =
        known_.try_emplace({name, facts.shapes, facts.types, facts.inputs}, std::nullopt);
    if (is_new) {
      found->second = torch_cost(timeline_.names[name], timeline_.names[facts.shapes],
                                 timeline_.names[facts.types], timeline_.names[facts.inputs]);
    }
    return found->second ? &*found->second : nullptr;
  }

  const Timeline& timeline_;
  std::map<std::tuple<NameId, NameId, NameId, NameId>, std::optional<TorchCost>> known_;
  std::vector<const TorchCost*> rows_;
};

// Whether host row `outer`, which stands before `inner`, lies around it.
bool encloses(const HostTable& host, std::uint32_t outer, std::uint32_t inner) {
  return host.thread[outer] == host.thread[inner] && host.end_ns[outer] >= host.end_ns[inner];
}

// For each row of timeline.calls the innermost operator around it that has a cost; kNoRow: none.
std::vector<std::uint32_t> operators_of_calls(const Timeline& timeline,
                                              const OperatorCosts& costs) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_row;  // host row, call
  for (std::uint32_t call = 0; call < timeline.calls.size(); ++call) {
    by_row.emplace_back(timeline.calls.host_row[call], call);
  }
  std::sort(by_row.begin(), by_row.end());
  std::vector<std::uint32_t> result(timeline.calls.size(), kNoRow);
  std::vector<std::uint32_t> open;  // rows of timeline.operators around, innermost last
  std::uint32_t next = 0;
  for (const auto& [host_row, call] : by_row) {
    const auto leave = [&](std::uint32_t inner) {
      while (!open.empty() &&
             !encloses(timeline.host, timeline.operators[open.back()].host_row, inner)) {
        open.pop_back();
      }
    };
    for (; next < timeline.operators.size() && timeline.operators[next].host_row < host_row;
         ++next) {
      leave(timeline.operators[next].host_row);
      if (costs[next] != nullptr) open.push_back(next);
    }
    leave(host_row);
    if (!open.empty()) result[call] = open.back();
  }
  return result;
}

// The kernels of one operator call.
struct OperatorKernels {
  std::int64_t ns = 0;
  NameId kernel = 0;  // the first one's name
};

// Kernels that say so in their name work in reduced precision whatever the tensors' type is.
Precision precision_used(const TorchCost& cost, std::string_view kernel) {
  const bool tf32 = kernel.find("tf32") != std::string_view::npos;
  if (!cost.on_matrix_units) return Precision::kFp32;
  return cost.precision == Precision::kFp32 && tf32 ? Precision::kTf32 : cost.precision;
}

class KernelSum {
 public:
  KernelSum(const Timeline& timeline, const DeviceClasses& classes,
            const std::vector<DeviceCeilings>& given)
      : timeline_(timeline), classes_(classes), given_(given), costs_(timeline),
        operators_(operators_of_calls(timeline, costs_)) {
    result_.bounds.resize(timeline.device.size(), KernelBound::kUnknown);
  }

  KernelRoofline run() {
    for (std::size_t row = 0; row < timeline_.device.size(); ++row) {
      if (classes_.of[row] == DeviceClass::kCompute) add_kernel(row);
    }
    for (const auto& [key, kernels] : kernels_) place(key, kernels);
    for (std::size_t row = 0; row < timeline_.device.size(); ++row) set_bound(row);
    for (auto& [id, table] : tables_) {
      result_.devices.emplace(id, std::move(table).finish(timeline_.names));
    }
    return std::move(result_);
  }

 private:
  using Key = std::pair<std::int64_t, std::uint32_t>;  // device, row of timeline.operators

  [[nodiscard]] std::int64_t device_of(std::size_t row) const {
    return timeline_.lanes[timeline_.device.lane[row]].device;
  }
  [[nodiscard]] std::uint32_t operator_of(std::size_t row) const {
    const std::uint32_t call = timeline_.device.call[row];
    return call == kNoRow ? kNoRow : operators_[call];
  }

  void add_kernel(std::size_t row) {
    RooflineTable& table = table_of(device_of(row));
    const std::int64_t ns = timeline_.device.end_ns[row] - timeline_.device.begin_ns[row];
    const std::uint32_t op = operator_of(row);
    if (op == kNoRow) {
      const bool launched = timeline_.device.call[row] != kNoRow;
      table.add_unknown(launched ? "no operator with shapes and a cost model around the launch"
                                 : "no launch in the file",
                        1, ns);
      return;
    }
    OperatorKernels& kernels = kernels_[{device_of(row), op}];
    if (kernels.ns == 0) kernels.kernel = timeline_.device.name[row];
    kernels.ns += ns;
  }

  RooflineTable& table_of(std::int64_t id) {
    const auto found = tables_.find(id);
    if (found != tables_.end()) return found->second;
    TraceDevice known;
    for (const TraceDevice& one : timeline_.devices) {
      if (one.id == id) known = one;
    }
    std::optional<DeviceCeilings> ceilings = ceilings_of(known, given_);
    std::string missing;
    if (!ceilings) {
      missing = known.name.empty()
                    ? "the file does not name the device, so its ceilings are unknown"
                    : fmt::format("no ceilings are known of \"{}\"", known.name);
    }
    return tables_.emplace(id, RooflineTable(std::move(ceilings), std::move(missing)))
        .first->second;
  }

  void place(const Key& key, const OperatorKernels& kernels) {
    const TorchCost& cost = *costs_[key.second];
    const OperatorFacts& facts = timeline_.operators[key.second];
    bounds_[key] = tables_.at(key.first)
                       .add({timeline_.host.name[facts.host_row], facts.shapes, facts.types, 0},
                            {.flops = cost.flops,
                             .bytes = cost.bytes,
                             .precision = precision_used(cost, timeline_.names[kernels.kernel]),
                             .ns = kernels.ns});
  }

  void set_bound(std::size_t row) {
    if (classes_.of[row] != DeviceClass::kCompute) return;
    const auto found = bounds_.find({device_of(row), operator_of(row)});
    if (found != bounds_.end()) result_.bounds[row] = found->second;
  }

  const Timeline& timeline_;
  const DeviceClasses& classes_;
  const std::vector<DeviceCeilings>& given_;
  OperatorCosts costs_;
  std::vector<std::uint32_t> operators_;
  std::map<Key, OperatorKernels> kernels_;
  std::map<Key, KernelBound> bounds_;
  std::map<std::int64_t, RooflineTable> tables_;
  KernelRoofline result_;
};

}  // namespace

KernelRoofline kernel_roofline(const Timeline& timeline, const DeviceClasses& classes,
                               const std::vector<DeviceCeilings>& given) {
  return KernelSum(timeline, classes, given).run();
}

}  // namespace lynxbench::attribution
