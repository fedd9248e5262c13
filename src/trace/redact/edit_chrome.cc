#include "trace/redact/edit_chrome.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "trace/chrome/event_array.h"
#include "trace/json_stream.h"
#include "trace/loss_count.h"
#include "trace/redact/chrome_event.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;

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

// The events of an array, rewritten. What the reader leaves out is no part of the copy.
class EventCopy final : public chrome::EventSink {
 public:
  EventCopy(OutputFile& out, Names& names, Redaction& redaction)
      : out_(out), redaction_(redaction), editor_(names, redaction.removed) {}

  void begin() { joint_ = "\n"; }
  void take(const chrome::Event& event, const JsonCursor&, std::uint64_t) override {
    text_.assign(std::exchange(joint_, ",\n"));
    editor_.append(event, text_);
    out_.write(text_);
    ++redaction_.events;
  }
  void lose(Severity severity, std::string_view what, std::uint64_t byte) override {
    losses_.add(severity, what, byte);
  }
  [[nodiscard]] Losses losses() { return losses_.take(); }

 private:
  OutputFile& out_;
  Redaction& redaction_;
  EventEditor editor_;
  LossCount losses_;
  std::string text_;
  const char* joint_ = "\n";
};

class ChromeCopy {
 public:
  ChromeCopy(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction)
      : source_(source), json_(source), out_(out), redaction_(redaction),
        events_(out, names, redaction) {}

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
    redaction_.losses = events_.losses();
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
    return value.is_number() ? value.dump() : "";
  }

  // Through the reader's own eyes, so that the copy has the events that it sees in the original.
  void copy_events() {
    found_events_ = true;
    out_.write("[");
    events_.begin();
    const chrome::EventArrayEnd end =
        chrome::read_event_array(json_, source_, chrome::EventArrayOptions{}, events_);
    out_.write("\n]");
    if (end.how == chrome::ArrayEnd::kClosed) return;
    events_.lose(Severity::kDamage, chrome::loss_of(end.how), end.byte);
  }

  ByteSource& source_;
  JsonStream json_;
  OutputFile& out_;
  Redaction& redaction_;
  EventCopy events_;
  bool found_events_ = false;
};

}  // namespace

Status redact_chrome(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return ChromeCopy(source, out, names, redaction).run();
}

}  // namespace lynxbench::trace::redact
