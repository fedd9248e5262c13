#include <array>

#include "trace/link.h"
#include "trace/reader.h"
#include "trace/source_text.h"

namespace lynxbench::trace {

std::span<const Reader> readers() {
  static const std::array<Reader, 0> all{};
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

Result<std::vector<Timeline>> read_file(const std::string& path, const ReadOptions& options) {
  const std::unique_ptr<ByteSource> source = TRY(open_file(path));
  std::vector<Timeline> timelines;
  timelines.push_back(TRY(read_source(*source, options)));
  return timelines;
}

}  // namespace lynxbench::trace
