// system layer: is this a virtual machine, and whose.
#include <array>
#include <cstring>

#include "base/text.h"
#include "executor/cpuinfo.h"
#include "executor/families.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace lynxbench::executor {
namespace {

struct Known {
  std::string_view sign;
  std::string_view name;
};
// What CPUID leaf 0x40000000 answers in EBX, ECX, EDX.
constexpr std::array<Known, 7> kCpuidSigns{{{"KVMKVMKVM", "KVM"},
                                            {"Microsoft Hv", "Hyper-V"},
                                            {"VMwareVMware", "VMware"},
                                            {"XenVMMXenVMM", "Xen"},
                                            {"TCGTCGTCGTCG", "QEMU without KVM"},
                                            {"bhyve bhyve ", "bhyve"},
                                            {"ACRNACRNACRN", "ACRN"}}};
// Beginnings of /sys/class/dmi/id/sys_vendor.
constexpr std::array<Known, 6> kDmiSigns{{{"QEMU", "QEMU"},
                                          {"VMware", "VMware"},
                                          {"Amazon EC2", "Amazon EC2"},
                                          {"Google", "Google Compute Engine"},
                                          {"Xen", "Xen"},
                                          {"Red Hat", "KVM"}}};

std::string hypervisor_by_cpuid() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kHypervisorBit = 1U << 31;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kHypervisorBit) == 0) return "";
  __cpuid(0x40000000, a, b, c, d);
  char sign[13] = {};
  std::memcpy(sign, &b, 4);
  std::memcpy(sign + 4, &c, 4);
  std::memcpy(sign + 8, &d, 4);
  for (const Known& known : kCpuidSigns) {
    if (known.sign == sign) return std::string(known.name);
  }
  return sign;
#else
  return "";
#endif
}

std::string hypervisor_by_dmi(const Tree& tree) {
  Result<std::string> vendor = tree.text("/sys/class/dmi/id/sys_vendor");
  if (!vendor.ok()) return "";
  for (const Known& known : kDmiSigns) {
    if (vendor->starts_with(known.sign)) return std::string(known.name);
  }
  return "";
}

Fact hypervisor(const Tree& tree) {
  const char* name = "virtualization";
  if (tree.live()) {
    std::string found = hypervisor_by_cpuid();
    if (!found.empty()) return measured(name, found, "CPUID leaf 0x40000000");
  }
  if (Result<std::string> type = tree.text("/sys/hypervisor/type"); type.ok() && !type->empty()) {
    return measured(name, *type, "/sys/hypervisor/type");
  }
  Result<std::string> text = tree.text("/proc/cpuinfo");
  if (!text.ok()) return unknown(name, "/proc/cpuinfo", text.error().message);
  std::string flags = parse_cpuinfo(*text).value("flags");
  bool is_virtual = (" " + flags + " ").find(" hypervisor ") != std::string::npos;
  std::string by_dmi = hypervisor_by_dmi(tree);
  if (is_virtual && !by_dmi.empty()) return measured(name, by_dmi, "/sys/class/dmi/id/sys_vendor");
  if (is_virtual) return measured(name, "a hypervisor that is not named", "/proc/cpuinfo");
  if (flags.empty()) {
    return unknown(name, "/proc/cpuinfo", "this processor's cpuinfo has no flag for it");
  }
  return measured(name, "none", "/proc/cpuinfo");
}

}  // namespace

Findings virtual_facts(const Tree& tree) {
  Findings found{Layer::kSystem, {hypervisor(tree)}};
  for (auto [name, file] : {std::pair{"machine.vendor", "/sys/class/dmi/id/sys_vendor"},
                            {"machine.product", "/sys/class/dmi/id/product_name"},
                            {"machine.firmware", "/sys/class/dmi/id/bios_version"}}) {
    found.facts.push_back(tree.fact(name, file));
  }
  return found;
}

}  // namespace lynxbench::executor
