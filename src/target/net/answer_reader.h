// What a protocol on HTTP makes of an answer, piece by piece as it comes: the one part that members of
// the family (plain HTTP, OpenAI, KServe) write themselves.
#pragma once

#include <optional>
#include <string_view>

#include "model/request.h"
#include "net/http1.h"
#include "net/receipt.h"

namespace lynxbench::target {

// One per request in flight, used again. Sets Exchange::failure (and detail) where the answer is not
// what the protocol says: then it is called no more for this request, and the connection is closed
// unless the answer was whole. Called for successes (2xx) alone. Times in the Exchange are the Clock's.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  // Another request goes out. `exchange` is cleared already.
  virtual void begin(std::uint32_t /*input*/) {}
  virtual void head(const net::Http1Parser& /*head*/, Exchange& /*exchange*/) {}
  virtual void body(std::string_view piece, const net::Receipt& receipt, Exchange& exchange) = 0;
  // The body is complete.
  virtual void end(const net::Receipt& receipt, Exchange& exchange) = 0;
  // When the answer was complete by its own protocol, though HTTP may bring more ([DONE] of a stream).
  // The request is done then; if the rest does not come in time, it is no failure.
  [[nodiscard]] virtual std::optional<Nanos> complete_at() const { return std::nullopt; }
};

}  // namespace lynxbench::target
