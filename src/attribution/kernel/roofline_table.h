// Gathers pieces of work into a DeviceRoofline: each is held against the ceilings, and operators of the
// same name and shapes share a point.
//
//   RooflineTable table(ceilings, "");
//   KernelBound bound = table.add({.op = mm, .shapes = s, .types = t}, {.flops = 2e9, ...});
//   table.add_unknown("no cost model of Loop", 1, 350);
//   DeviceRoofline roofline = std::move(table).finish(timeline.names);
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "attribution/device/device_budget.h"
#include "attribution/kernel/device_ceilings.h"
#include "model/string_pool.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// Whose point a piece of work belongs to.
struct PointKey {
  NameId op = 0;
  NameId shapes = 0;
  NameId types = 0;
  NameId outputs = 0;  // shapes of them, where the trace has them
  [[nodiscard]] bool operator<(const PointKey& other) const {
    return std::tie(op, shapes, types, outputs) <
           std::tie(other.op, other.shapes, other.types, other.outputs);
  }
};

// A piece of work whose cost is known.
struct PricedWork {
  double flops = 0;
  double bytes = 0;
  // Whose ceiling counts. Nothing: of a type for which no ceiling is ever known.
  std::optional<Precision> precision = Precision::kFp32;
  std::int64_t ns = 0;
};

class RooflineTable {
 public:
  // `missing`: why there are no ceilings; "" with them.
  RooflineTable(std::optional<DeviceCeilings> ceilings, std::string missing);

  // What bounds it: the longer of the two times that arithmetic and traffic would take at the ceilings.
  // Work without arithmetic needs no ceiling of arithmetic. Unknown without the ceilings it needs.
  KernelBound add(const PointKey& key, const PricedWork& work);
  // Work without a cost.
  void add_unknown(const std::string& why, std::uint64_t count, std::int64_t ns);

  // Names are those of the keys.
  [[nodiscard]] DeviceRoofline finish(const StringPool& names) &&;

 private:
  std::optional<DeviceCeilings> ceilings_;
  DeviceRoofline roofline_;
  std::map<PointKey, RooflinePoint> points_;
  std::map<std::string, UnknownBound> unknown_;
};

}  // namespace lynxbench::attribution
