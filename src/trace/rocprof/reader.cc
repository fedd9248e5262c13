#include "trace/rocprof/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "trace/json_stream.h"
#include "trace/rocprof/process.h"
#include "trace/rocprof/record.h"

namespace lynxbench::trace::rocprof {
namespace {

using Token = JsonStream::Token;

constexpr std::string_view kRoot = "\"rocprofiler-sdk-tool\"";

bool recognises(std::string_view head) {
  const std::size_t brace = head.find_first_not_of(" \t\r\n");
  if (brace == std::string_view::npos || head[brace] != '{') return false;
  const std::size_t key = head.find_first_not_of(" \t\r\n", brace + 1);
  return key != std::string_view::npos && head.substr(key).starts_with(kRoot);
}

class FileReader {
 public:
  explicit FileReader(ByteSource& source) : json_(source), name_(source.name()) {}

  Result<Timeline> read() {
    timeline_.writer = "rocprofv3";
    timeline_.clock.source = "the host's steady clock";
    if (json_.next() != Token::kBeginObject) {
      return Error{ErrorCode::kInvalidInput, "is no rocprofv3 file: it must begin with an object",
                   name_};
    }
    read_root();
    note_end();
    if (timeline_.device.size() == 0) timeline_.notes.emplace_back("no GPU activity recorded");
    if (timeline_.device.size() > 0 && timeline_.calls.size() == 0) {
      timeline_.notes.emplace_back(
          "no calls of HIP were recorded: what the host did between kernels is unknown "
          "(--hip-trace records them)");
    }
    const bool is_cut = json_.end() != JsonStream::End::kWhole;
    timeline_.bytes = json_.byte();
    timeline_.losses = losses_.take();
    if (is_cut && timeline_.events == 0) {
      return Error{ErrorCode::kInvalidInput, "is a rocprofv3 file of which no record can be read",
                   name_};
    }
    return std::move(timeline_);
  }

 private:
  // Goes on after a value that begins with `token` and is not what was looked for.
  void leave(Token token) {
    const std::size_t around = json_.depth() - 1;
    if (token != Token::kBeginArray && token != Token::kBeginObject) return;
    while (json_.depth() > around && json_.next() != Token::kEnd) {
    }
  }

  // The value that is due, when it begins so; passed over when it does not.
  bool enter(Token wanted) {
    const Token token = json_.next();
    if (token == wanted) return true;
    leave(token);
    return false;
  }

  // The members of the object that was entered.
  template <typename Take>
  void each_member(const Take& take) {
    while (json_.next() == Token::kKey) take(std::string(json_.text()));
  }

  // The elements of the array that is due.
  template <typename Take>
  void each_element(const Take& take) {
    if (!enter(Token::kBeginArray)) return;
    while (const std::optional<std::string_view> element = json_.element()) take(*element);
  }

  void read_root() {
    each_member([&](const std::string& key) {
      if (key != "rocprofiler-sdk-tool") {
        json_.skip();
      } else if (enter(Token::kBeginArray)) {
        for (Token token = json_.next(); token != Token::kEndArray && token != Token::kEnd;
             token = json_.next()) {
          if (token == Token::kBeginObject) {
            read_process();
          } else {
            leave(token);
          }
        }
      }
    });
    // The file is over, or what follows is no part of it.
    if (json_.end() == JsonStream::End::kNotYet && json_.next() != Token::kEnd) is_over_ = false;
  }

  void read_process() {
    Process process(timeline_, losses_, processes_++);
    each_member([&](const std::string& key) { read_member(key, process); });
    process.finish();
  }

  void read_member(const std::string& key, Process& process) {
    if (key == "metadata") {
      const std::optional<std::string_view> text = json_.value();
      const auto id = text ? read_process_id(*text) : std::nullopt;
      if (id) process.set_id(*id);
    } else if (key == "agents") {
      each_element([&](std::string_view element) { process.add_agent(read_agent(element)); });
    } else if (key == "kernel_symbols") {
      each_element(
          [&](std::string_view element) { process.add_symbol(read_kernel_symbol(element)); });
    } else if (key == "strings") {
      if (enter(Token::kBeginObject)) read_strings(process);
    } else if (key == "buffer_records" || key == "callback_records") {
      if (enter(Token::kBeginObject)) read_records(key, process);
    } else {
      json_.skip();
    }
  }

  void read_strings(Process& process) {
    each_member([&](const std::string& key) {
      if (key == "buffer_records" || key == "callback_records") {
        each_element(
            [&](std::string_view element) { process.add_kind(key, read_kind_names(element)); });
      } else if (key == "marker_api") {
        each_element(
            [&](std::string_view element) { process.add_marker_text(read_marker_text(element)); });
      } else {
        json_.skip();
      }
    });
  }

  void read_records(const std::string& group, Process& process) {
    each_member([&](const std::string& array) {
      each_element([&](std::string_view element) {
        process.add_record(group, array, read_record(element), json_.text_byte());
      });
    });
  }

  void note_end() {
    if (json_.too_long() > 0) {
      losses_.add_all(Severity::kDamage, "record that is too long to be one", json_.too_long(),
                      "the arrays of records");
    }
    const JsonStream::End end = json_.end();
    if (end == JsonStream::End::kWhole && is_over_) return;
    const char* what = end == JsonStream::End::kCut ? "the file ends before its last bracket"
                       : end == JsonStream::End::kTooDeep
                           ? "brackets too deep inside one another; nothing after them is read"
                       : !is_over_ ? "text after the end of the file's object"
                                   : "what is no JSON; nothing after it is read";
    losses_.add_all(Severity::kDamage, what, 1, fmt::format("byte {}", json_.byte()));
  }

  JsonStream json_;
  std::string name_;
  Timeline timeline_;
  LossCount losses_;
  std::uint32_t processes_ = 0;
  bool is_over_ = true;
};

Result<Timeline> read(ByteSource& source, const ReadOptions& /*options*/) {
  return FileReader(source).read();
}

}  // namespace

Reader reader() { return {"rocprofv3 JSON", &recognises, &read}; }

}  // namespace lynxbench::trace::rocprof
