// How answers leave the engine, with and without faults.
#include <algorithm>

#include "stub/engine.h"
#include "stub/transport.h"

namespace lynxbench::stub {
namespace {

constexpr std::string_view kHtml =
    "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n";

int status_of(Fault fault) {
  switch (fault) {
    case Fault::kStatus503: return 503;
    case Fault::kStatus429: return 429;
    default: return 500;
  }
}

bool is_status(Fault fault) {
  return fault == Fault::kStatus500 || fault == Fault::kStatus503 || fault == Fault::kStatus429;
}

bool strikes_within(Fault fault) {
  return fault == Fault::kMidStream || fault == Fault::kCut || fault == Fault::kReset || fault == Fault::kHalfChunk;
}

bool is_answer(PieceKind kind) { return has_content(kind) || kind == PieceKind::kAnswer; }

}  // namespace

// Where the fault strikes, and what is left of the answer's pieces.
void Engine::shape_fault(Exchange& exchange) {
  Answer& answer = *exchange.answer;
  exchange.fault_piece = answer.pieces.size();
  if (exchange.fault == Fault::kNone) return;
  if (exchange.fault == Fault::kMidStream && !answer.streamed) exchange.fault = Fault::kStatus500;
  if (exchange.fault == Fault::kCut && !answer.streamed) exchange.fault = Fault::kHalfChunk;
  if (is_status(exchange.fault) || exchange.fault == Fault::kHtml) {
    Piece whole{PieceKind::kError, 0, 0};
    for (const Piece& piece : answer.pieces) {
      whole.gap_ns += piece.gap_ns;
      if (is_answer(piece.kind)) break;
    }
    answer.pieces.assign(1, whole);
    answer.streamed = false;
    answer.status = exchange.fault == Fault::kHtml ? 200 : status_of(exchange.fault);
    exchange.truth.status = static_cast<std::uint32_t>(answer.status);
    exchange.fault_piece = 0;
  } else if (strikes_within(exchange.fault)) {
    auto contents = std::count_if(answer.pieces.begin(), answer.pieces.end(), [](const Piece& p) { return is_answer(p.kind); });
    std::ptrdiff_t before = contents / 2;
    auto at = std::find_if(answer.pieces.begin(), answer.pieces.end(),
                           [&](const Piece& piece) { return is_answer(piece.kind) && before-- == 0; });
    exchange.fault_piece = static_cast<std::size_t>(at - answer.pieces.begin());
  }
}

// Everything of this moment, in one system call.
void Engine::write_due(Exchange& exchange) {
  if (exchange.answer->status != 200 && exchange.fault == Fault::kNone) {
    body_.clear();
    exchange.answer->render(exchange.answer->pieces.front(), body_);
    write_head(exchange, body_.size());
    exchange.reply->data(body_);
    exchange.reply->end(exchange.answer->trailers(exchange.answer->status));
    note(exchange, 0, 1, exchange.reply->flush(), {static_cast<std::uint32_t>(body_.size())});
    finish(exchange, Outcome::kBadRequest);
    return;
  }
  write_pieces(exchange);
}

void Engine::write_pieces(Exchange& exchange) {
  Answer& answer = *exchange.answer;
  static thread_local std::vector<std::uint32_t> sizes;
  sizes.clear();
  std::size_t from = exchange.next_piece;
  while (exchange.next_piece < answer.pieces.size()) {
    const Piece& piece = answer.pieces[exchange.next_piece];
    if (exchange.next_piece > from && piece.gap_ns > 0) break;
    body_.clear();
    if (exchange.next_piece == exchange.fault_piece) {
      if (!sizes.empty()) note(exchange, from, exchange.next_piece, exchange.reply->flush(), sizes);
      write_fault(exchange, piece, body_);
      finish(exchange, Outcome::kFault);
      return;
    }
    answer.render(piece, body_);
    write_head(exchange, body_.size());
    exchange.reply->data(body_);
    sizes.push_back(static_cast<std::uint32_t>(body_.size()));
    ++exchange.next_piece;
  }
  bool last = exchange.next_piece == answer.pieces.size();
  if (last) exchange.reply->end(answer.trailers(200));
  note(exchange, from, exchange.next_piece, exchange.reply->flush(), sizes);
  if (last) {
    finish(exchange, Outcome::kOk);
  } else if (exchange.reply->broken()) {
    gone(exchange.ticket);
  } else {
    exchange.due_work += answer.pieces[exchange.next_piece].gap_ns;
    schedule(exchange);
  }
}

void Engine::write_head(Exchange& exchange, std::size_t length) {
  if (exchange.head_sent) return;
  exchange.head_sent = true;
  Answer& answer = *exchange.answer;
  AnswerHead head;
  head.status = answer.grpc ? 200 : answer.status;
  head.content_type = answer.content_type;
  if (!answer.streamed && !answer.grpc) head.length = length;
  head.more = answer.headers;
  if (answer.status == 429) head.more.emplace_back("retry-after", fmt::to_string(exchange.retry_after_s));
  exchange.reply->head(head);
}

void Engine::write_fault(Exchange& exchange, const Piece& piece, std::string& body) {
  Answer& answer = *exchange.answer;
  Reply& reply = *exchange.reply;
  switch (exchange.fault) {
    case Fault::kReset:
      reply.reset();
      return;
    case Fault::kHalfChunk: {
      answer.render(piece, body);
      write_head(exchange, body.size());
      std::int64_t at = reply.half(body);
      note(exchange, exchange.next_piece, exchange.next_piece + 1, at, {static_cast<std::uint32_t>(body.size() / 2)});
      return;
    }
    case Fault::kCut:
      write_head(exchange, 0);
      reply.end(answer.trailers(200));
      reply.flush();
      return;
    case Fault::kMidStream: {
      answer.render_error(500, "a fault within the stream, as asked for", true, body);
      write_head(exchange, 0);
      if (!body.empty()) reply.data(body);
      reply.end(answer.trailers(answer.grpc ? 500 : 200));
      std::int64_t at = reply.flush();
      answer.pieces[exchange.next_piece].kind = PieceKind::kError;
      answer.pieces[exchange.next_piece].tokens = 0;
      note(exchange, exchange.next_piece, exchange.next_piece + 1, at, {static_cast<std::uint32_t>(body.size())});
      return;
    }
    case Fault::kHtml:
      answer.content_type = "text/html";
      body = kHtml;
      write_head(exchange, body.size());
      reply.data(body);
      reply.end({});
      note(exchange, 0, 1, reply.flush(), {static_cast<std::uint32_t>(body.size())});
      return;
    default: write_error(exchange, answer.status, "a fault, as asked for");
  }
}

void Engine::write_error(Exchange& exchange, int status, std::string_view message) {
  Answer& answer = *exchange.answer;
  answer.status = status;
  answer.streamed = false;
  if (!answer.grpc) answer.content_type = "application/json";
  exchange.truth.status = static_cast<std::uint32_t>(status);
  body_.clear();
  answer.render_error(status, message, false, body_);
  write_head(exchange, body_.size());
  if (!body_.empty()) exchange.reply->data(body_);
  exchange.reply->end(answer.trailers(status));
  answer.pieces.assign(1, {PieceKind::kError, 0, 0});
  note(exchange, 0, 1, exchange.reply->flush(), {static_cast<std::uint32_t>(body_.size())});
}

// Pieces `from` to `to` went out at `at`.
void Engine::note(Exchange& exchange, std::size_t from, std::size_t to, std::int64_t at, const std::vector<std::uint32_t>& sizes) {
  std::int64_t due = time_.real(exchange.due_work);
  for (std::size_t i = from; i < to; ++i) {
    const Piece& piece = exchange.answer->pieces[i];
    if (recorder_.keeps()) exchange.truth.written.push_back({at, due, sizes[i - from], piece.tokens, piece.kind});
    recorder_.wrote(at - due);
    exchange.truth.tokens += piece.tokens;
    bool openai = exchange.answer->meter == Meter::kOpenAi;
    if (openai) meters_.generated(piece.tokens);
    if (!is_answer(piece.kind)) continue;
    if (!exchange.first_content) exchange.first_content = at;
    if (exchange.last_content) {
      recorder_.gap(at - *exchange.last_content);
      if (openai) meters_.gap(at - *exchange.last_content);
    }
    exchange.last_content = at;
  }
  exchange.last_write = at;
  if (exchange.reply->blocked()) ++exchange.truth.blocked;
}

}  // namespace lynxbench::stub
