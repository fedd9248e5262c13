#include "trace/xplane/space.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>

#include <string>

#include "trace/xplane/wire.h"

namespace lynxbench::trace::xplane {
namespace {

using google::protobuf::io::CodedInputStream;

class SpaceWalk {
 public:
  SpaceWalk(ByteSource& source, const TakePlane& take, LossCount& losses)
      : stream_(source), take_(take), losses_(losses) {}

  SpaceCounts run() {
    while (read_field()) {
    }
    note_messages();
    note_ending();
    return {static_cast<std::uint64_t>(stream_.ByteCount()), other_fields_};
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
    ++other_fields_;
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
    take_(plane);
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

  SourceStream stream_;
  const TakePlane& take_;
  LossCount& losses_;
  std::int64_t begin_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t warnings_ = 0;
  std::uint64_t other_fields_ = 0;
  bool ends_with_plane_ = false;  // the last field that was begun
  bool is_damaged_ = false;
};

}  // namespace

SpaceCounts each_plane(ByteSource& source, const TakePlane& take, LossCount& losses) {
  return SpaceWalk(source, take, losses).run();
}

}  // namespace lynxbench::trace::xplane
