#include "attribution/kernel/host_roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "attribution/device/host_sweep.h"
#include "attribution/kernel/node_cost.h"
#include "attribution/kernel/roofline_table.h"
#include "attribution/kernel/torch_cost.h"

namespace lynxbench::attribution {
namespace {

constexpr std::string_view kFramework = "CPU";

// ONNX Runtime's providers that compute in the time of the node. Of the others a node's time is that of
// asking for work which goes on elsewhere.
constexpr std::array<std::string_view, 5> kHostProviders{
    "CPUExecutionProvider", "DnnlExecutionProvider", "XnnpackExecutionProvider",
    "ACLExecutionProvider", "ArmNNExecutionProvider"};

struct Price {
  std::optional<PricedWork> work;  // without its time
  std::string why;                 // no work
};

// The prices of a timeline's operators, each different one worked out once.
class Prices {
 public:
  explicit Prices(const Timeline& timeline) : timeline_(timeline) {}

  // Of row `i` of timeline.operators. Valid as long as this.
  const Price& operator[](std::size_t i) {
    const OperatorFacts& facts = timeline_.operators[i];
    const NodeFacts node = facts.node == kNoRow ? NodeFacts{} : timeline_.nodes[facts.node];
    const NameId name = facts.node == kNoRow ? timeline_.host.name[facts.host_row] : node.op_type;
    const auto [found, is_new] = known_.try_emplace(
        Key{facts.node != kNoRow, name, facts.shapes, facts.types, facts.inputs,
            node.output_shapes, node.output_types});
    if (is_new) found->second = facts.node == kNoRow ? of_operator(facts) : of_node(facts, node);
    return found->second;
  }

 private:
  using Key = std::tuple<bool, NameId, NameId, NameId, NameId, NameId, NameId>;

  [[nodiscard]] Price of_node(const OperatorFacts& facts, const NodeFacts& node) const {
    const StringPool& names = timeline_.names;
    const NodeCost found = node_cost({names[node.op_type], names[facts.shapes], names[facts.types],
                                      names[node.output_shapes], names[node.output_types]});
    if (!found.cost.flops || !found.cost.bytes) {
      return {std::nullopt, fmt::format("{}: {}", names[node.op_type], found.cost.reason)};
    }
    return {PricedWork{*found.cost.flops, *found.cost.bytes, found.precision, 0}, ""};
  }

  [[nodiscard]] Price of_operator(const OperatorFacts& facts) const {
    const StringPool& names = timeline_.names;
    const std::string_view op = names[timeline_.host.name[facts.host_row]];
    const auto cost =
        torch_cost(op, names[facts.shapes], names[facts.types], names[facts.inputs]);
    if (cost) return {PricedWork{cost->flops, cost->bytes, cost->precision, 0}, ""};
    return {std::nullopt,
            fmt::format("{}: {}", op,
                        has_torch_cost(op) ? "its shapes are absent, or its model does not fit them"
                                           : "no cost model")};
  }

  const Timeline& timeline_;
  std::map<Key, Price> known_;
};

// An operator's row of the host, and what is known of it.
struct Operator {
  std::uint32_t row = 0;
  std::uint32_t facts = kNoRow;  // row of timeline.operators
  const Price* price = nullptr;  // null without facts
  bool inner_arithmetic = false;  // an operator inside it has arithmetic of its own
  std::int64_t own_ns = 0;

  [[nodiscard]] bool has_arithmetic() const {
    return price != nullptr && price->work && price->work->flops > 0;
  }
  // Whether it has a place under the roofline.
  [[nodiscard]] bool counts() const {
    return price != nullptr && price->work && !(has_arithmetic() && inner_arithmetic);
  }
};

// One thread's operators, with the time of each.
class ThreadOperators {
 public:
  ThreadOperators(const Timeline& timeline, Prices& prices, std::uint32_t first,
                  std::uint32_t last)
      : timeline_(timeline), first_(first), around_(last - first, kNone) {
    find_operators(prices, last);
  }

  // Each moment goes to the innermost operator around it that counts, or else to the innermost.
  std::vector<Operator> timed(const std::vector<bool>& data_loader) && {
    HostSweep sweep(timeline_, first_, first_ + static_cast<std::uint32_t>(around_.size()),
                    data_loader);
    while (const auto moment = sweep.next()) {
      const std::uint32_t inner = around_[moment->row - first_];
      if (inner == kNone) continue;
      operators_[payer_of(inner)].own_ns += moment->end_ns - moment->begin_ns;
    }
    return std::move(operators_);
  }

 private:
  static constexpr std::uint32_t kNone = kNoRow;

  void find_operators(Prices& prices, std::uint32_t last) {
    std::vector<std::uint32_t> open;  // operators around, innermost last
    std::uint32_t facts = first_facts();
    for (std::uint32_t row = first_; row < last; ++row) {
      while (!open.empty() &&
             timeline_.host.end_ns[operators_[open.back()].row] < timeline_.host.end_ns[row]) {
        open.pop_back();
      }
      if (timeline_.host.work[row] == HostWork::kOperator) {
        while (has_facts_before(facts, row)) ++facts;
        add(row, has_facts_before(facts, row + 1) ? facts : kNoRow, open, prices);
        open.push_back(static_cast<std::uint32_t>(operators_.size() - 1));
      }
      if (!open.empty()) around_[row - first_] = open.back();
    }
  }

  // Of the operators' facts, which are ordered by their rows, the first of this thread.
  [[nodiscard]] std::uint32_t first_facts() const {
    std::uint32_t low = 0;
    auto high = static_cast<std::uint32_t>(timeline_.operators.size());
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (timeline_.operators[middle].host_row < first_) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  [[nodiscard]] bool has_facts_before(std::uint32_t facts, std::uint32_t row) const {
    return facts < timeline_.operators.size() && timeline_.operators[facts].host_row < row;
  }

  void add(std::uint32_t row, std::uint32_t facts, const std::vector<std::uint32_t>& open,
           Prices& prices) {
    Operator& op = operators_.emplace_back();
    op.row = row;
    op.facts = facts;
    if (facts != kNoRow) op.price = &prices[facts];
    outer_.push_back(open.empty() ? kNone : open.back());
    if (!op.has_arithmetic()) return;
    for (auto outer = open.rbegin(); outer != open.rend(); ++outer) {
      Operator& around = operators_[*outer];
      if (!around.has_arithmetic()) continue;
      around.inner_arithmetic = true;  // and those around it are marked since it came
      return;
    }
  }

  [[nodiscard]] std::uint32_t payer_of(std::uint32_t inner) const {
    for (std::uint32_t op = inner; op != kNone; op = outer_[op]) {
      if (operators_[op].counts()) return op;
    }
    return inner;
  }

  const Timeline& timeline_;
  std::uint32_t first_;
  std::vector<std::uint32_t> around_;  // for each row: of operators_, the innermost around it, or it
  std::vector<Operator> operators_;
  std::vector<std::uint32_t> outer_;  // of each operator: the one around it
};

class HostSum {
 public:
  HostSum(const Timeline& timeline, const std::vector<DeviceCeilings>& given)
      : timeline_(timeline), given_(given), prices_(timeline) {}

  std::vector<HostRoofline> run() {
    const std::vector<bool> data_loader = data_loader_names(timeline_);
    for (const auto& [first, last] : rows_of_threads(timeline_)) {
      for (const Operator& op :
           ThreadOperators(timeline_, prices_, first, last).timed(data_loader)) {
        add(op);
      }
    }
    std::vector<HostRoofline> all;
    for (auto& [executor, table] : tables_) {
      all.push_back({executor, std::move(table).finish(timeline_.names)});
    }
    std::stable_sort(all.begin(), all.end(), [](const HostRoofline& a, const HostRoofline& b) {
      return a.roofline.known_ns() + a.roofline.unknown_ns >
             b.roofline.known_ns() + b.roofline.unknown_ns;
    });
    return all;
  }

 private:
  void add(const Operator& op) {
    const bool is_node = op.facts != kNoRow && timeline_.operators[op.facts].node != kNoRow;
    if (!is_node && timeline_.device.size() != 0) return;
    const std::string executor = is_node ? provider_of(op) : std::string(kFramework);
    if (is_node && !on_host(executor)) {
      table_of(executor).add_unknown(elsewhere(), 1, op.own_ns);
    } else if (!op.counts()) {
      table_of(executor).add_unknown(why_unknown(op), 1, op.own_ns);
    } else {
      PricedWork work = *op.price->work;
      work.ns = op.own_ns;
      table_of(executor).add(key_of(op), work);
    }
  }

  [[nodiscard]] static bool on_host(std::string_view executor) {
    return std::find(kHostProviders.begin(), kHostProviders.end(), executor) !=
           kHostProviders.end();
  }
  [[nodiscard]] static std::string elsewhere() {
    return "the time of a node is that of asking for its work, which goes on elsewhere";
  }

  [[nodiscard]] std::string provider_of(const Operator& op) const {
    const NodeFacts& node = timeline_.nodes[timeline_.operators[op.facts].node];
    const std::string_view provider = timeline_.names[node.provider];
    return provider.empty() ? "unknown provider" : std::string(provider);
  }

  [[nodiscard]] std::string why_unknown(const Operator& op) const {
    const std::string_view name = timeline_.names[timeline_.host.name[op.row]];
    if (op.price == nullptr) return fmt::format("{}: the trace has no shapes of it", name);
    if (!op.price->work) return op.price->why;
    return fmt::format("{}: around operators that do its arithmetic", name);
  }

  [[nodiscard]] PointKey key_of(const Operator& op) const {
    const OperatorFacts& facts = timeline_.operators[op.facts];
    if (facts.node == kNoRow) {
      return {timeline_.host.name[op.row], facts.shapes, facts.types, 0};
    }
    const NodeFacts& node = timeline_.nodes[facts.node];
    return {node.op_type, facts.shapes, facts.types, node.output_shapes};
  }

  RooflineTable& table_of(const std::string& executor) {
    const auto found = tables_.find(executor);
    if (found != tables_.end()) return found->second;
    TraceDevice host;
    host.name = executor == kFramework ? executor : executor + " on the CPU";
    std::optional<DeviceCeilings> ceilings = ceilings_of(host, given_);
    std::string missing;
    if (executor != kFramework && !on_host(executor)) {
      ceilings.reset();
      missing = elsewhere();
    } else if (!ceilings) {
      missing = fmt::format("no ceilings are given that match \"{}\"", host.name);
    }
    return tables_.emplace(executor, RooflineTable(std::move(ceilings), std::move(missing)))
        .first->second;
  }

  const Timeline& timeline_;
  const std::vector<DeviceCeilings>& given_;
  Prices prices_;
  std::map<std::string, RooflineTable> tables_;
};

}  // namespace

std::vector<HostRoofline> host_roofline(const Timeline& timeline,
                                        const std::vector<DeviceCeilings>& given) {
  if (timeline.nodes.empty() && timeline.device.size() != 0) return {};
  return HostSum(timeline, given).run();
}

}  // namespace lynxbench::attribution
