// A stub (src/stub) in a process of its own, so that the client that is calibrated shares nothing with it.
//
//   StubProcess stub = TRY(StubProcess::start("/proc/self/exe", {"--ttft", "20ms"}, folder));
//   ... drive stub.url() ...
//   stub::Truth truth = TRY(stub.stop());
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "stub/truth.h"

namespace lynxbench::run {

class StubProcess {
 public:
  // `program` is lynxbench itself. Its truth and its certificate are written into `folder`. Returns once
  // it listens, with and without TLS. kUnavailable, with what it said, when it does not within 10 s.
  [[nodiscard]] static Result<StubProcess> start(const fs::path& program, const std::vector<std::string>& options,
                                                 const fs::path& folder);
  StubProcess(StubProcess&& other) noexcept;
  StubProcess& operator=(StubProcess&& other) noexcept;
  ~StubProcess();  // kills it

  [[nodiscard]] const std::string& url() const { return url_; }          // "http://127.0.0.1:PORT"
  [[nodiscard]] const std::string& tls_url() const { return tls_url_; }  // "https://127.0.0.1:PORT"
  [[nodiscard]] fs::path certificate_file() const { return folder_ / "ca.pem"; }

  // SIGTERM, and what it did. Only once.
  [[nodiscard]] Result<stub::Truth> stop();

 private:
  StubProcess() = default;
  [[nodiscard]] Status read_greeting();
  void kill();

  pid_t process_ = -1;
  int output_ = -1;  // its standard output
  fs::path folder_;
  std::string url_, tls_url_;
};

}  // namespace lynxbench::run
