#include "attribution/device/device_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lynxbench::attribution {
namespace {

// Libraries and operations that move data between devices, in lower case and without '_' and '-'.
constexpr std::array<std::string_view, 12> kCommunicationNames{
    "nccl",      "rccl",          "hccl",     "crossdevicereduce", "deepep", "dpsk::ep", "nvshmem",
    "allreduce", "reducescatter", "allgather", "alltoall",         "all2all"};

std::string simplified(std::string_view name) {
  std::string simple;
  simple.reserve(name.size());
  for (char c : name) {
    if (c == '_' || c == '-') continue;
    simple.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return simple;
}

// "" when the name says nothing of communication.
std::string name_rule(std::string_view name) {
  const std::string simple = simplified(name);
  for (std::string_view known : kCommunicationNames) {
    if (simple.find(known) != std::string::npos) return fmt::format("name has \"{}\"", known);
  }
  return "";
}

class Classifier {
 public:
  explicit Classifier(const Timeline& timeline)
      : timeline_(timeline), by_name_(timeline.names.size(), kNotLookedAt) {}

  DeviceClasses run() {
    const DeviceTable& device = timeline_.device;
    result_.of.reserve(device.size());
    result_.rule_of.reserve(device.size());
    for (std::size_t row = 0; row < device.size(); ++row) {
      const std::uint8_t rule = device.work[row] == DeviceWork::kKernel ? rule_of(row) : 0;
      result_.rule_of.push_back(rule);
      result_.of.push_back(device.work[row] != DeviceWork::kKernel ? DeviceClass::kCopy
                           : rule != 0                              ? DeviceClass::kCommunication
                                                                    : DeviceClass::kCompute);
    }
    return std::move(result_);
  }

 private:
  static constexpr std::uint8_t kNotLookedAt = 0xff;

  std::uint8_t rule_of(std::size_t row) {
    const std::uint32_t facts = timeline_.device.facts[row];
    if (facts != kNoRow && timeline_.kernels[facts].collective != kNoRow) {
      return number_of("argument \"Collective name\"");
    }
    std::uint8_t& known = by_name_[timeline_.device.name[row]];
    if (known == kNotLookedAt) {
      const std::string rule = name_rule(timeline_.names[timeline_.device.name[row]]);
      known = rule.empty() ? 0 : number_of(rule);
    }
    return known;
  }

  std::uint8_t number_of(const std::string& rule) {
    auto& rules = result_.rules;
    const auto found = std::find(rules.begin(), rules.end(), rule);
    const auto number = static_cast<std::uint8_t>(found - rules.begin());
    if (found == rules.end()) rules.push_back(rule);
    return number;
  }

  const Timeline& timeline_;
  std::vector<std::uint8_t> by_name_;
  DeviceClasses result_;
};

}  // namespace

DeviceClasses classify(const Timeline& timeline) { return Classifier(timeline).run(); }

}  // namespace lynxbench::attribution
