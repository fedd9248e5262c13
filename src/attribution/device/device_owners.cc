#include "attribution/device/device_owners.h"

#include <algorithm>

namespace lynxbench::attribution {
namespace {

// Where no contract says anything else.
std::vector<Layer> usual_layers(TimeClass time_class) {
  using L = Layer;
  switch (time_class) {
    case TimeClass::kComputeBound:
    case TimeClass::kMemoryBound:
      return {L::kApplication, L::kRuntime, L::kAccelerator};
    case TimeClass::kOperatorUnknown: return {L::kApplication, L::kRuntime, L::kAccelerator};
    case TimeClass::kCommunication:
      return {L::kApplication, L::kRuntime, L::kSystem, L::kAccelerator};
    case TimeClass::kTransfer: return {L::kApplication, L::kServing, L::kSystem, L::kAccelerator};
    case TimeClass::kKernelLaunch: return {L::kRuntime, L::kFramework, L::kSystem};
    case TimeClass::kSynchronisation: return {L::kApplication, L::kRuntime, L::kFramework};
    case TimeClass::kFrameworkOverhead: return {L::kRuntime, L::kFramework};
    case TimeClass::kHostCode: return {L::kApplication, L::kFramework};
    case TimeClass::kPreprocessing: return {L::kApplication, L::kSystem};
    case TimeClass::kNoRequest: return {L::kDemand};
    case TimeClass::kRequestsQueued: return {L::kServing};
    case TimeClass::kQueue: return {L::kServing, L::kDemand};
    case TimeClass::kThrottled: return {L::kAccelerator, L::kFacility};
    default: return {};
  }
}

std::string owner_of(const Contract& contract, Layer layer) {
  const auto declared = contract.layers.find(layer);
  const bool named = declared != contract.layers.end() && !declared->second.owner.empty();
  return named ? declared->second.owner : "unknown";
}

}  // namespace

TimeClass contract_class(DeviceTime time) {
  switch (time) {
    case DeviceTime::kComputeBound: return TimeClass::kComputeBound;
    case DeviceTime::kMemoryBound: return TimeClass::kMemoryBound;
    case DeviceTime::kComputeUnknown: return TimeClass::kOperatorUnknown;
    case DeviceTime::kCommunication:
    case DeviceTime::kRankWait: return TimeClass::kCommunication;
    case DeviceTime::kCopyPageable:
    case DeviceTime::kCopyPinned:
    case DeviceTime::kCopyOther: return TimeClass::kTransfer;
    case DeviceTime::kIdleOperator:
    case DeviceTime::kIdleCall: return TimeClass::kFrameworkOverhead;
    case DeviceTime::kIdlePython:
    case DeviceTime::kIdleProgram: return TimeClass::kHostCode;
    case DeviceTime::kIdleDataLoader: return TimeClass::kPreprocessing;
    case DeviceTime::kIdleSynchronisation:
    case DeviceTime::kIdleQueued: return TimeClass::kSynchronisation;
    case DeviceTime::kIdleLaunch: return TimeClass::kKernelLaunch;
    case DeviceTime::kIdleNoRequest: return TimeClass::kNoRequest;
    case DeviceTime::kIdleRequestsQueued: return TimeClass::kRequestsQueued;
    case DeviceTime::kIdleSystemCall:
    case DeviceTime::kIdleHostUnseen:
    case DeviceTime::kIdleGraph: return TimeClass::kIdle;
    case DeviceTime::kIdleUnknown: return TimeClass::kUnattributed;
  }
  return TimeClass::kUnattributed;
}

std::vector<DeviceTimeOwners> device_owners(const DeviceBudget& budget, const Contract* contract) {
  std::vector<DeviceTimeOwners> result;
  for (const DeviceTimePart& part : budget.parts) {
    DeviceTimeOwners& entry = result.emplace_back();
    entry.time = part.time;
    entry.contract_class = contract_class(part.time);
    entry.layers = usual_layers(entry.contract_class);
    if (contract == nullptr) continue;
    const auto rule = contract->ownership.find(entry.contract_class);
    entry.by_contract = rule != contract->ownership.end();
    if (entry.by_contract) entry.layers = rule->second;
    for (Layer layer : entry.layers) {
      const std::string owner = owner_of(*contract, layer);
      if (std::find(entry.owners.begin(), entry.owners.end(), owner) == entry.owners.end()) {
        entry.owners.push_back(owner);
      }
    }
  }
  return result;
}

}  // namespace lynxbench::attribution
