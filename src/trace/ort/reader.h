// Reads a profile that ONNX Runtime wrote (a Chrome-trace JSON array) -> OperatorTimeline.
//
//   OperatorTimeline timeline = TRY(trace::ort::read(text, "profiles/0001.json"));
//
// Damaged input gives everything before the damage, and Losses that say what is missing. Fails with
// kInvalidInput only when the text is no ONNX Runtime profile at all. docs/formats/ort-profile.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/timeline.h"

namespace lynxbench::trace::ort {

[[nodiscard]] Result<OperatorTimeline> read(std::string_view text, const std::string& name);

}  // namespace lynxbench::trace::ort
