#include "net/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace lynxbench::net {
namespace {

constexpr std::size_t kOutput = 256 << 10;
constexpr std::string_view kHttp1 = "HTTP/";

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::string_view text_of(const std::uint8_t* bytes, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

std::vector<nghttp2_nv> pairs_of(Http2Headers headers) {
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(headers.size());
  for (const Http2Header& header : headers) {
    // nghttp2 copies both; its type lacks the const.
    pairs.push_back({const_cast<std::uint8_t*>(bytes_of(header.name)),
                     const_cast<std::uint8_t*>(bytes_of(header.value)), header.name.size(),
                     header.value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return pairs;
}

}  // namespace

std::vector<Http2Header> views_of(const Http2KeptHeaders& kept) {
  std::vector<Http2Header> views;
  views.reserve(kept.size());
  for (const auto& [name, value] : kept) views.push_back({name, value});
  return views;
}

std::string_view value_of(Http2Headers headers, std::string_view name) {
  auto found = std::find_if(headers.begin(), headers.end(),
                            [&](const Http2Header& header) { return header.name == name; });
  return found == headers.end() ? std::string_view() : found->value;
}

std::string http2_error_name(std::uint32_t code) {
  return code <= NGHTTP2_HTTP_1_1_REQUIRED ? nghttp2_http2_strerror(code) : fmt::format("{:#x}", code);
}

// nghttp2's calls, each handed to the session that they are of.
struct Http2Session::Callbacks {
  static Http2Session& session_of(void* user) { return *static_cast<Http2Session*>(user); }

  static ssize_t send(nghttp2_session*, const std::uint8_t* bytes, std::size_t length, int, void* user) {
    Http2Session& self = session_of(user);
    if (self.output_.size() >= kOutput) return NGHTTP2_ERR_WOULDBLOCK;
    self.output_.append(text_of(bytes, length));
    return static_cast<ssize_t>(length);
  }

  // How much of a stream's body goes into the next frame; send_data() takes it.
  static ssize_t body(nghttp2_session* session, std::int32_t stream, std::uint8_t*, std::size_t length,
                      std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& outgoing = *static_cast<Outgoing*>(source->ptr);
    std::size_t taken = std::min(length, outgoing.unsent);
    bool last = outgoing.ends && taken == outgoing.unsent;
    if (taken == 0 && !last) {
      outgoing.waits = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags = NGHTTP2_DATA_FLAG_NO_COPY;
    if (last) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (outgoing.has_trailers) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        std::vector<Http2Header> headers = views_of(outgoing.trailers);
        std::vector<nghttp2_nv> pairs = pairs_of(headers);
        if (nghttp2_submit_trailer(session, stream, pairs.data(), pairs.size()) != 0) {
          return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        }
      }
    }
    return static_cast<ssize_t>(taken);
  }

  static int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* head, std::size_t length,
                       nghttp2_data_source* source, void* user) {
    constexpr std::size_t kFrameHead = 9;
    Http2Session& self = session_of(user);
    if (self.output_.size() >= kOutput) return NGHTTP2_ERR_WOULDBLOCK;
    self.output_.append(text_of(head, kFrameHead));
    self.append_data(*static_cast<Outgoing*>(source->ptr), length);
    return 0;
  }

  static ssize_t frame_length(nghttp2_session*, std::uint8_t, std::int32_t, std::int32_t connection_window,
                              std::int32_t stream_window, std::uint32_t most_frame, void*) {
    std::int64_t room = std::min({std::int64_t{connection_window}, std::int64_t{stream_window},
                                  std::int64_t{most_frame}, static_cast<std::int64_t>(kOutput)});
    return std::max<std::int64_t>(room, 1);
  }

  static int begin_headers(nghttp2_session*, const nghttp2_frame*, void* user) {
    Http2Session& self = session_of(user);
    self.header_text_.clear();
    self.header_places_.clear();
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_length,
                    const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* user) {
    Http2Session& self = session_of(user);
    std::size_t at = self.header_text_.size();
    if (at + name_length + value_length > self.most_headers_) {
      self.complaint_ = fmt::format("a header block of more than {} bytes", self.most_headers_);
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    self.header_text_.append(text_of(name, name_length)).append(text_of(value, value_length));
    self.header_places_.push_back({at, name_length, at + name_length, value_length});
    return 0;
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = session_of(user);
    std::int32_t stream = frame->hd.stream_id;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.finish_headers(stream, frame->headers.cat == NGHTTP2_HCAT_REQUEST);
        break;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) self.owner_.settings();
        return 0;
      case NGHTTP2_GOAWAY:
        self.owner_.goaway(frame->goaway.last_stream_id, frame->goaway.error_code,
                           text_of(frame->goaway.opaque_data, frame->goaway.opaque_data_len));
        return 0;
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    Outgoing* outgoing = self.outgoing(stream);
    if (outgoing != nullptr && outgoing->follower != nullptr) outgoing->follower->ended();
    return 0;
  }

  static int data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                  std::size_t length, void* user) {
    Outgoing* outgoing = session_of(user).outgoing(stream);
    if (outgoing != nullptr && outgoing->follower != nullptr) outgoing->follower->data(text_of(bytes, length));
    return 0;
  }

  static int stream_closed(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* user) {
    session_of(user).close_stream(stream, code);
    return 0;
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = session_of(user);
    if (frame->hd.type == NGHTTP2_GOAWAY && !self.goes_away_) self.terminated_ = frame->goaway.error_code;
    return 0;
  }

  static int complaint(nghttp2_session*, int, const char* text, std::size_t length, void* user) {
    session_of(user).complaint_.assign(text, length);
    return 0;
  }

  static nghttp2_session* make(Http2Session& self) {
    nghttp2_session_callbacks* calls = nullptr;
    CHECK(nghttp2_session_callbacks_new(&calls) == 0);
    nghttp2_session_callbacks_set_send_callback(calls, send);
    nghttp2_session_callbacks_set_send_data_callback(calls, send_data);
    nghttp2_session_callbacks_set_data_source_read_length_callback(calls, frame_length);
    nghttp2_session_callbacks_set_on_begin_headers_callback(calls, begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(calls, header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, frame_received);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, data);
    nghttp2_session_callbacks_set_on_stream_close_callback(calls, stream_closed);
    nghttp2_session_callbacks_set_on_frame_send_callback(calls, frame_sent);
    nghttp2_session_callbacks_set_error_callback2(calls, complaint);
    nghttp2_session* made = nullptr;
    int code = self.role_ == Http2Role::kClient ? nghttp2_session_client_new(&made, calls, &self)
                                                : nghttp2_session_server_new(&made, calls, &self);
    nghttp2_session_callbacks_del(calls);
    CHECK(code == 0);
    return made;
  }
};

Http2Session::Http2Session(Http2Role role, const Http2Options& options, Http2Owner& owner)
    : role_(role), owner_(owner), most_headers_(options.most_headers), opened_(role == Http2Role::kServer) {
  session_ = Callbacks::make(*this);
  std::vector<nghttp2_settings_entry> settings = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, options.most_frame},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options.most_headers}};
  settings.push_back(role == Http2Role::kServer
                         ? nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.most_streams}
                         : nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  CHECK(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
  CHECK(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                              static_cast<std::int32_t>(options.connection_window)) == 0);
}

Http2Session::~Http2Session() {
  for (auto& [stream, outgoing] : streams_) outgoing->follower = nullptr;
  nghttp2_session_del(session_);
}

Http2Session::Outgoing* Http2Session::outgoing(std::int32_t stream) const {
  auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second;
}

Http2Session::Outgoing* Http2Session::take_outgoing(Http2Stream* follower) {
  if (free_.empty()) {
    pool_.push_back(std::make_unique<Outgoing>());
    free_.push_back(pool_.back().get());
  }
  Outgoing* taken = free_.back();
  free_.pop_back();
  taken->follower = follower;
  return taken;
}

Result<std::int32_t> Http2Session::open(Http2Headers headers, Http2Stream& follower) {
  if (!may_open()) return error(ErrorCode::kUnavailable, "this connection takes no new streams");
  Outgoing* outgoing = take_outgoing(&follower);
  std::vector<nghttp2_nv> pairs = pairs_of(headers);
  nghttp2_data_provider provider{{.ptr = outgoing}, Callbacks::body};
  std::int32_t stream =
      nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(), &provider, nullptr);
  if (stream < 0) {
    outgoing->follower = nullptr;
    free_.push_back(outgoing);
    return error(ErrorCode::kUnavailable, "no new stream: {}", nghttp2_strerror(stream));
  }
  streams_.emplace(stream, outgoing);
  return stream;
}

void Http2Session::respond(std::int32_t stream, Http2Headers headers, Http2End end) {
  Outgoing* outgoing = this->outgoing(stream);
  if (outgoing == nullptr) return;
  std::vector<nghttp2_nv> pairs = pairs_of(headers);
  nghttp2_data_provider provider{{.ptr = outgoing}, Callbacks::body};
  // Fails where the stream is over by now: dropped.
  (void)nghttp2_submit_response(session_, stream, pairs.data(), pairs.size(),
                                end == Http2End::kEnd ? nullptr : &provider);
}

void Http2Session::send(std::int32_t stream, std::string bytes, Http2End end) {
  send_piece(stream, {std::move(bytes), {}}, end);
}

void Http2Session::send_view(std::int32_t stream, std::string_view bytes, Http2End end) {
  send_piece(stream, {{}, bytes}, end);
}

void Http2Session::send_piece(std::int32_t stream, Piece piece, Http2End end) {
  Outgoing* outgoing = this->outgoing(stream);
  if (outgoing == nullptr || outgoing->ends) return;
  std::size_t length = piece.owned.empty() ? piece.bytes.size() : piece.owned.size();
  outgoing->ends = end == Http2End::kEnd;
  outgoing->unsent += length;
  if (length > 0) outgoing->pieces.push_back(std::move(piece));
  wake(stream, *outgoing);
}

void Http2Session::trailers(std::int32_t stream, Http2Headers headers) {
  Outgoing* outgoing = this->outgoing(stream);
  if (outgoing == nullptr || outgoing->ends) return;
  for (const Http2Header& header : headers) outgoing->trailers.emplace_back(header.name, header.value);
  outgoing->has_trailers = true;
  outgoing->ends = true;
  wake(stream, *outgoing);
}

void Http2Session::wake(std::int32_t stream, Outgoing& outgoing) {
  if (!outgoing.waits) return;
  outgoing.waits = false;
  (void)nghttp2_session_resume_data(session_, stream);
}

void Http2Session::append_data(Outgoing& outgoing, std::size_t length) {
  outgoing.unsent -= length;
  while (length > 0) {
    Piece& piece = outgoing.pieces.front();
    std::string_view bytes = piece.owned.empty() ? piece.bytes : std::string_view(piece.owned);
    std::string_view part = bytes.substr(outgoing.sent, length);
    output_.append(part);
    length -= part.size();
    outgoing.sent += part.size();
    if (outgoing.sent == bytes.size()) {
      outgoing.pieces.pop_front();
      outgoing.sent = 0;
    }
  }
}

void Http2Session::reset(std::int32_t stream, std::uint32_t code) {
  if (outgoing(stream) != nullptr) (void)nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
}

void Http2Session::forget(std::int32_t stream) {
  Outgoing* outgoing = this->outgoing(stream);
  if (outgoing == nullptr) return;
  outgoing->follower = nullptr;
  outgoing->pieces.clear();
  outgoing->sent = 0;
  outgoing->unsent = 0;
  outgoing->ends = false;
  reset(stream, kHttp2Cancel);
}

void Http2Session::goaway(std::uint32_t code) {
  goes_away_ = true;
  (void)nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_), code, nullptr, 0);
}

Http2Headers Http2Session::collected_headers() {
  std::string_view text = header_text_;
  header_views_.clear();
  for (const HeaderAt& at : header_places_) {
    header_views_.push_back({text.substr(at.name, at.name_length), text.substr(at.value, at.value_length)});
  }
  return header_views_;
}

void Http2Session::finish_headers(std::int32_t stream, bool is_request) {
  Http2Headers headers = collected_headers();
  if (!is_request) {
    Outgoing* outgoing = this->outgoing(stream);
    bool interim = value_of(headers, ":status").starts_with('1');
    if (outgoing != nullptr && outgoing->follower != nullptr && !interim) outgoing->follower->headers(headers);
    return;
  }
  // In place before the owner is asked, who may answer at once.
  Outgoing* outgoing = take_outgoing(nullptr);
  streams_.emplace(stream, outgoing);
  Http2Stream* follower = owner_.request(stream, headers);
  if (follower == nullptr) {
    reset(stream, kHttp2RefusedStream);
  } else if (this->outgoing(stream) == outgoing) {
    outgoing->follower = follower;
  }
}

void Http2Session::close_stream(std::int32_t stream, std::uint32_t code) {
  auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  Outgoing* outgoing = found->second;
  streams_.erase(found);
  Http2Stream* follower = outgoing->follower;
  outgoing->follower = nullptr;
  outgoing->pieces.clear();
  outgoing->sent = 0;
  outgoing->unsent = 0;
  outgoing->ends = outgoing->has_trailers = outgoing->waits = false;
  outgoing->trailers.clear();
  free_.push_back(outgoing);
  if (follower != nullptr) follower->closed(code);
}

Status Http2Session::receive(std::string_view bytes) {
  if (opened_) return feed(bytes);
  opening_.append(bytes);
  std::string_view known = std::string_view(opening_).substr(0, kHttp1.size());
  if (known == kHttp1) {
    return error(ErrorCode::kInvalidInput, "HTTP/2 was expected, and HTTP/1 came: \"{}\"",
                 std::string_view(opening_).substr(0, std::min(opening_.find('\r'), std::size_t{80})));
  }
  if (known.size() < kHttp1.size() && kHttp1.starts_with(known)) return ok_status();
  opened_ = true;
  return feed(std::exchange(opening_, {}));
}

Status Http2Session::feed(std::string_view bytes) {
  ssize_t taken = nghttp2_session_mem_recv(session_, bytes_of(bytes), bytes.size());
  if (taken < 0) {
    return error(ErrorCode::kInvalidInput, "not HTTP/2: {}{}{}", nghttp2_strerror(static_cast<int>(taken)),
                 complaint_.empty() ? "" : ": ", complaint_);
  }
  // nghttp2 says that something was wrong by the GOAWAY that it sends, and in no other way.
  if (nghttp2_session_want_write(session_) != 0) pull_output();
  if (terminated_ == kHttp2NoError) return ok_status();
  return error(ErrorCode::kInvalidInput, "not HTTP/2 as it should be: {}{}{}", http2_error_name(terminated_),
               complaint_.empty() ? "" : ": ", complaint_);
}

void Http2Session::pull_output() {
  if (taken_ == output_.size()) {
    output_.clear();
    taken_ = 0;
  }
  CHECK(nghttp2_session_send(session_) == 0);
}

std::string_view Http2Session::output() {
  if (taken_ == output_.size()) pull_output();
  return std::string_view(output_).substr(taken_);
}

void Http2Session::written(std::size_t bytes) { taken_ += bytes; }

bool Http2Session::is_over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0 &&
         taken_ == output_.size();
}

bool Http2Session::may_open() const { return nghttp2_session_check_request_allowed(session_) != 0; }

std::uint32_t Http2Session::peer_most_streams() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

std::size_t Http2Session::unsent(std::int32_t stream) const {
  Outgoing* outgoing = this->outgoing(stream);
  return outgoing == nullptr ? 0 : outgoing->unsent;
}

}  // namespace lynxbench::net
