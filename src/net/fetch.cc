#include "net/fetch.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "net/http1.h"
#include "net/poller.h"
#include "net/stream.h"
#include "net/url.h"

namespace lynxbench::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// A connection with at most one exchange on it.
class OneExchange final : public StreamOwner {
 public:
  OneExchange(const Url& url, const std::string& request, std::size_t most_bytes)
      : url_(url), request_(request), most_bytes_(most_bytes) {}

  Status run(const TlsOptions& tls, Nanos timeout, Http1Parser::Body body) {
    std::unique_ptr<Poller> poller = TRY(Poller::make());
    std::unique_ptr<Destination> there = TRY(Destination::resolve(url_, tls));
    parser_.begin(body);
    Stream stream(*poller, *there, *this);
    Nanos end = Poller::now() + timeout;
    if (StreamEnd failed = stream.start()) fail(ErrorCode::kUnavailable, failed.text);
    while (!done_ && !problem_) {
      if (Poller::now() >= end) fail(ErrorCode::kUnavailable, fmt::format("no answer in {} ms", timeout / std::chrono::milliseconds(1)));
      else poller->wait(end);
    }
    if (problem_) return *problem_;
    return ok_status();
  }

  FetchReply reply;

  void stream_connected(Stream& stream) override {
    if (request_.empty()) done_ = true;
    else stream.write(request_);
  }

  void stream_received(Stream& stream, std::string_view bytes, const Receipt&) override {
    Http1Parser::Event event = parser_.next(bytes);
    for (; !take(event); event = parser_.next(bytes)) {
    }
    if (done_ || problem_) stream.close();
  }

  void stream_ended(Stream&, const StreamEnd& end) override {
    if (done_ || problem_) return;
    if (end.fault == StreamFault::kClosed && parser_.end_of_input() == Http1Parser::Event::kEnd) {
      done_ = true;
    } else {
      fail(ErrorCode::kUnavailable, end.fault == StreamFault::kClosed ? end.text + " " + parser_.problem_text() : end.text);
    }
  }

 private:
  // True: nothing more for now.
  bool take(Http1Parser::Event event) {
    switch (event) {
      case Http1Parser::Event::kHead:
        reply.status = parser_.status();
        for (const Http1Parser::Field& one : parser_.fields()) reply.fields.emplace_back(one.name, one.value);
        return false;
      case Http1Parser::Event::kBody:
        reply.body += parser_.body();
        if (reply.body.size() > most_bytes_) fail(ErrorCode::kInvalidInput, fmt::format("the answer has more than {} bytes", most_bytes_));
        return problem_.has_value();
      case Http1Parser::Event::kEnd:
        done_ = true;
        return true;
      case Http1Parser::Event::kMore:
        return true;
      case Http1Parser::Event::kError:
        break;
    }
    fail(ErrorCode::kInvalidInput, parser_.problem_text());
    return true;
  }

  void fail(ErrorCode code, const std::string& text) { problem_ = Error{code, text, url_.public_text()}; }

  const Url& url_;
  const std::string& request_;
  const std::size_t most_bytes_;
  Http1Parser parser_;
  bool done_ = false;
  std::optional<Error> problem_;
};

}  // namespace

std::string FetchReply::field(std::string_view name) const {
  for (const auto& [one, value] : fields) {
    if (std::equal(one.begin(), one.end(), name.begin(), name.end(),
                   [](char a, char b) { return lower(a) == b; })) {
      return value;
    }
  }
  return "";
}

Result<FetchReply> fetch(const Fetch& request, Nanos timeout) {
  Url url = TRY(parse_url(request.url));
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nUser-Agent: lynxbench\r\nAccept: */*\r\n",
                                 request.method, url.request_target(), url.authority());
  if (!url.credentials.empty()) text += "Authorization: " + url.authorization() + "\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  if (!request.body.empty()) text += fmt::format("Content-Length: {}\r\n", request.body.size());
  text += "\r\n" + request.body;
  OneExchange exchange(url, text, request.most_bytes);
  TRY_STATUS(exchange.run(request.tls, timeout,
                          request.method == "HEAD" ? Http1Parser::Body::kNone : Http1Parser::Body::kAsSaid));
  return std::move(exchange.reply);
}

Result<FetchReply> http_get(const std::string& url, Nanos timeout) {
  Fetch request;
  request.url = url;
  return fetch(request, timeout);
}

Status try_connect(const std::string& url, const TlsOptions& tls, Nanos timeout) {
  Url parsed = TRY(parse_url(url));
  const std::string nothing;
  OneExchange exchange(parsed, nothing, 0);
  return exchange.run(tls, timeout, Http1Parser::Body::kAsSaid);
}

}  // namespace lynxbench::net
