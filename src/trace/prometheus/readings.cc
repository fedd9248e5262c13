#include "trace/prometheus/readings.h"

#include <utility>

#include "base/text.h"
#include "trace/civil_time.h"
#include "trace/decimal.h"

namespace lynxbench::trace::prometheus {
namespace {

constexpr std::string_view kScraped = "scraped";

// "# word rest": the word, and `line` becomes the rest. "" when it is no comment.
std::string_view take_comment_word(std::string_view& line) {
  line = trim(line);
  if (!line.starts_with('#')) return {};
  line = trim(line.substr(1));
  const std::size_t end = line.find_first_of(" \t");
  const std::string_view word = line.substr(0, end);
  line = trim(line.substr(word.size()));
  return word;
}

bool is_mark(std::string_view line) { return take_comment_word(line) == kScraped; }

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t"));
}

// What a line says something of: "HELP name", or a sample's name and labels as they stand. "" when
// it says nothing.
std::string subject_of(std::string_view line) {
  std::string_view rest = line;
  const std::string_view word = take_comment_word(rest);
  if (word == "HELP" || word == "TYPE") {
    return std::string(word) + ' ' + std::string(first_word(rest));
  }
  if (!word.empty() || rest.empty() || rest.front() == '#') return "";
  const std::size_t brace = rest.find('{');
  const std::string_view name = first_word(rest);
  if (brace == std::string_view::npos || brace > name.size()) return std::string(name);
  const std::size_t end = rest.rfind('}');
  return std::string(rest.substr(0, end == std::string_view::npos ? end : end + 1));
}

}  // namespace

std::optional<std::int64_t> scraped_at_ns(std::string_view line) {
  if (take_comment_word(line) != kScraped) return std::nullopt;
  if (const std::optional<std::int64_t> ns = nanoseconds_of_seconds(line)) {
    return ns;
  }
  const std::optional<CivilTime> time = civil_time(line);
  if (!time || !time->zone_known) return std::nullopt;
  return time->ns;
}

bool Readings::begins_another(std::string_view line) {
  if (is_mark(line)) {
    marked_ = true;
    return true;
  }
  if (marked_) return pending_.text.size() + line.size() > kMostBytes;
  std::string subject = subject_of(line);
  const bool again = !subject.empty() && said_.contains(subject);
  const bool is_comment = trim(line).starts_with('#');
  if (again && (has_samples_ || !is_comment)) return true;
  return pending_.text.size() + line.size() > kMostBytes;
}

// Some exporters write what they do not know as N/A, which is no number to the format.
void Readings::append(std::string_view line) {
  if (const std::string_view value = trim(line); value.ends_with(" N/A")) {
    pending_.text += value.substr(0, value.size() - 3);
    pending_.text += "NaN\n";
  } else {
    pending_.text += line;
    pending_.text += '\n';
  }
  std::string subject = subject_of(line);
  if (subject.empty()) return;
  has_samples_ = has_samples_ || !trim(line).starts_with('#');
  if (!marked_) said_.insert(std::move(subject));
}

std::optional<Line> Readings::next_line() {
  std::optional<Line> line = lines_.next();
  while (line && line->ending == Line::Ending::kTooLong) {
    losses_.add(Severity::kLoss, "line of more than a megabyte", line->byte);
    line = lines_.next();
  }
  if (line && line->ending == Line::Ending::kFileEnd) {
    losses_.add(Severity::kNotice, "last line without an end: it may be cut", line->byte);
  }
  return line;
}

std::optional<Reading> Readings::next() {
  std::optional<Reading> done;
  while (!done) {
    const std::optional<Line> line = next_line();
    if (!line) {
      if (!std::exchange(has_samples_, false)) return std::nullopt;
      return std::exchange(pending_, {});
    }
    if (begins_another(line->text)) {
      Reading begun;
      begun.byte = line->byte;
      begun.at_ns = is_mark(line->text) ? scraped_at_ns(line->text) : pending_.at_ns;
      const bool whole = std::exchange(has_samples_, false);
      Reading ended = std::exchange(pending_, std::move(begun));
      said_.clear();
      if (whole) done = std::move(ended);
    }
    append(line->text);
  }
  return done;
}

}  // namespace lynxbench::trace::prometheus
