// JSON as a stream of events, from pieces of any size, in memory that does not depend on the text:
// of a string no more than its first kKept bytes are kept, of nesting no more than kDeepest levels
// told apart. So the texts that traces carry (prompts, answers) are passed over and never held.
//
//   class Counter final : public JsonEvents { ... };
//   JsonScanner scanner(events);
//   scanner.feed(piece);          // any number of times
//   scanner.finish();
//
// It reads what is well-formed as any parser does (fuzz/workload_trace_fuzz.cc holds it against one),
// and does not check the rest of the grammar: it is for finding a few members in big files, not for
// judging them. Values may follow one another, with or without line ends. A line end inside a string
// is never JSON: the value around it is damaged. Then events.damaged() is called and all up to the
// next line that begins with a brace is passed over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lynxbench::workload::trace {

class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  // `key` is the member's name, or empty in an array and outside; valid during the call. `depth` is
  // the number of objects and arrays around.
  virtual void begin_object(std::string_view key, int depth) = 0;
  virtual void end_object(int depth) = 0;
  virtual void begin_array(std::string_view key, int depth) = 0;
  virtual void end_array(int depth) = 0;
  // A string, a number or a word as written, at most kKept bytes of it; escapes are left as they are.
  virtual void text(std::string_view key, std::string_view value, int depth) = 0;
  virtual void number(std::string_view key, std::string_view value, int depth) = 0;
  // Everything since the outermost begin is void.
  virtual void damaged(std::uint64_t byte) = 0;
};

class JsonScanner {
 public:
  static constexpr std::size_t kKept = 64;
  static constexpr int kDeepest = 1000;

  explicit JsonScanner(JsonEvents& events) : events_(events) {}
  void feed(std::string_view piece);
  // Where it stands, from 0.
  [[nodiscard]] std::uint64_t byte() const { return byte_; }
  // The end of the text: a value that is not closed is damaged.
  void finish();

 private:
  enum class State { kBetween, kString, kEscape, kScalar, kSkipping, kLineStart };

  void between(char c);
  void open(char c);
  void close(char c);
  void end_string();
  void end_scalar();
  void damage();
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] bool in_object() const { return !stack_.empty() && stack_.back() == '{'; }

  JsonEvents& events_;
  State state_ = State::kBetween;
  std::string stack_;   // of the open brackets
  std::string key_;     // of the member whose value comes next
  bool has_key_ = false;
  std::string token_;   // of the string or scalar in hand
  std::uint64_t byte_ = 0;
};

}  // namespace lynxbench::workload::trace
