// A tensor's elements as text, for people and for comparing answers.
#pragma once

#include <string>

#include "protocol/tensor.h"

namespace lynxbench::protocol {

// BYTES: the elements, a line each, as they are. Else a JSON array: "[0.5,1]". The tensor must have
// passed check().
[[nodiscard]] std::string elements_text(const Tensor& tensor);

}  // namespace lynxbench::protocol
