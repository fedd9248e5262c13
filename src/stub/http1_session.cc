#include <algorithm>

#include "stub/request_parser.h"
#include "stub/session.h"

namespace lynxbench::stub {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

// One request at a time; those that came early wait in the buffer.
class Http1Session final : public Session, public Reply {
 public:
  explicit Http1Session(Place place) : place_(std::move(place)) {}

  void received(std::string& in) override { work(in); }
  void resume(std::string& in) override { work(in); }
  void lost() override {
    finished_ = true;
    if (ticket_ != 0) place_.engine.gone(std::exchange(ticket_, 0));
  }
  bool busy() const override { return busy_; }
  bool finished() const override { return finished_; }

  void head(const AnswerHead& head) override;
  void data(std::string_view bytes) override;
  void end(std::span<const std::pair<std::string, std::string>> trailers) override;
  std::int64_t flush() override;
  std::int64_t half(std::string_view bytes) override;
  void reset() override {
    place_.transport.reset();
    over(false);
  }
  bool broken() const override { return place_.transport.broken(); }
  bool blocked() const override { return place_.transport.blocked(); }
  std::uint64_t bytes_out() const override { return bytes_out_; }
  bool ready_made(std::string_view answer, std::int64_t& at) override {
    if (!keep_alive_ || old_client_) return false;
    at = place_.transport.send(answer);
    busy_ = false;
    return true;
  }

 private:
  void work(std::string& in);
  void take_request();
  void refuse();
  void over(bool keep);

  Place place_;
  RequestParser parser_;
  Ticket ticket_ = 0;
  std::uint32_t order_ = 0;
  std::string out_;
  std::uint64_t bytes_out_ = 0;
  bool busy_ = false;
  bool in_request_ = false;  // within engine.request()
  bool finished_ = false;
  bool keep_alive_ = true;
  bool old_client_ = false;  // HTTP/1.0
  bool head_only_ = false;
  bool chunked_ = false;
  bool ended_ = false;  // the answer is whole
  bool continued_ = false;
};

void Http1Session::work(std::string& in) {
  std::size_t at = 0;
  while (!busy_ && !finished_ && at < in.size()) {
    ParseState state = parser_.parse(std::string_view(in).substr(at));
    if (state == ParseState::kBad) {
      refuse();
      break;
    }
    if (state == ParseState::kMore) {
      if (parser_.wants_continue() && !continued_) place_.transport.send("HTTP/1.1 100 Continue\r\n\r\n");
      continued_ = continued_ || parser_.wants_continue();
      break;
    }
    take_request();
    at += parser_.consumed();
    parser_.reset();
    continued_ = false;
  }
  if (finished_) at = in.size();
  if (at == in.size()) in.clear();
  else in.erase(0, at);
}

void Http1Session::take_request() {
  const ParsedRequest& parsed = parser_.request();
  Incoming request{parsed.method, parsed.target, &parsed.headers, parsed.body, place_.transport.peer(), place_.connection,
                   order_++, place_.transport.kernel_ns(), place_.transport.read_ns(), parser_.consumed(), false};
  keep_alive_ = parsed.keep_alive;
  old_client_ = parsed.minor_version == 0;
  head_only_ = parsed.method == "HEAD";
  busy_ = true;
  ended_ = chunked_ = false;
  bytes_out_ = 0;
  in_request_ = true;
  Ticket ticket = place_.engine.request(request, *this);
  in_request_ = false;
  ticket_ = busy_ ? ticket : 0;
}

// The bytes are no HTTP: whatever follows cannot be understood either.
void Http1Session::refuse() {
  std::string text(parser_.bad_reason());
  place_.transport.send(fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                                    parser_.bad_status(), reason_of(parser_.bad_status()), text.size(), text));
  finished_ = true;
}

void Http1Session::head(const AnswerHead& head) {
  fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\n", head.status, reason_of(head.status));
  if (!head.content_type.empty()) fmt::format_to(std::back_inserter(out_), "Content-Type: {}\r\n", head.content_type);
  for (const auto& [name, value] : head.more) fmt::format_to(std::back_inserter(out_), "{}: {}\r\n", name, value);
  chunked_ = !head.length && !old_client_;
  if (head.length) fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n", *head.length);
  else if (chunked_) out_ += "Transfer-Encoding: chunked\r\n";
  else keep_alive_ = false;  // the end of the connection is that of the answer
  if (!keep_alive_) out_ += "Connection: close\r\n";
  else if (old_client_) out_ += "Connection: keep-alive\r\n";
  out_ += "\r\n";
}

void Http1Session::data(std::string_view bytes) {
  if (head_only_ || bytes.empty()) return;
  if (chunked_) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", bytes.size());
  out_ += bytes;
  if (chunked_) out_ += "\r\n";
}

void Http1Session::end(std::span<const std::pair<std::string, std::string>>) {
  if (chunked_ && !head_only_) out_ += "0\r\n\r\n";
  ended_ = true;
}

std::int64_t Http1Session::flush() {
  std::int64_t at = place_.transport.send(out_);
  bytes_out_ += out_.size();
  out_.clear();
  if (ended_) over(keep_alive_);
  else if (!in_request_) place_.touched();
  return at;
}

std::int64_t Http1Session::half(std::string_view bytes) {
  if (chunked_) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", bytes.size());
  out_ += bytes.substr(0, bytes.size() / 2);
  std::int64_t at = place_.transport.send(out_);
  bytes_out_ += out_.size();
  out_.clear();
  over(false);
  return at;
}

void Http1Session::over(bool keep) {
  busy_ = false;
  ticket_ = 0;
  finished_ = finished_ || !keep;
  if (!in_request_) place_.touched();
}

}  // namespace

std::unique_ptr<Session> make_http1_session(Place place) { return std::make_unique<Http1Session>(std::move(place)); }

}  // namespace lynxbench::stub
