// A server whose true times are known: what any client says of it can be held against what it did.
// One thread, every protocol on every port: HTTP/1.1 and HTTP/2, with and without TLS; OpenAI's chat
// and completions, a plain answer on every other path.
//
//   stub::Options options;
//   options.behaviour.ttft = {stub::Distribution::Kind::kFixed, 20e6};
//   stub::Server server = TRY(stub::Server::start(options));
//   ... drive server.url() ...
//   stub::Truth truth = TRY(server.stop());
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "stub/options.h"
#include "stub/truth.h"

namespace lynxbench::stub {

// Threads: the server runs in one of its own; these members are for one other at a time.
class Server {
 public:
  // Listens when it returns. kInvalidArgument on options that cannot be, kUnavailable where a port
  // is taken.
  [[nodiscard]] static Result<Server> start(const Options& options);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();  // stops it; the truth is lost, but for its file

  struct Port {
    std::uint16_t number = 0;
    bool tls = false;
    std::string url;  // "http://127.0.0.1:8000"
  };
  [[nodiscard]] const std::vector<Port>& ports() const;
  // Of the first port without TLS, of the first with it; "" where there is none.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string tls_url() const;
  // What a client must trust to use the ports with TLS.
  [[nodiscard]] const std::string& certificate_pem() const;

  // Ends at once: requests under way are kUnfinished, their connections closed. What the truth did not
  // fit in memory is in its file alone. Only once.
  [[nodiscard]] Result<Truth> stop();

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace lynxbench::stub
