#include "trace/xplane/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "trace/xplane/append.h"
#include "trace/xplane/plane.h"
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

class SpaceReader {
 public:
  SpaceReader(ByteSource& source) : source_(source), stream_(source) {}

  Result<Timeline> read() {
    while (read_field()) {
    }
    note_messages();
    note_ending();
    Timeline timeline = builder_.finish(std::move(losses_));
    timeline.bytes = static_cast<std::uint64_t>(stream_.ByteCount());
    if (timeline.events == 0 && !timeline.losses.empty() &&
        timeline.losses.front().severity == Severity::kDamage) {
      return Error{ErrorCode::kInvalidInput,
                   "no event in it can be read: " + timeline.losses.front().what, source_.name()};
    }
    return timeline;
  }

 private:
  // One field of the space: each has a coded stream of its own, since one counts to 2 GiB only.
  bool read_field() {
    CodedInputStream input(&stream_);
    begin_ = stream_.ByteCount();
    if (!has_more(input)) return false;
    Wire wire(input);
    const std::uint32_t tag = input.ReadTag();
    ends_with_plane_ = tag == bytes_field(1);
    if (ends_with_plane_) return read_plane(input, wire);
    errors_ += tag == bytes_field(2) ? 1 : 0;
    warnings_ += tag == bytes_field(3) ? 1 : 0;
    if (tag != 0 && wire.skip(tag)) return true;
    damage("text or damage between the planes, or the file ends in a field", input);
    return false;
  }

  bool has_more(CodedInputStream& input) {
    const void* data = nullptr;
    int size = 0;
    const bool more = input.GetDirectBufferPointer(&data, &size);
    begin_ = position(input);
    return more;
  }
  // Where `input` stands: what it holds ahead counts as read in the stream below.
  [[nodiscard]] std::int64_t position(CodedInputStream& input) const {
    const void* data = nullptr;
    int ahead = 0;
    input.GetDirectBufferPointer(&data, &ahead);
    return stream_.ByteCount() - ahead;
  }

  bool read_plane(CodedInputStream& input, Wire& wire) {
    Plane plane;
    const bool goes_on =
        wire.message([&](std::uint32_t tag) { return read_plane_field(tag, wire, plane); });
    builder_.append(plane);
    if (!goes_on) {
      damage(fmt::format("the file ends inside a plane: of {} lines names and kinds may be missing",
                         plane.lines.size()),
             input);
    } else if (wire.malformed() > 0) {
      losses_.add_all(Severity::kDamage, "part of a plane that is malformed, passed over",
                      wire.malformed(), fmt::format("in the plane at byte {}", begin_));
    }
    return goes_on;
  }

  void damage(const std::string& what, CodedInputStream& input) {
    is_damaged_ = true;
    losses_.add_all(Severity::kDamage, what, 1, fmt::format("byte {}", position(input)));
  }

  void note_messages() {
    // Their texts name hosts and paths.
    losses_.add_all(Severity::kNotice, "error that the profiler recorded", errors_, "the space");
    losses_.add_all(Severity::kNotice, "warning that the profiler recorded", warnings_,
                    "the space");
  }

  // Fields are written in order of their numbers, and profilers write the host's name behind the planes.
  void note_ending() {
    if (!ends_with_plane_ || is_damaged_) return;
    losses_.add_all(Severity::kNotice,
                    "the file ends behind a plane, without the host's name that profilers write last: "
                    "planes may be missing",
                    1, fmt::format("byte {}", stream_.ByteCount()));
  }

  ByteSource& source_;
  SourceStream stream_;
  TimelineBuilder builder_;
  LossCount losses_;
  std::int64_t begin_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t warnings_ = 0;
  bool ends_with_plane_ = false;  // the last field that was begun
  bool is_damaged_ = false;
};

Result<Timeline> read(ByteSource& source, const ReadOptions& /*options*/) {
  if (!begins_with_plane(source.head()) && was_taken_for_text(source.head())) {
    return Error{ErrorCode::kInvalidInput,
                 "is an XLA profile (xplane) that was stored as text: its bytes beyond ASCII were "
                 "replaced by U+FFFD and cannot be restored; fetch it again as a binary file",
                 source.name()};
  }
  return SpaceReader(source).read();
}

}  // namespace

Reader reader() { return {"XLA xplane", &recognises, &read}; }

}  // namespace lynxbench::trace::xplane
