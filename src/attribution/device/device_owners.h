// Whose a class of device time may be: candidates, never shares. By the contract's rules where there is
// a contract that has one for the class, else by the rules that lynxbench starts from, and it says which.
//
//   std::vector<DeviceTimeOwners> owners = device_owners(budget, &contract);
//   owners[0].layers;    // {application, framework}
#pragma once

#include <vector>

#include "model/contract.h"
#include "model/time_class.h"
#include "model/trace_figures.h"

namespace lynxbench::attribution {

// The contract's class that a class of device time belongs to.
[[nodiscard]] TimeClass contract_class(DeviceTime time);

// An entry for each part of the budget, in its order. `contract` may be null.
[[nodiscard]] std::vector<DeviceTimeOwners> device_owners(const DeviceBudget& budget,
                                                          const Contract* contract);

}  // namespace lynxbench::attribution
