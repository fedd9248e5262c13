#include "trace/ort/timeline.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/json.h"
#include "trace/decimal.h"
#include "trace/json_shape.h"
#include "trace/loss_count.h"
#include "trace/ort/event_reader.h"

namespace lynxbench::trace::ort {
namespace {

constexpr std::string_view kFormat = "ONNX Runtime profile";
constexpr std::size_t kMostBytes = std::size_t{1} << 31;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

bool recognises(std::string_view head) {
  if (head.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
  const JsonShape shape = shape_of(head);
  return shape.root == '[' && (shape.has_category("Session") || shape.has_category("Node"));
}

// [[1,3,224,224],[64]]
std::string shapes_text(const std::vector<TensorShape>& shapes) {
  Json list = Json::array();
  for (const TensorShape& shape : shapes) list.push_back(shape.dims);
  return list.dump();
}

// ["float","float"]
std::string types_text(const std::vector<TensorShape>& shapes) {
  Json list = Json::array();
  for (const TensorShape& shape : shapes) list.push_back(shape.type);
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

DeviceWork work_named(std::string_view name) {
  if (name.find("emcpy") != std::string_view::npos) return DeviceWork::kCopy;
  if (name.find("emset") != std::string_view::npos) return DeviceWork::kSet;
  return DeviceWork::kKernel;
}

CopyKind copy_named(std::string_view name) {
  const auto says = [name](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  };
  if (says("HostToDevice") || says("HtoD") || says("H2D")) return CopyKind::kHostToDevice;
  if (says("DeviceToHost") || says("DtoH") || says("D2H")) return CopyKind::kDeviceToHost;
  if (says("DeviceToDevice") || says("DtoD") || says("D2D")) return CopyKind::kDeviceToDevice;
  if (says("PeerToPeer") || says("PtoP") || says("P2P")) return CopyKind::kPeerToPeer;
  if (says("HostToHost") || says("HtoH") || says("H2H")) return CopyKind::kHostToHost;
  return CopyKind::kUnknown;
}

class TimelineReader {
 public:
  explicit TimelineReader(ByteSource& source)
      : source_(source), text_(whole_text(source, losses_)), events_(text_, losses_) {}

  Result<Timeline> read() {
    if (std::optional<Error> error = refusal(text_, source_.name())) return std::move(*error);
    while (const std::optional<PlacedEvent> placed = events_.next()) {
      take(placed->event, placed->byte);
    }
    if (events_.is_foreign()) return events_.not_ours(source_.name());
    events_.note_ending();
    timeline_.events = events_.ours();
    timeline_.bytes = text_.size();
    timeline_.clock = {TraceClock::Kind::kRelative, std::nullopt, "since the profiler's start"};
    timeline_.losses = losses_.take();
    return std::move(timeline_);
  }

 private:
  void take(const Event& event, std::size_t byte) {
    if (event.category == Category::kNode && !is_operator(event, byte, losses_)) return;
    if (const std::string_view fault = time_fault(event); !fault.empty()) {
      losses_.add(Severity::kLoss, fault, byte);
      return;
    }
    switch (event.category) {
      case Category::kSession:
        add_host(event, event.name, HostWork::kAnnotation);
        return;
      case Category::kNode:
        add_operator(event, byte);
        return;
      case Category::kDevice:
        take_device(event);
        return;
      case Category::kForeign:
        return;
    }
  }

  std::uint32_t add_host(const Event& event, std::string_view name, HostWork work) {
    return timeline_.host.add({.begin_ns = *event.begin_ns,
                               .end_ns = *event.begin_ns + *event.duration_ns,
                               .name = timeline_.names.intern(name),
                               .thread = timeline_.thread_of(number(event.process),
                                                             number(event.thread)),
                               .work = work});
  }

  void add_operator(const Event& event, std::size_t byte) {
    if (event.shapes_unreadable) {
      losses_.add(Severity::kLoss, "operator with unreadable shapes", byte);
    }
    if (event.op_type.empty()) losses_.add(Severity::kLoss, "operator without a type", byte);
    OperatorFacts facts;
    facts.host_row = add_host(event, node_name(event), HostWork::kOperator);
    facts.shapes = timeline_.names.intern(shapes_text(event.inputs));
    facts.types = timeline_.names.intern(types_text(event.inputs));
    facts.node = static_cast<std::uint32_t>(timeline_.nodes.size());
    timeline_.operators.push_back(facts);
    timeline_.nodes.push_back({.op_type = timeline_.names.intern(event.op_type),
                               .provider = timeline_.names.intern(event.provider),
                               .output_shapes = timeline_.names.intern(shapes_text(event.outputs)),
                               .output_types = timeline_.names.intern(types_text(event.outputs))});
  }

  void take_device(const Event& event) {
    if (event.is_api) {
      timeline_.calls.add(add_host(event, event.name, HostWork::kCall), kNoLink);
      return;
    }
    const DeviceWork work = work_named(event.name);
    if (timeline_.devices.empty()) {
      timeline_.devices.emplace_back();
      timeline_.notes.emplace_back(
          "the profile does not say which device a kernel ran on nor what launched it: all count "
          "as device 0");
    }
    timeline_.device.add({.begin_ns = *event.begin_ns,
                          .end_ns = *event.begin_ns + *event.duration_ns,
                          .name = timeline_.names.intern(event.name),
                          .lane = timeline_.lane_of(0, event.stream.value_or(0),
                                                    event.stream.has_value()),
                          .work = work,
                          .facts = facts_of(event, work)});
  }

  std::uint32_t facts_of(const Event& event, DeviceWork work) {
    if (work == DeviceWork::kKernel) {
      KernelFacts facts;
      facts.grid = event.grid;
      facts.block = event.block;
      timeline_.kernels.push_back(facts);
      return static_cast<std::uint32_t>(timeline_.kernels.size() - 1);
    }
    CopyFacts facts;
    if (work == DeviceWork::kCopy) facts.kind = copy_named(event.name);
    timeline_.copies.push_back(facts);
    return static_cast<std::uint32_t>(timeline_.copies.size() - 1);
  }

  // Ids are numbers; another writer's words are numbered from -1 downwards.
  std::int64_t number(const std::string& id) {
    if (const std::optional<std::int64_t> value = scaled_decimal(id, 0)) return *value;
    const auto next = -1 - static_cast<std::int64_t>(words_.size());
    return words_.try_emplace(id, next).first->second;
  }

  ByteSource& source_;
  LossCount losses_;
  std::string text_;
  EventReader events_;
  Timeline timeline_;
  std::map<std::string, std::int64_t, std::less<>> words_;
};

Result<Timeline> read_profile(ByteSource& source, const ReadOptions&) {
  return TimelineReader(source).read();
}

}  // namespace

std::string whole_text(ByteSource& source, LossCount& losses) {
  std::string text;
  while (text.size() < kMostBytes) {
    const std::size_t before = text.size();
    text.resize(before + kBlockBytes);
    const std::size_t got = source.read(std::span(text).subspan(before));
    text.resize(before + got);
    if (got < kBlockBytes) return text;
  }
  losses.add(Severity::kDamage, "content beyond the size limit", text.size());
  return text;
}

Reader reader() { return {kFormat, &recognises, &read_profile}; }

}  // namespace lynxbench::trace::ort
