// From a recogniser's scores to text: greedy decoding of connectionist temporal classification. At
// each step the class with the highest score; repeats and blanks (class 0) dropped.
//
//   auto keys = TRY(CtcKeys::read(folder / "ppocr_keys_v1.txt"));
//   std::string text = keys.decode(scores);   // steps x keys.classes() numbers
//
// Source: Graves et al., "Connectionist temporal classification" (2006), best path decoding.
// Classes as PaddleOCR has them: blank, the lines of the key file, and a space last.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::target {

class CtcKeys {
 public:
  explicit CtcKeys(std::vector<std::string> keys);
  // A key a line, UTF-8. kNotFound, or kInvalidInput when the file has none.
  [[nodiscard]] static Result<CtcKeys> read(const fs::path& file);

  [[nodiscard]] std::size_t classes() const { return text_of_.size(); }
  // `scores` has classes() numbers for each step. Blanks at the ends of the text are dropped.
  [[nodiscard]] std::string decode(std::span<const float> scores) const;

 private:
  std::vector<std::string> text_of_;  // by class; the blank's is empty
};

}  // namespace lynxbench::target
