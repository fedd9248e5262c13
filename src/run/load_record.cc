#include "run/load_record.h"

#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "model/json.h"

namespace lynxbench::run {
namespace {

Json chunk_document(const Chunk& chunk) {
  Json out{{"at_ns", chunk.at_ns}, {"channel", name_of(chunk.channel)}, {"tokens", nullptr}};
  if (chunk.counted) out["tokens"] = chunk.tokens;
  return out;
}

void add_exchange(Json& out, const Exchange& exchange) {
  out["failure"] = name_of(exchange.failure);
  out["detail"] = exchange.detail;
  out["status_code"] = exchange.status_code;
  out["new_connection"] = exchange.new_connection;
  out["kernel_times"] = exchange.kernel_times;
  out["written_ns"] = exchange.written_ns;
  out["connect_ns"] = exchange.connect_ns;
  out["read_delay_ns"] = exchange.read_delay_ns;
  out["retry_after_ns"] = exchange.retry_after_ns;
  out["first_event_ns"] = exchange.first_event_ns;
  out["first_content_ns"] = exchange.first_content_ns;
  out["first_answer_ns"] = exchange.first_answer_ns;
  out["last_content_ns"] = exchange.last_content_ns;
  out["prompt_tokens"] = exchange.prompt_tokens;
  out["cached_tokens"] = exchange.cached_tokens;
  out["completion_tokens"] = exchange.completion_tokens;
  out["reasoning_tokens"] = exchange.reasoning_tokens;
  out["events"] = exchange.events;
  out["content_chunks"] = exchange.content_chunks;
  out["chunks_dropped"] = exchange.chunks_dropped;
  out["score"] = exchange.score;
  Json& chunks = out["chunks"] = Json::array();
  for (const Chunk& chunk : exchange.chunks) chunks.push_back(chunk_document(chunk));
}

}  // namespace

Json record_document(const RequestRecord& record) {
  const bool sent = record.status != RequestStatus::kUnsent;
  const bool over = sent && record.status != RequestStatus::kUnfinished;
  Json out{{"index", record.index}, {"input", record.input}, {"status", name_of(record.status)},
           {"due_ns", record.due_ns}, {"sent_ns", nullptr}, {"first_byte_ns", nullptr}, {"done_ns", nullptr},
           {"request_bytes", record.request_bytes}, {"response_bytes", record.response_bytes}};
  if (sent) out["sent_ns"] = record.sent_ns;
  if (record.status == RequestStatus::kOk) out["first_byte_ns"] = record.first_byte_ns;
  if (over) out["done_ns"] = record.done_ns;
  if (record.exchange) add_exchange(out, *record.exchange);
  return out;
}

Result<std::unique_ptr<LoadRecorder>> LoadRecorder::create(const fs::path& file, Nanos epoch) {
  std::FILE* opened = std::fopen(file.c_str(), "w");
  if (opened == nullptr) return Error{ErrorCode::kUnavailable, "cannot be written: " + system_message(errno), file.string()};
  Json first{{"lynxbench_load_record", 1}, {"clock", "CLOCK_MONOTONIC"}, {"unit", "ns"}, {"epoch_ns", epoch.count()},
             {"wall_epoch_ns", wall_clock_ns() - (SystemClock().now() - epoch).count()}};
  fmt::print(opened, "{}\n", canonical_text(first));  // what fails here fails at finish() too
  return std::unique_ptr<LoadRecorder>(new LoadRecorder(file, opened));
}

LoadRecorder::LoadRecorder(const fs::path& path, std::FILE* file)
    : path_(path), file_(file), thread_([this] { work(); }) {}

LoadRecorder::~LoadRecorder() { (void)finish(); }

void LoadRecorder::take(RequestRecord&& record) {
  std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    ++left_out_;
    return;
  }
  waiting_.push_back(std::move(record));
  if (waiting_.size() == kMostWaiting / 16) changed_.notify_one();
}

void LoadRecorder::work() {
  std::vector<RequestRecord> piece;
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(500), [&] { return ending_ || waiting_.size() >= kMostWaiting / 16; });
      piece.swap(waiting_);
      last = ending_ && piece.empty();
    }
    write(piece);
    piece.clear();
  }
}

void LoadRecorder::write(const std::vector<RequestRecord>& records) {
  for (const RequestRecord& record : records) {
    if (problem_ != 0) return;
    // Details are a server's words: what is no UTF-8 is replaced.
    std::string line = record_document(record).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    if (std::fwrite(line.data(), 1, line.size(), file_) != line.size()) problem_ = errno;
    else ++written_;
  }
}

Result<LoadRecorder::Written> LoadRecorder::finish() {
  if (thread_.joinable()) {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
    if (std::fclose(file_) != 0 && problem_ == 0) problem_ = errno;
    file_ = nullptr;
  }
  if (problem_ != 0) return Error{ErrorCode::kExhausted, "cannot be written: " + system_message(problem_), path_.string()};
  return Written{written_, left_out_};
}

}  // namespace lynxbench::run
