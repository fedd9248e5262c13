#include "trace/redact/edit_chrome.h"

#include <array>

#include "base/json.h"
#include "trace/chrome/event.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"
#include "trace/redact/chrome_event.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kLongestEvent = std::size_t{1} << 24;
// Enough of a text's end for find_event() to recognise an event that begins in it.
constexpr std::size_t kSeekTail = 64;

constexpr std::array kNumbersOfFile{
    "schemaVersion"sv, "baseTimeNanoseconds"sv, "cuda_runtime_version"sv, "cuda_driver_version"sv,
    "cupti_version"sv, "hip_runtime_version"sv, "hip_driver_version"sv, "roctracer_version"sv,
    "rocprofiler_version"sv, "profile_memory"sv, "with_stack"sv, "with_flops"sv, "with_modules"sv,
    "record_shapes"sv};
constexpr std::array kNumbersOfDevice{
    "id"sv, "totalGlobalMem"sv, "computeMajor"sv, "computeMinor"sv, "maxThreadsPerBlock"sv,
    "maxThreadsPerMultiprocessor"sv, "regsPerBlock"sv, "warpSize"sv, "sharedMemPerBlock"sv,
    "numSms"sv, "regsPerMultiprocessor"sv, "sharedMemPerBlockOptin"sv,
    "sharedMemPerMultiprocessor"sv, "maxSharedMemoryPerMultiProcessor"sv};
constexpr std::array kNumbersOfJob{"rank"sv, "world_size"sv, "pg_count"sv};
constexpr std::array kBackends{"nccl"sv, "gloo"sv, "mpi"sv, "ucc"sv, "rccl"sv};

template <typename Names>
Json numbers_of(const Json& object, const Names& names) {
  Json kept = Json::object();
  for (std::string_view name : names) {
    const auto found = object.find(std::string(name));
    if (found != object.end() && found->is_number()) kept[std::string(name)] = *found;
  }
  return kept;
}

Json devices_of(const Json& devices) {
  Json kept = Json::array();
  if (!devices.is_array()) return kept;
  for (const Json& device : devices) {
    if (!device.is_object()) continue;
    Json one = numbers_of(device, kNumbersOfDevice);
    const auto name = device.find("name");
    if (name != device.end() && name->is_string() && !looks_private(name->get<std::string>())) {
      one["name"] = *name;
    }
    kept.push_back(std::move(one));
  }
  return kept;
}

// Ranks and sizes of groups; their names and descriptions are people's.
Json job_of(const Json& job) {
  if (!job.is_object()) return Json::object();
  Json kept = numbers_of(job, kNumbersOfJob);
  const auto backend = job.find("backend");
  if (backend != job.end() && backend->is_string()) {
    for (std::string_view known : kBackends) {
      if (backend->get<std::string>() == known) kept["backend"] = known;
    }
  }
  const auto groups = job.find("pg_config");
  if (groups == job.end() || !groups->is_array()) return kept;
  for (const Json& group : *groups) {
    if (!group.is_object()) continue;
    kept["pg_config"].push_back(numbers_of(group, std::array{"pg_size"sv}));
  }
  return kept;
}

class ChromeCopy {
 public:
  ChromeCopy(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction)
      : source_(source), json_(source), out_(out), redaction_(redaction),
        editor_(names, redaction.removed) {}

  Status run() {
    const JsonStream::Token root = json_.next();
    if (root == JsonStream::Token::kBeginArray) {
      copy_events();
      out_.write("\n");
    } else {
      const char* joint = "{\n";
      while (json_.next() == JsonStream::Token::kKey) {
        const std::string name(json_.text());
        copy_member(name, joint);
      }
      out_.write("\n}\n");
    }
    if (!found_events_) {
      return Error{ErrorCode::kInvalidInput, "has no traceEvents, so it is no Chrome trace",
                   source_.name()};
    }
    if (redaction_.events == 0) {
      return Error{ErrorCode::kInvalidInput, "has no event that can be read", source_.name()};
    }
    redaction_.losses = losses_.take();
    for (Loss& loss : source_.losses()) redaction_.losses.push_back(std::move(loss));
    return ok_status();
  }

 private:
  void begin_member(std::string_view name, const char*& joint) {
    out_.write(joint);
    joint = ",\n";
    out_.write(fmt::format("\"{}\": ", name));
  }

  void copy_member(const std::string& name, const char*& joint) {
    if (name == "traceEvents") {
      if (json_.next() != JsonStream::Token::kBeginArray) return;
      begin_member(name, joint);
      return copy_events();
    }
    std::string kept;
    if (name == "deviceProperties" || name == "distributedInfo" || name == "displayTimeUnit" ||
        std::find(kNumbersOfFile.begin(), kNumbersOfFile.end(), name) != kNumbersOfFile.end()) {
      if (const auto text = json_.value()) kept = kept_of(name, *text);
    } else {
      json_.skip();
    }
    if (kept.empty()) {
      ++redaction_.removed["members of the file (environment, host, paths)"];
      return;
    }
    begin_member(name, joint);
    out_.write(kept);
  }

  // "": nothing of it.
  static std::string kept_of(const std::string& name, std::string_view text) {
    const Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) return "";
    if (name == "deviceProperties") return devices_of(value).dump();
    if (name == "distributedInfo") return job_of(value).dump();
    if (name == "displayTimeUnit") return value == "ms" || value == "ns" ? value.dump() : "";
    return value.is_number() ? std::string(text) : "";
  }

  // The array's elements one by one; what cannot be read is left out, and the next event is looked for.
  void copy_events() {
    found_events_ = true;
    byte_ = json_.byte();
    text_ = json_.take_rest();
    out_.write("[");
    while (true) {
      copy_block();
      if (ended_) break;
      bound();
      const std::size_t kept = text_.size();
      text_.resize(kept + std::max(kBlockBytes, kept));
      const std::size_t got = source_.read({text_.data() + kept, text_.size() - kept});
      text_.resize(kept + got);
      if (got == 0) {
        if (text_.find_first_not_of(" \t\r\n,") != std::string::npos) {
          losses_.add(Severity::kDamage, "the file is cut inside an event; what follows is missing",
                      byte_);
        }
        break;
      }
    }
    out_.write("\n]");
    if (ended_) json_.resume_after_array(std::move(text_), byte_);
  }

  void copy_block() {
    std::size_t at = 0;
    const auto seek = [&](std::size_t from) {
      const auto next = chrome::find_event(text_, from);
      seeking_ = !next;
      at = next.value_or(std::max(at, text_.size() - std::min(text_.size(), kSeekTail)));
      return next.has_value();
    };
    if (seeking_ && !seek(0)) return use(at);
    while (true) {
      at = text_.find_first_not_of(" \t\r\n,", at);
      if (at == std::string::npos) return use(text_.size());
      if (text_[at] == ']') {
        ended_ = true;
        return use(at + 1);
      }
      JsonCursor json(std::string_view(text_).substr(at));
      const chrome::Event event = chrome::read_event(json);
      if (json.fault() == JsonFault::kCut) return use(at);
      if (json.fault() != JsonFault::kNone) {
        losses_.add(Severity::kDamage, "event that is no JSON", byte_ + at);
        if (!seek(at + 1)) return use(at);
        continue;
      }
      copy_event(event);
      at += json.position();
    }
  }

  void use(std::size_t count) {
    text_.erase(0, count);
    byte_ += count;
  }

  void copy_event(const chrome::Event& event) {
    event_.assign(redaction_.events == 0 ? "\n" : ",\n");
    editor_.append(event, event_);
    out_.write(event_);
    ++redaction_.events;
  }

  void bound() {
    if (text_.size() <= kLongestEvent) return;
    losses_.add(Severity::kDamage, "event longer than 16 MiB", byte_);
    use(text_.size() - 1);
    seeking_ = true;
  }

  ByteSource& source_;
  JsonStream json_;
  OutputFile& out_;
  Redaction& redaction_;
  EventEditor editor_;
  LossCount losses_;
  std::string text_;  // read and not used yet
  std::uint64_t byte_ = 0;
  std::string event_;
  bool seeking_ = false;
  bool ended_ = false;
  bool found_events_ = false;
};

}  // namespace

Status redact_chrome(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return ChromeCopy(source, out, names, redaction).run();
}

}  // namespace lynxbench::trace::redact
