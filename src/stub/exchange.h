// Between the protocols and the engine: a request as it came, and the way its answer goes. Inside
// stub only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stub/request_parser.h"

namespace lynxbench::stub {

// "c17" of a text that begins with "id:c17 "; "": it does not. For clients that can set no id otherwise.
[[nodiscard]] std::string_view id_within(std::string_view text);

// Views are valid during Engine::request() alone.
struct Incoming {
  std::string_view method;
  std::string_view target;
  const std::vector<Header>* headers = nullptr;
  std::string_view body;
  std::string_view peer;
  std::uint64_t connection = 0;
  std::uint32_t order = 0;                // on its connection
  std::optional<std::int64_t> kernel_ns;  // of its last byte
  std::int64_t read_ns = 0;
  std::size_t bytes = 0;
  bool http2 = false;
  bool grpc = false;  // `body` is one message, without its frame
};

struct AnswerHead {
  int status = 200;
  std::string_view content_type;
  std::optional<std::size_t> length;  // nothing: a stream
  std::vector<std::pair<std::string, std::string>> more;
};

// How an answer goes out. Everything between two flushes goes in one system call.
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void head(const AnswerHead& head) = 0;
  virtual void data(std::string_view bytes) = 0;
  // The end in order of the protocol. `trailers`: of HTTP/2 alone.
  virtual void end(std::span<const std::pair<std::string, std::string>> trailers) = 0;
  // Gives the moment just before the system call.
  virtual std::int64_t flush() = 0;
  // Announces `bytes` as the next piece of a stream, sends half of it, and closes the connection (HTTP/2:
  // the stream). Of a unary answer, whose length was announced: half of the answer.
  virtual std::int64_t half(std::string_view bytes) = 0;
  // TCP's reset.
  virtual void reset() = 0;
  [[nodiscard]] virtual bool broken() const = 0;
  // Not all of what was flushed has left.
  [[nodiscard]] virtual bool blocked() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_out() const = 0;  // of this answer, handed over
  // One request with a ready answer "HTTP/1.1 ...": false where the protocol is another one.
  virtual bool ready_made(std::string_view, std::int64_t&) { return false; }
};

}  // namespace lynxbench::stub
