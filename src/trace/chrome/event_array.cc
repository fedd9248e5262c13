#include "trace/chrome/event_array.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "trace/chrome/block.h"

namespace lynxbench::trace::chrome {
namespace {

// What has been read of the text and not used, and where it stands.
struct Carry {
  std::string text;
  std::uint64_t byte = 0;
  bool seeking = false;
  std::size_t longest_event_bytes = 0;

  [[nodiscard]] Block block() const { return {text, byte, seeking, longest_event_bytes}; }
  void keep_from(const BlockEnd& end) {
    text.erase(0, end.position);
    byte += end.position;
    seeking = end.seeking;
  }
};

std::size_t fill(ByteSource& source, std::string& text, std::size_t wanted) {
  const std::size_t kept = text.size();
  text.resize(kept + wanted);
  const std::size_t got = source.read({text.data() + kept, wanted});
  text.resize(kept + got);
  return got;
}

EventArrayEnd at_source_end(const Carry& carry) {
  if (carry.seeking) return {ArrayEnd::kNotFound, carry.byte};
  const bool blank = carry.text.find_first_not_of(" \t\r\n,") == std::string::npos;
  return {blank ? ArrayEnd::kMissing : ArrayEnd::kCutInEvent, carry.byte};
}

Carry carry_of(JsonStream& json, const EventArrayOptions& options) {
  Carry carry;
  carry.byte = json.byte();
  carry.text = json.take_rest();
  carry.longest_event_bytes = options.longest_event_bytes;
  return carry;
}

EventArrayEnd read_serially(JsonStream& json, ByteSource& source, Carry carry,
                            std::size_t block_bytes, auto& to) {
  while (true) {
    const BlockEnd end = read_block(carry.block(), to);
    if (end.array_ended) {
      carry.keep_from(end);
      json.resume_after_array(std::move(carry.text), carry.byte);
      return {ArrayEnd::kClosed, carry.byte};
    }
    carry.keep_from(end);
    if (fill(source, carry.text, std::max(block_bytes, carry.text.size())) == 0) {
      return at_source_end(carry);
    }
  }
}

// A block of the text, and what a worker made of it.
struct Piece {
  std::string text;
  std::uint64_t byte = 0;
  std::size_t longest_event_bytes = 0;
  BlockEnd end;
  Batch batch;
  bool done = false;
};

void read_piece(Piece& piece) {
  piece.end = read_block({piece.text, piece.byte, true, piece.longest_event_bytes}, piece.batch);
}

// Threads that read pieces; pieces come back in the order in which they were given.
class Workers {
 public:
  explicit Workers(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      threads_.emplace_back([this](std::stop_token stop) { work(stop); });
    }
  }
  void give(std::unique_ptr<Piece> piece) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(piece.get());
      order_.push_back(std::move(piece));
    }
    changed_.notify_all();
  }
  [[nodiscard]] std::size_t held() const { return order_.size(); }
  // The oldest piece, once it has been read.
  std::unique_ptr<Piece> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return order_.front()->done; });
    std::unique_ptr<Piece> piece = std::move(order_.front());
    order_.pop_front();
    return piece;
  }

 private:
  void work(const std::stop_token& stop) {
    while (true) {
      Piece* piece = nullptr;
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        piece = waiting_.front();
        waiting_.pop_front();
      }
      read_piece(*piece);
      {
        const std::lock_guard lock(mutex_);
        piece->done = true;
      }
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Piece*> waiting_;
  std::deque<std::unique_ptr<Piece>> order_;  // only the owner's thread changes its ends
  std::vector<std::jthread> threads_;
};

class ParallelReader {
 public:
  ParallelReader(JsonStream& json, ByteSource& source, const EventArrayOptions& options,
                 Carry carry, Batch& batch)
      : json_(json), source_(source), batch_(batch), carry_(std::move(carry)),
        block_bytes_(options.block_bytes), most_held_(2 * options.threads - 1),
        next_byte_(carry_.byte + carry_.text.size()), workers_(options.threads - 1) {}

  EventArrayEnd run() {
    while (true) {
      while (!source_ended_ && workers_.held() < most_held_) give_next();
      if (workers_.held() == 0) return last_piece();
      const std::unique_ptr<Piece> piece = workers_.take();
      if (use(*piece)) return {ArrayEnd::kClosed, carry_.byte};
    }
  }

 private:
  void give_next() {
    auto piece = std::make_unique<Piece>();
    piece->byte = next_byte_;
    piece->longest_event_bytes = carry_.longest_event_bytes;
    source_ended_ = fill(source_, piece->text, block_bytes_) < block_bytes_;
    next_byte_ += piece->text.size();
    if (!piece->text.empty()) workers_.give(std::move(piece));
  }

  // What is left in the carry when the source gave nothing.
  EventArrayEnd last_piece() {
    const BlockEnd end = read_block(carry_.block(), batch_);
    carry_.keep_from(end);
    if (!end.array_ended) return at_source_end(carry_);
    close(std::move(carry_.text), carry_.byte);
    return {ArrayEnd::kClosed, carry_.byte};
  }

  // Whether the array ended in it.
  bool use(Piece& piece) {
    carry_.text.append(piece.text, 0, piece.end.first);
    if (piece.end.first == piece.text.size()) return read_again();  // no event begins in it
    Batch head;
    const BlockEnd end = read_block(carry_.block(), head);
    const bool guess_was_right = end.seeking ? !find_event(carry_.text, end.position)
                                             : end.position == carry_.text.size();
    if (end.array_ended || !guess_was_right) {
      carry_.text.append(piece.text, piece.end.first);
      return read_again();
    }
    append(batch_, head);
    append(batch_, piece.batch);
    carry_.text = piece.text.substr(piece.end.position);
    carry_.byte = piece.byte + piece.end.position;
    carry_.seeking = piece.end.seeking;
    if (piece.end.array_ended) close(std::move(carry_.text), carry_.byte);
    return piece.end.array_ended;
  }

  // The carry with a whole piece behind it, from where the last event ended.
  bool read_again() {
    const BlockEnd end = read_block(carry_.block(), batch_);
    carry_.keep_from(end);
    if (end.array_ended) close(std::move(carry_.text), carry_.byte);
    return end.array_ended;
  }

  // What the workers hold is no part of the array.
  void close(std::string rest, std::uint64_t byte) {
    while (workers_.held() != 0) rest += workers_.take()->text;
    json_.resume_after_array(std::move(rest), byte);
  }

  JsonStream& json_;
  ByteSource& source_;
  Batch& batch_;
  Carry carry_;
  std::size_t block_bytes_;
  std::size_t most_held_;
  std::uint64_t next_byte_;
  bool source_ended_ = false;
  Workers workers_;
};

}  // namespace

EventArrayEnd read_event_array(JsonStream& json, ByteSource& source,
                               const EventArrayOptions& options, Batch& batch) {
  Carry carry = carry_of(json, options);
  EventArrayOptions used = options;
  if (used.threads == 0) used.threads = std::max(1U, std::thread::hardware_concurrency());
  if (used.threads == 1) {
    return read_serially(json, source, std::move(carry), used.block_bytes, batch);
  }
  return ParallelReader(json, source, used, std::move(carry), batch).run();
}

EventArrayEnd read_event_array(JsonStream& json, ByteSource& source,
                               const EventArrayOptions& options, EventSink& sink) {
  return read_serially(json, source, carry_of(json, options), options.block_bytes, sink);
}

std::string_view loss_of(ArrayEnd end) {
  switch (end) {
    case ArrayEnd::kClosed: return "";
    case ArrayEnd::kMissing: return "the file ends before traceEvents does";
    case ArrayEnd::kCutInEvent: return "the file is cut inside an event; what follows is missing";
    case ArrayEnd::kNotFound: return "nothing could be read behind the last damaged event";
  }
  return "";
}

}  // namespace lynxbench::trace::chrome
