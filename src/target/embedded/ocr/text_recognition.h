// Reading text lines with PP-OCRv4's recogniser: what PaddleOCR does before and after the model.
//
//   payload   RGB, 64 rows, as drawn by draw_text_line
//   before    resized to 48 rows (bilinear), (x / 255 - 0.5) / 0.5, planes of float, zeros at the
//   right after     greedy CTC decoding with the model's key file, as UTF-8
#pragma once

#include <vector>

#include "target/embedded/application.h"
#include "target/embedded/ocr/ctc.h"
#include "target/embedded/ocr/text_line.h"

namespace lynxbench::target {

// Resizes `image` to `height` rows, keeping its proportions but at most `width` wide, and
// normalises it into `planes` (3 x height x width numbers); what is left at the right becomes 0.
void normalise_line(const Image& image, std::int64_t height, std::int64_t width,
                    std::span<float> planes);

class TextRecognition final : public Application {
 public:
  // kNotFound without the key file beside the model; kInvalidInput when keys and model do not
  // match.
  [[nodiscard]] static Result<std::unique_ptr<TextRecognition>> make(const Workload& workload,
                                                                     const ModelSource& model,
                                                                     const ort::Session& session);

  [[nodiscard]] const std::vector<RequestTensor>& tensors() const override { return tensors_; }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override;
  void write_tensor(std::size_t tensor, std::uint32_t input,
                    std::span<std::byte> slice) const override;
  [[nodiscard]] std::string response(std::span<const ort::OutputTensor> outputs,
                                     std::size_t position) const override;
  [[nodiscard]] std::string preprocessing() const override;
  [[nodiscard]] std::string postprocessing() const override;
  // What stands in payload `input`.
  [[nodiscard]] const std::string& text_of(std::uint32_t input) const { return lines_[input].text; }

 private:
  TextRecognition(CtcKeys keys, std::int64_t width, std::vector<TextLine> lines);
  CtcKeys keys_;
  std::vector<RequestTensor> tensors_;
  std::vector<TextLine> lines_;
};

}  // namespace lynxbench::target
