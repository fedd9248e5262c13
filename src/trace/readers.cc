#include <array>

#include "trace/chrome/reader.h"
#include "trace/link.h"
#include "trace/load_record/reader.h"
#include "trace/loss_count.h"
#include "trace/nsys/reader.h"
#include "trace/ort/timeline.h"
#include "trace/otlp/reader.h"
#include "trace/prometheus/reader.h"
#include "trace/reader.h"
#include "trace/rocprof/reader.h"
#include "trace/smi/reader.h"
#include "trace/source_text.h"
#include "trace/tar.h"
#include "trace/triton/reader.h"
#include "trace/trtexec/reader.h"
#include "trace/xplane/reader.h"

namespace lynxbench::trace {

std::span<const Reader> readers() {
  static const std::array all{
      chrome::reader(), load_record::reader(), nsys::reader(),    ort::reader(),
      otlp::reader(),   prometheus::reader(),  rocprof::reader(), smi::reader(),
      triton::reader(), trtexec::reader(),     xplane::reader()};
  return all;
}

Result<Timeline> read_source(ByteSource& source, const ReadOptions& options) {
  for (const Reader& reader : readers()) {
    if (!reader.recognises(source.head())) continue;
    Timeline timeline = TRY(reader.read(source, options));
    timeline.file = source.name();
    if (timeline.format.empty()) timeline.format = reader.format;
    for (Loss& loss : source.losses()) timeline.losses.push_back(std::move(loss));
    link(timeline);
    return timeline;
  }
  return Error{ErrorCode::kInvalidInput,
               "is no trace that lynxbench reads: it seems to be " + likely_kind(source.head()),
               source.name()};
}

namespace {

// The members of an archive that are traces; the others are named in the first one's losses.
Result<std::vector<Timeline>> read_archive(ByteSource& archive, const ReadOptions& options) {
  TarReader tar(archive);
  std::vector<Timeline> timelines;
  LossCount losses;
  while (const std::optional<TarMember> member = tar.next()) {
    const std::string name = archive.name() + ":" + member->name;
    auto source = open_stream([&tar](std::span<char> to) { return tar.read(to); }, name);
    Result<Timeline> timeline = source.ok() ? read_source(*source.value(), options)
                                            : Result<Timeline>(source.error());
    if (timeline.ok()) {
      timelines.push_back(std::move(timeline).value());
    } else {
      losses.add_all(Severity::kLoss, "member that is no trace", 1, member->name);
    }
  }
  if (tar.cut()) losses.add_all(Severity::kDamage, "the archive is cut", 1, "");
  if (timelines.empty()) {
    return Error{ErrorCode::kInvalidInput, "is a tar archive without a trace in it",
                 archive.name()};
  }
  for (Loss& loss : losses.take()) timelines.front().losses.push_back(std::move(loss));
  return timelines;
}

}  // namespace

Result<std::vector<Timeline>> read_file(const std::string& path, const ReadOptions& options) {
  const std::unique_ptr<ByteSource> source = TRY(open_file(path));
  if (is_tar(source->head())) return read_archive(*source, options);
  std::vector<Timeline> timelines;
  timelines.push_back(TRY(read_source(*source, options)));
  return timelines;
}

}  // namespace lynxbench::trace
