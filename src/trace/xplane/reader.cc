#include "trace/xplane/reader.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <string>
#include <utility>

#include "trace/xplane/append.h"
#include "trace/xplane/space.h"
#include "trace/xplane/wire.h"

namespace lynxbench::trace::xplane {
namespace {

using google::protobuf::io::CodedInputStream;

// U+FFFD in UTF-8: what a byte becomes when a binary file is taken for text.
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_plane_name(std::string_view name) {
  return name.starts_with("/device:") || name.starts_with("/host:") || name == "Task Environment";
}

// Whether the first field is a plane, which begins with its number (or not) and its name.
bool begins_with_plane(std::string_view head) {
  CodedInputStream input(reinterpret_cast<const std::uint8_t*>(head.data()),
                         static_cast<int>(std::min<std::size_t>(head.size(), 512)));
  std::uint64_t length = 0;
  std::uint64_t id = 0;
  if (input.ReadTag() != bytes_field(1) || !input.ReadVarint64(&length)) return false;
  if (length > kLongestMessage) return false;
  std::uint32_t tag = input.ReadTag();
  if (tag == varint_field(1)) tag = input.ReadVarint64(&id) ? input.ReadTag() : 0;
  std::uint32_t name_length = 0;
  std::string name;
  return tag == bytes_field(2) && input.ReadVarint32(&name_length) && name_length <= length &&
         name_length < 256 && input.ReadString(&name, static_cast<int>(name_length)) &&
         is_plane_name(name);
}

// A file of which every byte beyond ASCII was replaced: its lengths are gone.
bool was_taken_for_text(std::string_view head) {
  const std::string_view first = head.substr(0, 64);
  return first.starts_with('\n') && first.find(kReplacement) != std::string_view::npos &&
         (first.find("/device:") != std::string_view::npos ||
          first.find("/host:") != std::string_view::npos) &&
         first.find('\x12') != std::string_view::npos;
}

bool recognises(std::string_view head) {
  return begins_with_plane(head) || was_taken_for_text(head);
}

Result<Timeline> read(ByteSource& source, const ReadOptions& /*options*/) {
  TRY_STATUS(refusal(source));
  TimelineBuilder builder;
  LossCount losses;
  const SpaceCounts counts =
      each_plane(source, [&builder](const Plane& plane) { builder.append(plane); }, losses);
  Timeline timeline = builder.finish(std::move(losses));
  timeline.bytes = counts.bytes;
  if (timeline.events == 0 && !timeline.losses.empty() &&
      timeline.losses.front().severity == Severity::kDamage) {
    return Error{ErrorCode::kInvalidInput,
                 "no event in it can be read: " + timeline.losses.front().what, source.name()};
  }
  return timeline;
}

}  // namespace

Status refusal(ByteSource& source) {
  if (!begins_with_plane(source.head()) && was_taken_for_text(source.head())) {
    return Error{ErrorCode::kInvalidInput,
                 "is an XLA profile (xplane) that was stored as text: its bytes beyond ASCII were "
                 "replaced by U+FFFD and cannot be restored; fetch it again as a binary file",
                 source.name()};
  }
  return ok_status();
}

Reader reader() { return {"XLA xplane", &recognises, &read}; }

}  // namespace lynxbench::trace::xplane
