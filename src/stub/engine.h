// The stub's own life, apart from sockets: requests come in, wait, are served, and their answers go out
// piece by piece at the moments that were drawn. Inside stub only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "stub/answer.h"
#include "stub/discipline.h"
#include "stub/exchange.h"
#include "stub/meters.h"
#include "stub/options.h"
#include "stub/recorder.h"
#include "stub/work_time.h"

namespace lynxbench::stub {

// A request under way; 0: none.
using Ticket = std::uint64_t;

// Threads: of the server's thread.
class Engine {
 public:
  Engine(const Options& options, Recorder& recorder, std::int64_t start_ns);

  // Takes a request, and perhaps answers it at once: then 0. `reply` must live until it is answered, or
  // gone() was called. Answers are whole when reply.end(), half() or reset() was called.
  [[nodiscard]] Ticket request(const Incoming& request, Reply& reply);
  // The client is no longer there.
  void gone(Ticket ticket);
  // When run() has work next, on the clock.
  [[nodiscard]] std::optional<std::int64_t> next();
  // Writes what is due.
  void run(std::int64_t now);
  // Nobody is answered any more: what is under way becomes kUnfinished.
  void end();
  [[nodiscard]] std::optional<std::int64_t> stall_end(std::int64_t now) { return time_.stall_end(now); }

 private:
  struct Exchange {
    std::unique_ptr<Answer> answer;
    Reply* reply = nullptr;
    Ticket ticket = 0;
    RequestTruth truth;
    Fault fault = Fault::kNone;
    std::int64_t retry_after_s = 1;
    std::int64_t arrival_ns = 0;   // the clock's
    bool own_service = false;      // the answer begins when service ends
    bool queued = false;
    bool begun = false;            // service
    bool head_sent = false;
    std::size_t next_piece = 0;
    std::size_t fault_piece = 0;   // where the fault strikes
    std::int64_t due_work = 0;
    std::optional<std::int64_t> first_content, last_content;
    std::int64_t last_write = 0;
  };
  struct Timer {
    std::int64_t at = 0;  // work time
    Ticket ticket = 0;
    bool operator>(const Timer& other) const { return at != other.at ? at > other.at : ticket > other.ticket; }
  };

  [[nodiscard]] bool answer_plain_at_once(const Incoming& request, Reply& reply);
  [[nodiscard]] Fault draw_fault(const Behaviour& behaviour);
  Exchange& new_exchange(const Incoming& request, Reply& reply, std::unique_ptr<Answer> answer);
  void shape_fault(Exchange& exchange);
  void start_waiting(Exchange& exchange, const Behaviour& behaviour);
  void begin_services(std::int64_t work_now);
  void begin_service(const Started& started);
  [[nodiscard]] Exchange* find(Ticket ticket);
  void schedule(Exchange& exchange);
  void write_due(Exchange& exchange);
  void write_pieces(Exchange& exchange);
  void write_head(Exchange& exchange, std::size_t length);
  void write_fault(Exchange& exchange, const Piece& piece, std::string& body);
  void write_error(Exchange& exchange, int status, std::string_view message);
  void note(Exchange& exchange, std::size_t from, std::size_t to, std::int64_t at, const std::vector<std::uint32_t>& sizes);
  void measure(const Exchange& exchange);
  void finish(Exchange& exchange, Outcome outcome);

  const Options& options_;
  Recorder& recorder_;
  WorkTime time_;
  Draws draws_;
  Meters meters_;
  std::unique_ptr<Discipline> queue_;
  std::vector<Started> started_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::vector<std::unique_ptr<Exchange>> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t number_ = 0;
  std::string plain_;         // the ready-made answer
  bool plain_at_once_ = false;
  std::string body_;          // of the pieces of this moment
};

}  // namespace lynxbench::stub
