// A web server's access log in the common or the combined format:
//   host ident user [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 ...
// Times are whole seconds: when the request came (Apache) or when it was answered (nginx). Of the
// rest only the size of the answer is kept.
// Source: httpd.apache.org, "Log Files", common and combined log format.
#include "workload/trace/numbers.h"
#include "workload/trace/raw_reader.h"

namespace lynxbench::workload::trace {
namespace {

// Behind the quoted request that `text` begins with; nothing when it does not end.
std::optional<std::string_view> behind_quoted(std::string_view text) {
  if (!text.starts_with('"')) return std::nullopt;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == '"') return text.substr(i + 1);
  }
  return std::nullopt;
}

std::optional<RawRequest> request_of(std::string_view line) {
  for (std::size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
    std::size_t close = line.find("] \"", open);
    if (close == std::string_view::npos) return std::nullopt;
    std::optional<std::int64_t> at = ns_of_log_date(line.substr(open + 1, close - open - 1));
    if (!at) continue;
    std::optional<std::string_view> rest = behind_quoted(line.substr(close + 2));
    if (!rest || rest->size() < 6 || (*rest)[0] != ' ' || (*rest)[4] != ' ') return std::nullopt;
    if (!whole_number(rest->substr(1, 3))) return std::nullopt;
    std::string_view size = rest->substr(5);
    size = size.substr(0, size.find(' '));
    RawRequest request;
    request.at_ns = *at;
    request.response_bytes = whole_number(size, kMostTracedBytes);
    if (!request.response_bytes && size != "-") return std::nullopt;
    return request;
  }
  return std::nullopt;
}

class AccessLog final : public LineReader {
 public:
  explicit AccessLog(Lines lines) : LineReader({"web access log", 0, 1'000'000'000}, std::move(lines)) {}
  [[nodiscard]] bool has_steps() const override { return true; }

 protected:
  std::optional<RawRequest> read(std::string_view line) override {
    std::optional<RawRequest> request = request_of(line);
    if (!request) losing("line that is no log entry");
    return request;
  }
};

bool recognises(std::string_view head) {
  for (int i = 0; i < 5 && !head.empty(); ++i) {
    std::string_view line = first_line(head);
    if (request_of(line)) return true;
    head.remove_prefix(std::min(line.size() + 1, head.size()));
  }
  return false;
}

}  // namespace

const Format& access_log_format() {
  static constexpr Format kFormat{
      "an access log in the common or combined format", recognises,
      [](Lines lines) -> std::unique_ptr<RawReader> { return std::make_unique<AccessLog>(std::move(lines)); }};
  return kFormat;
}

}  // namespace lynxbench::workload::trace
