#include "protocol/tensor_text.h"

#include "protocol/json_data.h"

namespace lynxbench::protocol {

std::string elements_text(const Tensor& tensor) {
  std::string text;
  if (tensor.type != DataType::kBytes) {
    CHECK(append_json_data(text, tensor.type, tensor.raw).ok());  // fails for texts alone
    return text;
  }
  Result<std::vector<std::string_view>> elements = elements_of(tensor.raw);
  if (!elements.ok()) return text;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    if (i > 0) text += '\n';
    text += (*elements)[i];
  }
  return text;
}

}  // namespace lynxbench::protocol
