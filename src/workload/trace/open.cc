#include <array>

#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

constexpr std::size_t kHead = 64 * 1024;

// What a file seems to be that none of the readers can use.
std::string likely_kind(std::string_view head) {
  if (head.empty()) return "is empty";
  if (head.starts_with("PAR1")) return "is Parquet; export it as CSV";
  if (head.starts_with("PK\x03\x04")) return "is a ZIP archive; unpack it";
  if (head.starts_with("SQLite format 3")) return "is a SQLite database";
  if (head.starts_with("version https://git-lfs")) return "is a Git LFS pointer; fetch the file itself with: git lfs pull";
  if (head.starts_with("<")) return "is HTML or XML";
  if (head.starts_with("{") || head.starts_with("[")) return "is JSON of another kind";
  return "is none of them";
}

Result<std::unique_ptr<RequestReader>> open_lines(Lines lines, const std::string& name) {
  const std::array<const Format*, 5> formats{&anonymous_format(), &otlp_format(), &mooncake_format(), &csv_format(), &access_log_format()};
  std::string_view head = lines.head(kHead);
  if (head.starts_with("\xef\xbb\xbf")) {
    lines.skip(3);
    head.remove_prefix(3);
  }
  std::size_t begin = head.find_first_not_of(" \t\r\n");
  head = begin == std::string_view::npos ? std::string_view() : head.substr(begin);
  std::vector<std::string> read;
  for (const Format* format : formats) {
    if (format->recognises(head)) return ordered(format->open(std::move(lines)));
    read.emplace_back(format->name);
  }
  return Error{ErrorCode::kInvalidInput,
               fmt::format("{}. As a workload trace are read: {}", likely_kind(head), fmt::join(read, "; ")), name};
}

}  // namespace

std::string_view first_line(std::string_view head) {
  std::string_view line = head.substr(0, head.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<std::unique_ptr<RequestReader>> open(const fs::path& file) {
  std::unique_ptr<Source> source = TRY(open_source(file));
  return open_lines(Lines(std::move(source)), file.string());
}

Result<std::unique_ptr<RequestReader>> open_bytes(std::string_view bytes, const std::string& name) {
  return open_lines(Lines(source_of(bytes)), name);
}

}  // namespace lynxbench::workload::trace
