// SHA-256, as lower-case hex.
//
//   std::string digest = sha256_hex("abc");          // "ba7816bf8f01cfea..."
//   std::string of_file = TRY(sha256_file("model.onnx"));
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench {

// Feeds bytes piece by piece. Threads: one at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view bytes);
  // Ends the digest: 64 hex digits. The object must not be used afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] Result<std::string> sha256_file(const fs::path& path);

}  // namespace lynxbench
