#include <array>

#include "base/number.h"
#include "base/text.h"
#include "base/units.h"
#include "workload/workload.h"

namespace lynxbench::workload {
namespace {

constexpr std::string_view kForms =
    "constant, poisson, gamma:CV (gamma:2), ramp:FROM:TO (ramp:5:50) or trace:FILE";

Error wrong(std::string_view text, std::string_view why) {
  return error(ErrorCode::kInvalidArgument, "\"{}\" is no arrival process: {}; write {}", text, why, kForms);
}

// "50", "50/s" or "3000/min".
std::optional<double> rate(std::string_view text) {
  if (std::optional<double> plain = number_in<double>(text)) return plain;
  Result<double> with_unit = parse_rate(text);
  if (!with_unit.ok()) return std::nullopt;
  return *with_unit;
}

bool may_end_ramp(const std::optional<double>& value) {
  return value && *value >= 0 && *value <= kMostRatePerS;
}

Result<ArrivalChoice> parse_ramp(std::string_view text, std::string_view rest, ArrivalChoice choice) {
  std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return wrong(text, "a ramp needs two rates");
  std::optional<double> from = rate(rest.substr(0, colon)), to = rate(rest.substr(colon + 1));
  if (!may_end_ramp(from)) return wrong(text, fmt::format("\"{}\" is no rate", rest.substr(0, colon)));
  if (!may_end_ramp(to)) return wrong(text, fmt::format("\"{}\" is no rate", rest.substr(colon + 1)));
  if (*from + *to == 0) return wrong(text, "one of the two rates must be above 0");
  choice.load.rate_per_s = from;
  choice.load.ramp_to_per_s = *to;
  return choice;
}

Result<ArrivalChoice> parse_gamma(std::string_view text, std::string_view rest, ArrivalChoice choice) {
  std::optional<double> cv = number_in<double>(rest);
  if (!cv) return wrong(text, "gamma needs the gaps' coefficient of variation");
  if (!(*cv >= kLeastGapCv && *cv <= kMostGapCv)) {
    return wrong(text, fmt::format("the coefficient of variation must be {} to {}", kLeastGapCv, kMostGapCv));
  }
  choice.load.gap_cv = *cv;
  return choice;
}

}  // namespace

Result<ArrivalChoice> parse_arrival(std::string_view text) {
  struct Word {
    std::string_view name;
    Arrival arrival;
  };
  static constexpr std::array<Word, 5> kWords{{{"constant", Arrival::kConstant},
                                               {"poisson", Arrival::kPoisson},
                                               {"gamma", Arrival::kGamma},
                                               {"ramp", Arrival::kRamp},
                                               {"trace", Arrival::kTrace}}};
  std::size_t colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  std::vector<std::string> names;
  ArrivalChoice choice;
  bool known = false;
  for (const Word& word : kWords) {
    names.emplace_back(word.name);
    if (word.name != name) continue;
    choice.load.arrival = word.arrival;
    known = true;
  }
  if (!known) {
    std::optional<std::string> nearest = nearest_word(name, names);
    return wrong(text, nearest ? fmt::format("did you mean \"{}\"?", *nearest) : "there is no such word");
  }
  switch (choice.load.arrival) {
    case Arrival::kConstant:
    case Arrival::kPoisson:
      if (colon != std::string_view::npos) return wrong(text, fmt::format("{} takes nothing after it", name));
      return choice;
    case Arrival::kGamma: return parse_gamma(text, rest, std::move(choice));
    case Arrival::kRamp: return parse_ramp(text, rest, std::move(choice));
    case Arrival::kTrace:
      if (rest.empty()) return wrong(text, "trace needs a file");
      choice.trace_file = rest;
      return choice;
  }
  return choice;
}

}  // namespace lynxbench::workload
