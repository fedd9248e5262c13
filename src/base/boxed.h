// An optional value on the heap: as small as a pointer where there is none, copied with its owner.
//
//   Boxed<ServerStages> stages;      // 8 bytes
//   stages = ServerStages{...};
//   if (stages) use(stages->batch);
//
// Behaves as std::optional does, but for its size and for one allocation per value.
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace lynxbench {

template <typename T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(std::nullopt_t) {}                                            // NOLINT
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}   // NOLINT
  Boxed(std::optional<T> value) {                                     // NOLINT
    if (value) value_ = std::make_unique<T>(*std::move(value));
  }
  Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T* operator->() { return value_.get(); }
  [[nodiscard]] const T* operator->() const { return value_.get(); }
  void reset() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace lynxbench
