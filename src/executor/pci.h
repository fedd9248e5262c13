// Devices on the PCI bus, as /sys describes them.
#pragma once

#include <string>
#include <vector>

#include "executor/tree.h"

namespace lynxbench::executor {

struct PciDevice {
  std::string address;  // "0000:3b:00.0"
  std::string kind;     // six hex digits: class, subclass, interface: "030200"
  std::string vendor;   // "10de"
  std::string device;   // "2335"
  std::string parent;   // the bridge or root above: "0000:3a:00.0", "pci0000:3a"

  [[nodiscard]] bool is_display() const { return kind.starts_with("03"); }
  [[nodiscard]] bool is_nvidia_gpu() const { return is_display() && vendor == "10de"; }
};

// Sorted by address; none when /sys has no PCI bus.
[[nodiscard]] std::vector<PciDevice> pci_devices(const Tree& tree);

}  // namespace lynxbench::executor
