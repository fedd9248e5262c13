#include "target/embedded/model_source.h"

#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "target/embedded/generated/transformer.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kDefaultPixels = 320;  // what PaddleOCR resizes to
constexpr std::int64_t kDefaultTokens = 64;

Result<ModelSource> from_file(const std::string& name, const fs::path& file, std::int64_t length) {
  std::error_code problem;
  const std::uintmax_t size = fs::file_size(file, problem);
  if (problem) {
    return error(ErrorCode::kUnavailable, "the model {} cannot be read: {}", file.string(),
                 problem.message());
  }
  return ModelSource{.name = name,
                     .source = {.file = file, .bytes = {}},
                     .sha256 = TRY(sha256_file(file)),
                     .bytes = size,
                     .length = length};
}

Result<ModelSource> find_text_recogniser(const Workload& workload, const SearchPaths& paths) {
  std::vector<std::string> places;
  for (const fs::path& folder : paths.model_folders) {
    const fs::path file = folder / "ch_PP-OCRv4_rec_infer.onnx";
    std::error_code problem;
    if (fs::exists(file, problem)) {
      const std::int64_t length = workload.input.length;
      return from_file(workload.model.name, file, length == 0 ? kDefaultPixels : length);
    }
    places.push_back(file.string());
  }
  return error(ErrorCode::kUnavailable,
               "the model ppocr-v4-rec is not there: run `npm ci --ignore-scripts` in runtime/, or "
               "set LYNXBENCH_MODELS to its folder. Looked at {}",
               places.empty() ? "no place at all" : joined(places, "and"));
}

Result<ModelSource> generate(const Workload& workload) {
  const std::int64_t length = workload.input.length == 0 ? kDefaultTokens : workload.input.length;
  std::string bytes = TRY(generate_transformer(workload.model, length));
  ModelSource model{.name = workload.model.name,
                    .source = {},
                    .sha256 = sha256_hex(bytes),
                    .bytes = bytes.size(),
                    .length = length};
  model.source.bytes = std::move(bytes);
  return model;
}

}  // namespace

Result<ModelSource> find_model(const Workload& workload, const SearchPaths& paths) {
  const std::string& name = workload.model.name;
  if (workload.input.length < 0) {
    return error(ErrorCode::kInvalidArgument,
                 "workload.input.length is {}: it must not be negative", workload.input.length);
  }
  const bool known_weights = name == "ppocr-v4-rec" || name == "transformer";
  if (known_weights && workload.precision != "fp32") {
    return error(ErrorCode::kInvalidArgument,
                 "workload.precision is {}: the weights of {} are fp32", workload.precision, name);
  }
  if (name == "ppocr-v4-rec") return find_text_recogniser(workload, paths);
  if (name == "transformer") return generate(workload);
  if (name == "file" && workload.model.file) {
    return from_file(name, *workload.model.file, workload.input.length);
  }
  return error(
      ErrorCode::kInvalidArgument,
      "the embedded target cannot load the model \"{}\": it knows ppocr-v4-rec, transformer, "
      "and file with the path of an .onnx file",
      name);
}

}  // namespace lynxbench::target
