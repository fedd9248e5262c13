#include "stub/truth.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/units.h"

namespace lynxbench::stub {
namespace {

constexpr std::array<std::string_view, kPieceKinds> kKindNames{"role", "content", "reasoning", "tool",
                                                               "usage", "done", "answer", "error"};
constexpr std::array<std::string_view, kOutcomes> kOutcomeNames{"ok", "bad-request", "rejected",
                                                                "fault", "gone", "unfinished"};

template <typename Enum, std::size_t kSize>
std::optional<Enum> value_named(const std::array<std::string_view, kSize>& names, std::string_view name) {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

Json json_of(const Quantiles& quantiles) {
  if (quantiles.n == 0) return {{"n", 0}};
  return {{"n", quantiles.n}, {"p50", quantiles.p50}, {"p99", quantiles.p99}, {"max", quantiles.most}};
}

Quantiles quantiles_from(const Json& json) {
  Quantiles quantiles;
  quantiles.n = json.at("n").get<std::uint64_t>();
  if (quantiles.n == 0) return quantiles;
  quantiles.p50 = json.at("p50").get<std::int64_t>();
  quantiles.p99 = json.at("p99").get<std::int64_t>();
  quantiles.most = json.at("max").get<std::int64_t>();
  return quantiles;
}

Written written_from(const Json& json) {
  auto kind = value_named<PieceKind>(kKindNames, json.at(4).get<std::string>());
  if (!kind) throw Json::other_error::create(501, "no kind of a piece: " + json.at(4).dump(), nullptr);
  return {json.at(0).get<std::int64_t>(), json.at(1).get<std::int64_t>(), json.at(2).get<std::uint32_t>(),
          json.at(3).get<std::uint32_t>(), *kind};
}

RequestTruth request_from(const Json& json) {
  RequestTruth request;
  request.id = json.at("id").get<std::string>();
  request.route = json.at("route").get<std::string>();
  request.peer = json.at("peer").get<std::string>();
  request.connection = json.at("connection").get<std::uint64_t>();
  request.order = json.at("order").get<std::uint32_t>();
  request.streamed = json.at("streamed").get<bool>();
  request.kernel_ns = json.at("kernel_ns").get<std::optional<std::int64_t>>();
  request.read_ns = json.at("read_ns").get<std::int64_t>();
  request.service_begin_ns = json.at("service_begin_ns").get<std::int64_t>();
  request.service_end_ns = json.at("service_end_ns").get<std::int64_t>();
  request.batch = json.at("batch").get<std::uint32_t>();
  request.batch_size = json.at("batch_size").get<std::uint32_t>();
  request.prompt_tokens = json.at("prompt_tokens").get<std::uint32_t>();
  request.tokens = json.at("tokens").get<std::uint32_t>();
  request.status = json.at("status").get<std::uint32_t>();
  request.request_bytes = json.at("request_bytes").get<std::uint64_t>();
  request.response_bytes = json.at("response_bytes").get<std::uint64_t>();
  request.blocked = json.at("blocked").get<std::uint32_t>();
  request.fault = json.at("fault").get<std::string>();
  auto outcome = value_named<Outcome>(kOutcomeNames, json.at("outcome").get<std::string>());
  if (!outcome) throw Json::other_error::create(501, "no outcome: " + json.at("outcome").dump(), nullptr);
  request.outcome = *outcome;
  for (const Json& piece : json.at("written")) request.written.push_back(written_from(piece));
  return request;
}

Totals totals_from(const Json& json) {
  Totals totals;
  totals.requests = json.at("requests").get<std::uint64_t>();
  for (int i = 0; i < kOutcomes; ++i) {
    totals.outcomes[static_cast<std::size_t>(i)] =
        json.at("outcomes").at(std::string(kOutcomeNames[static_cast<std::size_t>(i)])).get<std::uint64_t>();
  }
  totals.connections = json.at("connections").get<std::uint64_t>();
  totals.not_kept = json.at("not_kept").get<std::uint64_t>();
  totals.without_kernel_time = json.at("without_kernel_time").get<std::uint64_t>();
  totals.ttft = quantiles_from(json.at("ttft_ns"));
  totals.itl = quantiles_from(json.at("itl_ns"));
  totals.e2e = quantiles_from(json.at("e2e_ns"));
  totals.write_error = quantiles_from(json.at("write_error_ns"));
  return totals;
}

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_quantiles(std::string& text, std::string_view name, const Quantiles& quantiles) {
  if (quantiles.n == 0) return;
  text += fmt::format("  {:<12} p50 {:>9}  p99 {:>9}  longest {:>9}  (n = {})\n", name,
                      duration_text(static_cast<double>(quantiles.p50)), duration_text(static_cast<double>(quantiles.p99)),
                      duration_text(static_cast<double>(quantiles.most)), quantiles.n);
}

}  // namespace

std::string_view name_of(PieceKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
std::string_view name_of(Outcome outcome) { return kOutcomeNames[static_cast<std::size_t>(outcome)]; }

std::optional<std::int64_t> RequestTruth::ttft_ns() const {
  for (const Written& piece : written) {
    if (has_content(piece.kind) || piece.kind == PieceKind::kAnswer) return piece.at_ns - arrival_ns();
  }
  return std::nullopt;
}

std::vector<std::int64_t> RequestTruth::itl_ns() const {
  std::vector<std::int64_t> gaps;
  std::optional<std::int64_t> last;
  for (const Written& piece : written) {
    if (!has_content(piece.kind)) continue;
    if (last) gaps.push_back(piece.at_ns - *last);
    last = piece.at_ns;
  }
  return gaps;
}

std::optional<std::int64_t> RequestTruth::e2e_ns() const {
  if (written.empty()) return std::nullopt;
  return written.back().at_ns - arrival_ns();
}

Quantiles quantiles_of(std::vector<std::int64_t> values) {
  Quantiles quantiles;
  quantiles.n = values.size();
  if (values.empty()) return quantiles;
  std::sort(values.begin(), values.end());
  auto at = [&](std::uint64_t percent) { return values[(values.size() * percent + 99) / 100 - 1]; };
  quantiles.p50 = at(50);
  quantiles.p99 = at(99);
  quantiles.most = values.back();
  return quantiles;
}

// By hand, for a line may hold ten thousand pieces.
std::string truth_line(const RequestTruth& r) {
  std::string line = fmt::format(
      R"({{"id":{},"route":{},"peer":{},"connection":{},"order":{},"streamed":{},"kernel_ns":{},"read_ns":{},)"
      R"("service_begin_ns":{},"service_end_ns":{},"batch":{},"batch_size":{},"prompt_tokens":{},"tokens":{},)"
      R"("status":{},"request_bytes":{},"response_bytes":{},"blocked":{},"fault":{},"outcome":"{}","written":[)",
      quoted(r.id), quoted(r.route), quoted(r.peer), r.connection, r.order, r.streamed,
      r.kernel_ns ? fmt::to_string(*r.kernel_ns) : "null", r.read_ns, r.service_begin_ns, r.service_end_ns, r.batch,
      r.batch_size, r.prompt_tokens, r.tokens, r.status, r.request_bytes, r.response_bytes, r.blocked, quoted(r.fault),
      name_of(r.outcome));
  for (const Written& piece : r.written) {
    fmt::format_to(std::back_inserter(line), R"([{},{},{},{},"{}"],)", piece.at_ns, piece.due_ns, piece.bytes,
                   piece.tokens, name_of(piece.kind));
  }
  if (!r.written.empty()) line.pop_back();
  return line + "]}";
}

Result<RequestTruth> parse_truth_line(std::string_view line) {
  Json json = TRY(parse_json(line, "truth"));
  try {
    return request_from(json);
  } catch (const Json::exception& problem) {
    return error(ErrorCode::kInvalidInput, "no request of a stub: {}", problem.what());
  }
}

std::string totals_line(const Totals& totals) {
  Json outcomes;
  for (std::size_t i = 0; i < totals.outcomes.size(); ++i) outcomes[std::string(kOutcomeNames[i])] = totals.outcomes[i];
  Json json{{"requests", totals.requests}, {"outcomes", outcomes}, {"connections", totals.connections},
            {"not_kept", totals.not_kept}, {"without_kernel_time", totals.without_kernel_time},
            {"ttft_ns", json_of(totals.ttft)}, {"itl_ns", json_of(totals.itl)}, {"e2e_ns", json_of(totals.e2e)},
            {"write_error_ns", json_of(totals.write_error)}};
  return Json{{"totals", json}}.dump();
}

Result<Truth> read_truth(const fs::path& file) {
  std::string text = TRY(read_file(file, std::size_t{1} << 36));
  Truth truth;
  bool has_totals = false;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++number;
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // cut
    std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (line.starts_with("{\"lynxbench_stub_truth\"")) continue;
    if (line.starts_with("{\"totals\"")) {
      Json json = TRY(parse_json(line, file.string()));
      try {
        truth.totals = totals_from(json.at("totals"));
      } catch (const Json::exception& problem) {
        return Error{ErrorCode::kInvalidInput, problem.what(), fmt::format("{}:{}", file.string(), number)};
      }
      has_totals = true;
      continue;
    }
    Result<RequestTruth> request = parse_truth_line(line);
    if (!request.ok()) return Error{ErrorCode::kInvalidInput, request.error().message, fmt::format("{}:{}", file.string(), number)};
    truth.requests.push_back(std::move(request).value());
  }
  if (!has_totals) truth.totals = totals_of(truth.requests);
  return truth;
}

Totals totals_of(const std::vector<RequestTruth>& requests) {
  Totals totals;
  std::vector<std::int64_t> ttft, itl, e2e, late;
  for (const RequestTruth& request : requests) {
    ++totals.requests;
    ++totals.outcomes[static_cast<std::size_t>(request.outcome)];
    totals.without_kernel_time += request.kernel_ns ? 0 : 1;
    for (const Written& piece : request.written) late.push_back(piece.at_ns - piece.due_ns);
    if (request.outcome != Outcome::kOk) continue;
    if (auto value = request.ttft_ns()) ttft.push_back(*value);
    if (auto value = request.e2e_ns()) e2e.push_back(*value);
    for (std::int64_t gap : request.itl_ns()) itl.push_back(gap);
  }
  totals.ttft = quantiles_of(std::move(ttft));
  totals.itl = quantiles_of(std::move(itl));
  totals.e2e = quantiles_of(std::move(e2e));
  totals.write_error = quantiles_of(std::move(late));
  return totals;
}

std::string totals_text(const Totals& totals) {
  std::string text = fmt::format("{} requests on {} connections:", totals.requests, totals.connections);
  for (std::size_t i = 0; i < totals.outcomes.size(); ++i) {
    if (totals.outcomes[i] > 0) text += fmt::format(" {} {}", totals.outcomes[i], kOutcomeNames[i]);
  }
  text += "\n";
  append_quantiles(text, "ttft", totals.ttft);
  append_quantiles(text, "itl", totals.itl);
  append_quantiles(text, "e2e latency", totals.e2e);
  append_quantiles(text, "write - due", totals.write_error);
  if (totals.without_kernel_time > 0) {
    text += fmt::format("  {} requests without the kernel's time of arrival\n", totals.without_kernel_time);
  }
  if (totals.not_kept > 0) text += fmt::format("  {} requests are in these totals alone: no room for their truth\n", totals.not_kept);
  return text;
}

}  // namespace lynxbench::stub
