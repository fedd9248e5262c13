// accelerator layer: the PCI tree, and the links of what inference data goes through.
#include "executor/pci.h"

#include <fmt/format.h>

#include <array>

#include "executor/families.h"

namespace lynxbench::executor {
namespace {

constexpr const char* kDevices = "/sys/bus/pci/devices";

struct Kind {
  std::string_view prefix;  // of PciDevice::kind
  std::string_view name;
};
// Those whose link is worth a fact of its own.
constexpr std::array<Kind, 4> kKinds{{{"02", "network"},
                                      {"03", "display or GPU"},
                                      {"12", "processing accelerator"},
                                      {"0108", "NVMe"}}};

std::string_view kind_name(const PciDevice& device) {
  for (const Kind& kind : kKinds) {
    if (device.kind.starts_with(kind.prefix)) return kind.name;
  }
  return "";
}

// "0x030200" -> "030200"
std::string hexadecimal(const Tree& tree, const std::string& path) {
  Result<std::string> text = tree.text(path);
  if (!text.ok()) return "?";
  return text->starts_with("0x") ? text->substr(2) : *text;
}

std::string parent_of(const Tree& tree, const std::string& path) {
  std::error_code problem;
  fs::path real = fs::canonical(tree.at(path), problem);
  std::string parent = problem ? "" : real.parent_path().filename().string();
  return parent.empty() || parent == "devices" ? "?" : parent;
}

// "8.0 GT/s PCIe x16"
Fact link(const Tree& tree, const std::string& name, const std::string& path,
          const std::string& which) {
  Result<std::string> speed = tree.text(path + "/" + which + "_link_speed");
  Result<std::string> width = tree.text(path + "/" + which + "_link_width");
  if (!speed.ok() || !width.ok()) {
    return unknown(name, path + "/" + which + "_link_speed",
                   "the device describes no PCI Express link (virtual, or inside the processor)");
  }
  return measured(name, fmt::format("{} x{}", *speed, *width), path + "/" + which + "_link_speed");
}

}  // namespace

std::vector<PciDevice> pci_devices(const Tree& tree) {
  std::vector<PciDevice> devices;
  for (const std::string& address : tree.names(kDevices)) {
    std::string path = std::string(kDevices) + "/" + address;
    devices.push_back({address, hexadecimal(tree, path + "/class"),
                       hexadecimal(tree, path + "/vendor"), hexadecimal(tree, path + "/device"),
                       parent_of(tree, path)});
  }
  return devices;
}

Findings pci_facts(const Tree& tree) {
  Findings found{Layer::kAccelerator, {}};
  std::vector<PciDevice> devices = pci_devices(tree);
  if (devices.empty()) {
    found.facts.push_back(unknown("pci.devices", kDevices, "no PCI device is listed there"));
    return found;
  }
  found.facts.push_back(measured("pci.devices", std::to_string(devices.size()), kDevices));
  for (const PciDevice& device : devices) {
    std::string_view kind = kind_name(device);
    if (kind.empty()) continue;
    std::string path = std::string(kDevices) + "/" + device.address;
    std::string name = "pci." + device.address;
    found.facts.push_back(measured(name,
                                   fmt::format("{}, class {}, {}:{}, below {}", kind, device.kind,
                                               device.vendor, device.device, device.parent),
                                   path));
    found.facts.push_back(link(tree, name + ".link.max", path, "max"));
    // Idle links slow down, so what runs now is no identity.
    found.facts.push_back(passing(link(tree, name + ".link.now", path, "current")));
  }
  return found;
}

}  // namespace lynxbench::executor
