// A protocol on a connection: bytes in, requests to the engine, answers out. Inside stub only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "stub/engine.h"
#include "stub/transport.h"

namespace lynxbench::stub {

class Session {
 public:
  virtual ~Session() = default;
  // Takes what it can use of `in`; the rest is handed over again with more behind it, or in resume().
  virtual void received(std::string& in) = 0;
  // Goes on with what is left of `in`, after an answer.
  virtual void resume(std::string& in) = 0;
  // The client is gone: nothing under way is answered.
  virtual void lost() = 0;
  // Takes no further bytes for now.
  [[nodiscard]] virtual bool busy() const = 0;
  // All is said; the connection ends when what was written has left.
  [[nodiscard]] virtual bool finished() const = 0;
};

// Where a session is, and whom it tells that an answer went out while nothing was read on it.
struct Place {
  Transport& transport;
  Engine& engine;
  std::uint64_t connection = 0;
  std::function<void()> touched;
};

[[nodiscard]] std::unique_ptr<Session> make_http1_session(Place place);
[[nodiscard]] std::unique_ptr<Session> make_http2_session(Place place);

}  // namespace lynxbench::stub
