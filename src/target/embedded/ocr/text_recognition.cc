#include "target/embedded/ocr/text_recognition.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kRows = 48;

// Between which two source pixels a resized pixel lies, and how far towards the second.
struct Tap {
  std::int64_t first = 0;
  std::int64_t second = 0;
  float towards_second = 0;
};

// Bilinear with half-pixel centres: target pixel i has its centre at (i + 0.5) * from / to - 0.5.
std::vector<Tap> taps(std::int64_t from, std::int64_t to) {
  std::vector<Tap> all(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    const double scale = static_cast<double>(from) / static_cast<double>(to);
    const double centre = std::clamp((static_cast<double>(i) + 0.5) * scale - 0.5, 0.0,
                                     static_cast<double>(from - 1));
    const auto first = static_cast<std::int64_t>(centre);
    all[static_cast<std::size_t>(i)] = {first, std::min(first + 1, from - 1),
                                        static_cast<float>(centre - static_cast<double>(first))};
  }
  return all;
}

}  // namespace

void normalise_line(const Image& image, std::int64_t height, std::int64_t width,
                    std::span<float> planes) {
  CHECK(static_cast<std::int64_t>(planes.size()) == 3 * height * width);
  const std::int64_t kept = (image.width * height + image.height / 2) / image.height;
  const std::vector<Tap> columns = taps(image.width, std::clamp<std::int64_t>(kept, 1, width));
  const std::vector<Tap> rows = taps(image.height, height);
  const auto columns_drawn = static_cast<std::int64_t>(columns.size());
  for (std::int64_t y = 0; y < height; ++y) {
    const Tap& row = rows[static_cast<std::size_t>(y)];
    const std::uint8_t* upper = image.pixels.data() + row.first * image.width * 3;
    const std::uint8_t* lower = image.pixels.data() + row.second * image.width * 3;
    for (std::int64_t channel = 0; channel < 3; ++channel) {
      float* out = planes.data() + (channel * height + y) * width;
      for (std::int64_t x = 0; x < columns_drawn; ++x) {
        const Tap& column = columns[static_cast<std::size_t>(x)];
        const std::int64_t left = column.first * 3 + channel;
        const std::int64_t right = column.second * 3 + channel;
        const float top = static_cast<float>(upper[left]) +
                          column.towards_second * static_cast<float>(upper[right] - upper[left]);
        const float bottom = static_cast<float>(lower[left]) +
                             column.towards_second * static_cast<float>(lower[right] - lower[left]);
        const float value = top + row.towards_second * (bottom - top);
        out[x] = (value / 255.0F - 0.5F) / 0.5F;
      }
      std::fill(out + columns_drawn, out + width, 0.0F);
    }
  }
}

TextRecognition::TextRecognition(CtcKeys keys, std::int64_t width, std::vector<TextLine> lines)
    : keys_(std::move(keys)),
      tensors_{{.element = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, .dims = {3, kRows, width}}},
      lines_(std::move(lines)) {}

Result<std::unique_ptr<TextRecognition>> TextRecognition::make(const Workload& workload,
                                                               const ModelSource& model,
                                                               const ort::Session& session) {
  CtcKeys keys = TRY(CtcKeys::read(model.source.file.parent_path() / "ppocr_keys_v1.txt"));
  const auto classes = static_cast<std::int64_t>(keys.classes());
  const bool fits = session.inputs().size() == 1 && session.inputs()[0].dims.size() == 4 &&
                    session.inputs()[0].element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT &&
                    session.outputs().size() == 1 && session.outputs()[0].dims.size() == 3 &&
                    session.outputs()[0].element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  if (!fits || session.outputs()[0].dims[2] != classes) {
    return error(ErrorCode::kInvalidInput,
                 "{} is not a text recogniser for its key file: expected one float input of 4 "
                 "dimensions and one output of 3 with {} classes",
                 model.source.file.string(), classes);
  }
  std::vector<TextLine> lines;
  for (std::int64_t i = 0; i < workload.input.distinct; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    lines.push_back(draw_text_line(model.length, derived_seed(workload.seed, "payload", index)));
  }
  return std::unique_ptr<TextRecognition>(
      new TextRecognition(std::move(keys), model.length, std::move(lines)));
}

std::uint32_t TextRecognition::request_bytes(std::uint32_t input) const {
  return static_cast<std::uint32_t>(lines_[input].image.pixels.size());
}

void TextRecognition::write_tensor(std::size_t /*tensor*/, std::uint32_t input,
                                   std::span<std::byte> slice) const {
  normalise_line(lines_[input].image, kRows, tensors_[0].dims[2],
                 {reinterpret_cast<float*>(slice.data()), slice.size() / sizeof(float)});
}

std::string TextRecognition::response(std::span<const ort::OutputTensor> outputs,
                                      std::size_t position) const {
  const ort::OutputTensor& scores = outputs[0];
  const auto size = static_cast<std::size_t>(scores.dims()[1] * scores.dims()[2]);
  return keys_.decode(scores.elements<float>().subspan(position * size, size));
}

std::string TextRecognition::preprocessing() const {
  return "uint8 RGB, resized to 48 rows (bilinear), (x/255-0.5)/0.5, float NCHW";
}

std::string TextRecognition::postprocessing() const { return "greedy CTC, UTF-8 text"; }

}  // namespace lynxbench::target
