#include "metrics/load_rows.h"

#include <bit>
#include <compare>

namespace lynxbench::metrics {
namespace {

constexpr int kBits = 10;
constexpr std::int64_t kPerDoubling = std::int64_t{1} << kBits;

// A position in LoadRows, for std::sort.
class Position {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = LoadRow;
  using difference_type = std::ptrdiff_t;
  using pointer = LoadRow*;
  using reference = LoadRow&;

  Position() = default;
  Position(LoadRows& rows, std::ptrdiff_t at) : rows_(&rows), at_(at) {}
  reference operator*() const { return (*rows_)[static_cast<std::size_t>(at_)]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const { return *(*this + n); }
  Position& operator++() { return ++at_, *this; }
  Position& operator--() { return --at_, *this; }
  Position operator++(int) { return {*rows_, at_++}; }
  Position operator--(int) { return {*rows_, at_--}; }
  Position& operator+=(difference_type n) { return at_ += n, *this; }
  Position& operator-=(difference_type n) { return at_ -= n, *this; }
  friend Position operator+(Position p, difference_type n) { return p += n; }
  friend Position operator+(difference_type n, Position p) { return p += n; }
  friend Position operator-(Position p, difference_type n) { return p -= n; }
  friend difference_type operator-(const Position& a, const Position& b) { return a.at_ - b.at_; }
  friend bool operator==(const Position& a, const Position& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const Position& a, const Position& b) { return a.at_ <=> b.at_; }

 private:
  LoadRows* rows_ = nullptr;
  std::ptrdiff_t at_ = 0;
};

}  // namespace

std::uint16_t rounded_cell(std::int64_t value) {
  value = std::clamp<std::int64_t>(value, 0, kLongestKept);
  if (value < 2 * kPerDoubling) return static_cast<std::uint16_t>(value);
  int shift = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - 1 - kBits;
  return static_cast<std::uint16_t>(shift * kPerDoubling + (value >> shift));
}

std::int64_t value_of_cell(std::uint16_t cell) {
  if (cell < 2 * kPerDoubling) return cell;
  int shift = cell / static_cast<int>(kPerDoubling) - 1;
  return (cell - shift * kPerDoubling) << shift;
}

void LoadRows::take_all(LoadRows&& other) {
  std::size_t whole = other.size_ / kPiece;
  // Whole pieces change hands; the rows of the last, incomplete one of each are copied.
  std::vector<LoadRow> rest;
  for (std::size_t i = whole * kPiece; i < other.size_; ++i) rest.push_back(other[i]);
  std::size_t own_whole = size_ / kPiece;
  for (std::size_t i = own_whole * kPiece; i < size_; ++i) rest.push_back((*this)[i]);
  pieces_.resize(own_whole);
  size_ = own_whole * kPiece;
  for (std::size_t i = 0; i < whole; ++i) {
    pieces_.push_back(std::move(other.pieces_[i]));
    size_ += kPiece;
  }
  other.pieces_.clear();
  other.size_ = 0;
  for (const LoadRow& row : rest) push_back(row);
}

void LoadRows::sort_by_due() {
  std::sort(Position(*this, 0), Position(*this, static_cast<std::ptrdiff_t>(size_)),
            [](const LoadRow& a, const LoadRow& b) {
              if (a.due != b.due) return a.due < b.due;
              if (a.lag != b.lag) return a.lag < b.lag;
              return a.service < b.service;
            });
}

}  // namespace lynxbench::metrics
