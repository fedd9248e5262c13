// A column of a table that only grows: values in blocks of 65,536, so growing neither copies what is
// there nor holds it twice, and a table of many million rows costs its rows and no more.
//
//   Column<std::int64_t> begin_ns;
//   begin_ns.push_back(12'500);
//   begin_ns[0];                       // 12'500
//
// Threads: as a vector: many may read, or one may write.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lynxbench {

template <typename T>
class Column {
 public:
  Column() = default;
  Column(Column&& other) noexcept
      : blocks_(std::move(other.blocks_)), size_(std::exchange(other.size_, 0)) {}
  Column& operator=(Column&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] const T& operator[](std::size_t row) const {
    return blocks_[row >> kShift][row & kMask];
  }
  [[nodiscard]] T& operator[](std::size_t row) { return blocks_[row >> kShift][row & kMask]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if ((size_ & kMask) == 0 && (size_ >> kShift) == blocks_.size()) {
      blocks_.emplace_back(static_cast<T*>(::operator new(sizeof(T) * kBlock)));
    }
    std::construct_at(blocks_[size_ >> kShift].get() + (size_ & kMask), std::move(value));
    ++size_;
  }
  void resize(std::size_t rows, T value) {
    while (size_ > rows) --size_;
    while (size_ < rows) push_back(value);
  }
  void clear() {
    blocks_.clear();
    size_ = 0;
  }

 private:
  static constexpr unsigned kShift = 16;
  static constexpr std::size_t kBlock = std::size_t{1} << kShift;
  static constexpr std::size_t kMask = kBlock - 1;
  // Rows are made when they are added: a table of three rows touches no more memory than that.
  static_assert(std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  struct Free {
    void operator()(T* block) const { ::operator delete(block); }
  };
  std::vector<std::unique_ptr<T[], Free>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace lynxbench
