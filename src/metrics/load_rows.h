// What is kept of every request of a load: 32 bytes, so a million requests take 32 MB. Times are exact
// up to 36 minutes (a longer one counts as that, and is counted). Inside metrics only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "model/request.h"

namespace lynxbench::metrics {

// A whole number kept in few bits: exact below 2048, above that to 1 part in 1024 (rounded down).
[[nodiscard]] std::uint16_t rounded_cell(std::int64_t value);
[[nodiscard]] std::int64_t value_of_cell(std::uint16_t cell);

inline constexpr std::int64_t kLongestKept = (std::int64_t{1} << 41) - 2;  // ns: 36 minutes
inline constexpr std::uint64_t kNoTime = (std::uint64_t{1} << 41) - 1;
inline constexpr std::uint64_t kMostTokensKept = (std::uint64_t{1} << 23) - 2;
inline constexpr std::uint64_t kNoTokens = (std::uint64_t{1} << 23) - 1;
inline constexpr std::uint16_t kNoCell = 0xffff;

struct LoadRow {
  std::uint64_t due : 48;         // ns since the load began
  std::uint64_t tpot_cell : 16;   // rounded_cell of ns; kNoCell
  std::uint64_t lag : 41;         // due -> sent; kNoTime: never sent
  std::uint64_t tokens : 23;      // of the answer; kNoTokens
  std::uint64_t service : 41;     // sent -> left; kNoTime: never left
  std::uint64_t prompt : 23;      // tokens of the prompt; kNoTokens
  std::uint64_t ttft : 41;        // sent -> first content; kNoTime
  std::uint64_t itl_cell : 16;    // of the request's mean ITL
  std::uint64_t status : 3;       // RequestStatus; kLate: answered well and beyond a limit of the SLO
  std::uint64_t failure : 4;      // Failure

  static constexpr std::uint64_t kLate = 7;

  [[nodiscard]] bool ok() const { return status == kLate || status == static_cast<std::uint64_t>(RequestStatus::kOk); }
  [[nodiscard]] bool good() const { return status == static_cast<std::uint64_t>(RequestStatus::kOk); }
  [[nodiscard]] bool was_sent() const { return lag != kNoTime; }
  [[nodiscard]] bool left() const { return was_sent() && service != kNoTime; }
  [[nodiscard]] std::int64_t due_ns() const { return static_cast<std::int64_t>(due); }
  [[nodiscard]] std::int64_t sent_ns() const { return static_cast<std::int64_t>(due + lag); }
  [[nodiscard]] std::int64_t left_ns() const { return static_cast<std::int64_t>(due + lag + service); }
  // Of a request that was answered well.
  [[nodiscard]] std::int64_t e2e_ns() const { return static_cast<std::int64_t>(lag + service); }
  [[nodiscard]] std::int64_t service_ns() const { return static_cast<std::int64_t>(service); }
  [[nodiscard]] std::optional<std::int64_t> ttft_from_sent_ns() const {
    if (!ok() || ttft == kNoTime) return std::nullopt;
    return static_cast<std::int64_t>(ttft);
  }
  [[nodiscard]] std::optional<std::int64_t> ttft_from_due_ns() const {
    if (!ok() || ttft == kNoTime) return std::nullopt;
    return static_cast<std::int64_t>(lag + ttft);
  }
  [[nodiscard]] std::optional<std::int64_t> tpot_ns() const { return of_cell(static_cast<std::uint16_t>(tpot_cell)); }
  [[nodiscard]] std::optional<std::int64_t> itl_ns() const { return of_cell(static_cast<std::uint16_t>(itl_cell)); }

 private:
  [[nodiscard]] std::optional<std::int64_t> of_cell(std::uint16_t cell) const {
    if (!ok() || cell == kNoCell) return std::nullopt;
    return value_of_cell(cell);
  }
};
static_assert(sizeof(LoadRow) == 32);

// Rows in pieces of a megabyte: nothing is moved when it grows, or when two are put together.
class LoadRows {
 public:
  // With the allocator's 16 bytes it fills whole pages: 32'768 rows would take one more each.
  static constexpr std::size_t kPiece = 32'766;

  void push_back(const LoadRow& row) {
    if (size_ == pieces_.size() * kPiece) pieces_.push_back(std::make_unique_for_overwrite<LoadRow[]>(kPiece));
    pieces_[size_ / kPiece][size_ % kPiece] = row;
    ++size_;
  }
  // In any order.
  void take_all(LoadRows&& other);
  void sort_by_due();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] LoadRow& operator[](std::size_t i) { return pieces_[i / kPiece][i % kPiece]; }
  [[nodiscard]] const LoadRow& operator[](std::size_t i) const { return pieces_[i / kPiece][i % kPiece]; }

 private:
  std::vector<std::unique_ptr<LoadRow[]>> pieces_;
  std::size_t size_ = 0;
};

}  // namespace lynxbench::metrics
