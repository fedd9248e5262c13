#include "executor/tree.h"

#include <algorithm>
#include <cctype>

#include "base/number.h"
#include "base/text.h"

namespace lynxbench::executor {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return digits;
}

}  // namespace

std::string Tree::named(std::string_view path) const {
  std::string text(path);
  std::size_t at = text.find('@');
  if (at != std::string::npos) text.replace(at, 1, process);
  return text;
}

fs::path Tree::at(std::string_view path) const {
  return root / fs::path(named(path)).relative_path();
}

Result<std::string> Tree::text(std::string_view path) const {
  constexpr std::size_t kLimit = std::size_t{1} << 24;
  return std::string(trim(TRY(read_file(at(path), kLimit))));
}

bool Tree::exists(std::string_view path) const {
  std::error_code ignored;
  return fs::exists(at(path), ignored);
}

std::vector<std::string> Tree::names(std::string_view folder) const {
  std::error_code problem;
  std::vector<std::string> names;
  for (fs::directory_iterator it(at(folder), problem), end; !problem && it != end;
       it.increment(problem)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

Fact Tree::fact(std::string name, std::string_view path) const {
  Result<std::string> found = text(path);
  if (!found.ok()) return unknown(std::move(name), named(path), found.error().message);
  if (found->empty()) return unknown(std::move(name), named(path), "the file is empty");
  return measured(std::move(name), *found, named(path));
}

bool natural_less(std::string_view a, std::string_view b) {
  std::string_view whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      std::string_view x = take_digits(a), y = take_digits(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a[0] != b[0]) return a[0] < b[0];
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  return number_in<std::uint64_t>(text);
}

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
  constexpr std::uint64_t kMostCpus = 1 << 16;
  std::vector<unsigned> cpus;
  for (const std::string& part : split(trim(text), ',')) {
    std::size_t dash = part.find('-');
    std::optional<std::uint64_t> first = parse_count(part.substr(0, dash));
    std::optional<std::uint64_t> last =
        dash == std::string::npos ? first : parse_count(part.substr(dash + 1));
    if (!first || !last || *last < *first || *last >= kMostCpus) return std::nullopt;
    for (std::uint64_t cpu = *first; cpu <= *last; ++cpu)
      cpus.push_back(static_cast<unsigned>(cpu));
    if (cpus.size() > kMostCpus) return std::nullopt;
  }
  return cpus;
}

std::optional<std::string> value_of_key(std::string_view text, std::string_view key) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == key) {
      return std::string(trim(line.substr(colon + 1)));
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::string distinct(const std::vector<std::string>& values) {
  std::vector<std::string> seen;
  for (const std::string& value : values) {
    if (std::find(seen.begin(), seen.end(), value) == seen.end()) seen.push_back(value);
  }
  std::string text;
  for (const std::string& value : seen) text += (text.empty() ? "" : ", ") + value;
  return text;
}

}  // namespace lynxbench::executor
