#include "stub/engine.h"

#include "stub/routes.h"
#include "stub/transport.h"

namespace lynxbench::stub {
namespace {

constexpr Ticket kSlotBits = 24;

std::string ready_plain(std::int64_t bytes) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}", bytes,
                     std::string(static_cast<std::size_t>(bytes), 'x'));
}

}  // namespace

Engine::Engine(const Options& options, Recorder& recorder, std::int64_t start_ns)
    : options_(options), recorder_(recorder), time_(options.stalls, start_ns), draws_(options.seed),
      meters_(options.model), queue_(make_discipline(options.queue)) {
  const Behaviour& behaviour = options.behaviour;
  bool no_delay = behaviour.delay.kind == Distribution::Kind::kFixed && behaviour.delay.a == 0 && !behaviour.service;
  plain_at_once_ = no_delay && options.queue.kind == QueueSpec::Kind::kInfinite && behaviour.faults.empty();
  if (plain_at_once_) plain_ = ready_plain(behaviour.bytes);
}

// The way of the neutral server: nothing is drawn, nothing waits, one system call.
bool Engine::answer_plain_at_once(const Incoming& request, Reply& reply) {
  if (!plain_at_once_ || request.http2 || request.method == "HEAD" || !is_plain(path_of(request.target))) return false;
  for (const Header& header : *request.headers) {
    if (is_override(header)) return false;
  }
  std::int64_t at = 0;
  if (!reply.ready_made(plain_, at)) return false;
  std::int64_t arrival = request.kernel_ns.value_or(request.read_ns);
  recorder_.count(Outcome::kOk, request.kernel_ns.has_value(), at - arrival, at - arrival);
  recorder_.wrote(at - arrival);
  ++number_;
  if (!recorder_.keeps()) return true;
  RequestTruth truth;
  truth.id = header_of(*request.headers, "x-request-id").value_or(id_within(request.body));
  truth.route = "plain";
  truth.peer = request.peer;
  truth.connection = request.connection;
  truth.order = request.order;
  truth.kernel_ns = request.kernel_ns;
  truth.read_ns = request.read_ns;
  truth.service_begin_ns = truth.service_end_ns = arrival;
  truth.status = 200;
  truth.request_bytes = request.bytes;
  truth.response_bytes = plain_.size();
  truth.outcome = Outcome::kOk;
  truth.written.assign(1, {at, arrival, static_cast<std::uint32_t>(options_.behaviour.bytes), 0, PieceKind::kAnswer});
  recorder_.keep(std::move(truth));
  return true;
}

Ticket Engine::request(const Incoming& request, Reply& reply) {
  if (answer_plain_at_once(request, reply)) return 0;
  Behaviour behaviour = options_.behaviour;
  std::unique_ptr<Answer> answer = answer_to(request, {options_, meters_, draws_, number_}, behaviour);
  Exchange& exchange = new_exchange(request, reply, std::move(answer));
  ++number_;
  Ticket ticket = exchange.ticket;
  if (exchange.answer->status != 200 || exchange.answer->at_once) {
    exchange.fault_piece = SIZE_MAX;
    write_due(exchange);
  } else {
    exchange.fault = draw_fault(behaviour);
    exchange.retry_after_s = behaviour.retry_after_s;
    shape_fault(exchange);
    start_waiting(exchange, behaviour);
  }
  return find(ticket) == nullptr ? 0 : ticket;
}

Fault Engine::draw_fault(const Behaviour& behaviour) {
  double left = draws_.fault.uniform();
  for (const FaultRate& rate : behaviour.faults) {
    if (left < rate.ratio) return rate.fault;
    left -= rate.ratio;
  }
  return Fault::kNone;
}

Engine::Exchange& Engine::new_exchange(const Incoming& request, Reply& reply, std::unique_ptr<Answer> answer) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.push_back(std::make_unique<Exchange>());
  }
  std::uint32_t slot = free_.back();
  free_.pop_back();
  Exchange& exchange = *slots_[slot];
  exchange.ticket = (number_ + 1) << kSlotBits | slot;
  exchange.reply = &reply;
  exchange.arrival_ns = request.kernel_ns.value_or(request.read_ns);
  exchange.due_work = time_.work(exchange.arrival_ns);
  RequestTruth& truth = exchange.truth;
  auto id = header_of(*request.headers, "x-request-id");
  truth.id = id ? std::string(*id) : answer->id;
  truth.route = answer->route;
  truth.peer = request.peer;
  truth.connection = request.connection;
  truth.order = request.order;
  truth.streamed = answer->streamed;
  truth.kernel_ns = request.kernel_ns;
  truth.read_ns = request.read_ns;
  truth.prompt_tokens = answer->prompt_tokens;
  truth.status = static_cast<std::uint32_t>(answer->status);
  truth.request_bytes = request.bytes;
  exchange.answer = std::move(answer);
  if (recorder_.keeps()) truth.written.reserve(exchange.answer->pieces.size());
  return exchange;
}

// The queue's server is held for the drawn service, or for the whole answer.
void Engine::start_waiting(Exchange& exchange, const Behaviour& behaviour) {
  std::int64_t held = 0;
  exchange.own_service = behaviour.service.has_value() || options_.queue.kind == QueueSpec::Kind::kBatch;
  if (behaviour.service) {
    held = drawn_ns(*behaviour.service, draws_.service);
  } else {
    for (const Piece& piece : exchange.answer->pieces) held += piece.gap_ns;
  }
  if (!queue_->arrive(exchange.ticket, exchange.due_work, held)) {
    exchange.answer->status = 503;
    write_error(exchange, 503, "the queue is full");
    finish(exchange, Outcome::kRejected);
    return;
  }
  exchange.queued = true;
  if (exchange.answer->meter != Meter::kNone) ++meters_.waiting;
  if (exchange.answer->meter == Meter::kOpenAi) meters_.prompt(exchange.answer->prompt_tokens);
  std::int64_t now = time_.work(monotonic_ns());
  begin_services(std::max(now, exchange.due_work));
  run(monotonic_ns());
}

void Engine::begin_services(std::int64_t work_now) {
  started_.clear();
  queue_->advance(work_now, started_);
  for (const Started& started : started_) begin_service(started);
}

void Engine::begin_service(const Started& started) {
  Exchange* exchange = find(started.id);
  if (exchange == nullptr) return;
  exchange->begun = true;
  if (exchange->answer->meter != Meter::kNone) --meters_.waiting, ++meters_.running;
  exchange->truth.service_begin_ns = time_.real(started.begin_ns);
  exchange->truth.service_end_ns = time_.real(started.end_ns);
  exchange->truth.batch = started.batch;
  exchange->truth.batch_size = started.batch_size;
  if (exchange->fault == Fault::kSilence) return;
  std::int64_t released = exchange->own_service ? started.end_ns : started.begin_ns;
  exchange->due_work = released + exchange->answer->pieces.front().gap_ns;
  schedule(*exchange);
}

Engine::Exchange* Engine::find(Ticket ticket) {
  std::size_t slot = ticket & ((Ticket{1} << kSlotBits) - 1);
  if (ticket == 0 || slot >= slots_.size() || slots_[slot]->ticket != ticket) return nullptr;
  return slots_[slot].get();
}

void Engine::schedule(Exchange& exchange) { timers_.push({exchange.due_work, exchange.ticket}); }

std::optional<std::int64_t> Engine::next() {
  std::optional<std::int64_t> next = queue_->next();
  if (!timers_.empty()) next = std::min(next.value_or(INT64_MAX), timers_.top().at);
  if (!next) return std::nullopt;
  return time_.real(*next);
}

void Engine::run(std::int64_t now) {
  std::int64_t work_now = time_.work(now);
  while (true) {
    if (auto next = queue_->next(); next && *next <= work_now) begin_services(work_now);
    if (timers_.empty() || timers_.top().at > work_now) return;
    Ticket ticket = timers_.top().ticket;
    timers_.pop();
    if (Exchange* exchange = find(ticket)) write_due(*exchange);
  }
}

void Engine::measure(const Exchange& exchange) {
  const Answer& answer = *exchange.answer;
  if (answer.meter == Meter::kNone) return;
  if (exchange.queued) --(exchange.begun ? meters_.running : meters_.waiting);
  const RequestTruth& truth = exchange.truth;
  Measured measured;
  measured.openai = answer.meter == Meter::kOpenAi;
  measured.ok = truth.outcome == Outcome::kOk;
  measured.length_limited = answer.length_limited;
  measured.arrival_ns = exchange.arrival_ns;
  measured.begin_ns = exchange.begun ? truth.service_begin_ns : exchange.arrival_ns;
  measured.first_content_ns = exchange.first_content;
  measured.last_ns = exchange.last_content.value_or(exchange.last_write);
  measured.prompt_tokens = truth.prompt_tokens;
  measured.tokens = truth.tokens;
  measured.batch = truth.batch;
  measured.batch_size = truth.batch_size;
  meters_.over(measured);
}

void Engine::gone(Ticket ticket) {
  Exchange* exchange = find(ticket);
  if (exchange == nullptr) return;
  queue_->leave(ticket, time_.work(monotonic_ns()));
  finish(*exchange, exchange->fault == Fault::kSilence ? Outcome::kFault : Outcome::kGone);
}

void Engine::end() {
  for (auto& exchange : slots_) {
    if (exchange->ticket != 0) finish(*exchange, Outcome::kUnfinished);
  }
}

void Engine::finish(Exchange& exchange, Outcome outcome) {
  RequestTruth& truth = exchange.truth;
  truth.outcome = outcome;
  truth.fault = exchange.fault == Fault::kNone ? "" : std::string(name_of(exchange.fault));
  if (exchange.reply != nullptr && outcome != Outcome::kGone) truth.response_bytes = exchange.reply->bytes_out();
  std::optional<std::int64_t> ttft;
  if (exchange.first_content) ttft = *exchange.first_content - exchange.arrival_ns;
  recorder_.count(outcome, truth.kernel_ns.has_value(), ttft, exchange.last_write - exchange.arrival_ns);
  measure(exchange);
  if (recorder_.keeps()) recorder_.keep(std::move(truth));
  std::size_t slot = exchange.ticket & ((Ticket{1} << kSlotBits) - 1);
  exchange = Exchange{};
  free_.push_back(static_cast<std::uint32_t>(slot));
}

}  // namespace lynxbench::stub
