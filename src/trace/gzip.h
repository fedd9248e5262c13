// Undoes gzip piece by piece, member after member.
//
//   GzipInflater gzip([&](std::span<char> to) { return read_some(file, to); });
//   std::size_t got = gzip.read(buffer);    // 0: the end; gzip.losses() says whether a good one
//
// A stream that is cut or damaged gives what came before. Bytes after the last member (the padding of
// tapes and object stores) are passed over and counted. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "trace/loss_count.h"

struct inflate_state;

namespace lynxbench::trace {

[[nodiscard]] bool is_gzip(std::string_view head);

class GzipInflater {
 public:
  // Fills as much of the span as there is; less than its size only at the end.
  using Read = std::function<std::size_t(std::span<char>)>;

  explicit GzipInflater(Read read);
  ~GzipInflater();
  GzipInflater(const GzipInflater&) = delete;
  GzipInflater& operator=(const GzipInflater&) = delete;

  // Fills `to` as far as there is something; less than its size only at the end.
  [[nodiscard]] std::size_t read(std::span<char> to);
  [[nodiscard]] const LossCount& losses() const { return losses_; }

 private:
  bool refill();
  bool next_member();
  void stop(Severity severity, std::string_view what);

  Read read_;
  std::unique_ptr<inflate_state> state_;
  std::vector<char> packed_;
  std::uint64_t packed_end_ = 0;  // bytes taken from read_ so far
  bool source_ended_ = false;
  bool ended_ = false;
  LossCount losses_;
};

}  // namespace lynxbench::trace
