// How a call that depends on the outside world fails: as a value, with a place and an offender.
//
//   Result<Contract> parse(std::string_view text);
//
//   Result<Digest> digest_of(std::string_view text) {
//     Contract contract = TRY(parse(text));   // returns the Error to our caller
//     return canonical_digest(contract);
//   }
//
// The four kinds of failure and their means: the outside world -> Result; a request or sample that
// failed -> a field of its record; input read with loss -> the document plus Losses; our own bug ->
// CHECK, which prints the place and aborts.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace lynxbench {

enum class ErrorCode {
  kInvalidArgument,  // the caller asked for something that cannot be
  kInvalidInput,     // a file or an answer is not what it should be
  kNotFound,
  kUnavailable,      // something outside is missing or does not answer
  kExhausted,        // disk, memory or descriptors are used up
  kInterrupted,      // the user stopped it
  kInternal,
};

// What went wrong, where, and what would be right; `message` is for people and stands alone.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string place;  // "contracts/quickstart.yaml:12:5", "raw.sqlite"; empty if there is none

  [[nodiscard]] std::string text() const { return place.empty() ? message : place + ": " + message; }
};

template <typename... Args>
[[nodiscard]] Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error{code, fmt::format(format, std::forward<Args>(args)...), {}};
}

struct Unit {};

// A T or the Error that stood in its way.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}        // NOLINT
  Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok(): anything else is our own bug and aborts.
  [[nodiscard]] T& value() & { require_ok(); return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { require_ok(); return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { require_ok(); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Only when not ok().
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  void require_ok() const {
    if (ok()) return;
    std::fprintf(stderr, "lynxbench: value() of a failed Result: %s\n", error().text().c_str());
    std::abort();
  }
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;
[[nodiscard]] inline Status ok_status() { return Unit{}; }

}  // namespace lynxbench

// The value of a Result, or a return of its Error from the function around it (GNU statement
// expression: g++ and clang).
#define TRY(expression)                                            \
  __extension__({                                                  \
    auto lynx_result_ = (expression);                              \
    if (!lynx_result_.ok()) return ::lynxbench::Error(lynx_result_.error()); \
    std::move(lynx_result_).value();                               \
  })

// The same for a Result whose value does not matter.
#define TRY_STATUS(expression)                                     \
  do {                                                             \
    auto lynx_result_ = (expression);                              \
    if (!lynx_result_.ok()) return ::lynxbench::Error(lynx_result_.error()); \
  } while (false)

// Our own bug: says where and aborts, in every build.
#define CHECK(condition)                                                                       \
  do {                                                                                         \
    if (!(condition)) {                                                                        \
      std::fprintf(stderr, "lynxbench: %s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                            \
    }                                                                                          \
  } while (false)
