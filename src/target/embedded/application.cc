#include "target/embedded/application.h"

#include "target/embedded/ocr/text_recognition.h"
#include "target/embedded/tensor_application.h"

namespace lynxbench::target {

std::size_t RequestTensor::bytes() const {
  std::size_t count = *ort::element_bytes(element);
  for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
  return count;
}

Result<std::unique_ptr<Application>> make_application(const Workload& workload,
                                                      const ModelSource& model,
                                                      const ort::Session& session) {
  if (workload.input.distinct < 1) {
    return error(ErrorCode::kInvalidArgument,
                 "workload.input.distinct is {}: it must be at least 1", workload.input.distinct);
  }
  if (workload.model.name == "ppocr-v4-rec") {
    return std::unique_ptr<Application>(TRY(TextRecognition::make(workload, model, session)));
  }
  const bool generated = workload.model.name == "transformer";
  const std::uint64_t below = generated ? static_cast<std::uint64_t>(workload.model.vocabulary) : 2;
  return std::unique_ptr<Application>(
      TRY(TensorApplication::make(workload, model.length, below, session)));
}

}  // namespace lynxbench::target
