#include "executor/kernel_line.h"

#include <algorithm>
#include <array>
#include <vector>

namespace lynxbench::executor {
namespace {

// Names whose values say which installation this is, and not how it runs.
constexpr std::array<std::string_view, 14> kInstallation{
    "BOOT_IMAGE", "root", "rootflags", "initrd",     "resume", "cryptdevice", "rd.luks.uuid",
    "rd.lvm.lv",  "ip",   "hostname",  "rd.md.uuid", "init",   "rdinit",      "systemd.machine_id"};
constexpr std::array<std::string_view, 5> kSecret{"password", "passwd", "secret", "token", "key"};

bool left_out(std::string_view name) {
  if (std::find(kInstallation.begin(), kInstallation.end(), name) != kInstallation.end())
    return true;
  return std::any_of(kSecret.begin(), kSecret.end(), [&](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

// Parameters in order; quotes hold blanks together.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    bool blank = c == ' ' || c == '\t' || c == '\n';
    if (blank && !quoted) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::string kernel_parameters(std::string_view command_line) {
  std::vector<std::string> words = words_of(command_line);
  words.erase(std::find(words.begin(), words.end(), "--"), words.end());
  for (std::string& word : words) {
    std::size_t equals = word.find('=');
    if (equals == std::string::npos) continue;
    if (left_out(word.substr(0, equals))) word = word.substr(0, equals) + "=(left out)";
  }
  std::sort(words.begin(), words.end());
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace lynxbench::executor
