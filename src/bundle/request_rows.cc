#include "bundle/request_rows.h"

#include <limits>

#include "bundle/chunks.h"

namespace lynxbench::bundle {

const std::string_view kSelectRequests =
    "SELECT phase, idx, due_ns, sent_ns, first_byte_ns, done_ns, status, input, request_bytes,"
    " response_bytes, accepted_ns, opened_ns, closed_ns, pre_begin_ns, pre_end_ns, run_begin_ns,"
    " run_end_ns, post_end_ns, batch, batch_size, instance, profile"
    " FROM requests ORDER BY phase, idx";

const std::string_view kSelectExchanges =
    "SELECT phase, idx, failure, detail, status_code, new_connection, kernel_times, written_ns,"
    " connect_ns, read_delay_ns, retry_after_ns, first_event_ns, first_content_ns,"
    " first_answer_ns, last_content_ns, prompt_tokens, cached_tokens, completion_tokens,"
    " reasoning_tokens, events, content_chunks, chunks, chunks_dropped, score"
    " FROM exchanges ORDER BY phase, idx";

namespace {

constexpr std::uint64_t kLargestInteger = std::numeric_limits<std::int64_t>::max();

constexpr int kRequestColumns = 22;
constexpr int kExchangeColumns = 24;

void bind_times(Statement& insert, const RequestRecord& request) {
  bool sent = request.status != RequestStatus::kUnsent;
  bool ended = sent && request.status != RequestStatus::kUnfinished;
  insert.bind(3, request.due_ns);
  if (sent)
    insert.bind(4, request.sent_ns);
  else
    insert.bind_null(4);
  if (request.status == RequestStatus::kOk)
    insert.bind(5, request.first_byte_ns);
  else
    insert.bind_null(5);
  if (ended)
    insert.bind(6, request.done_ns);
  else
    insert.bind_null(6);
}

Status bind_stages(Statement& insert, const Boxed<ServerStages>& stages) {
  if (!stages) {
    for (int parameter = 11; parameter <= kRequestColumns; ++parameter) insert.bind_null(parameter);
    return ok_status();
  }
  insert.bind(11, stages->accepted_ns);
  insert.bind(12, stages->opened_ns);
  insert.bind(13, stages->closed_ns);
  insert.bind(14, stages->pre_begin_ns);
  insert.bind(15, stages->pre_end_ns);
  insert.bind(16, stages->run_begin_ns);
  insert.bind(17, stages->run_end_ns);
  insert.bind(18, stages->post_end_ns);
  insert.bind(19, TRY(stored(stages->batch, "batch")));
  insert.bind(20, std::int64_t{stages->batch_size});
  insert.bind(21, std::int64_t{stages->instance});
  if (stages->profile)
    insert.bind(22, std::int64_t{*stages->profile});
  else
    insert.bind_null(22);
  return ok_status();
}

template <typename T>
std::optional<std::int64_t> number_or_null(const std::optional<T>& value) {
  return value ? std::optional<std::int64_t>(static_cast<std::int64_t>(*value)) : std::nullopt;
}

// A request that failed before its last byte was handed over has no time of that.
bool was_written(const RequestRecord& request, const Exchange& exchange) {
  bool unsent = request.status == RequestStatus::kUnsent;
  return request.status == RequestStatus::kOk || (!unsent && exchange.written_ns >= request.sent_ns);
}

void bind_exchange(Statement& insert, const RequestRecord& request, const Exchange& exchange) {
  insert.bind(3, static_cast<std::int64_t>(exchange.failure));
  bind_text_or_null(insert, 4, exchange.detail);
  insert.bind(5, std::int64_t{exchange.status_code});
  insert.bind(6, std::int64_t{exchange.new_connection});
  insert.bind(7, std::int64_t{exchange.kernel_times});
  if (was_written(request, exchange))
    insert.bind(8, exchange.written_ns);
  else
    insert.bind_null(8);
  insert.bind(9, exchange.connect_ns);
  insert.bind(10, exchange.read_delay_ns);
  insert.bind(11, exchange.retry_after_ns);
  insert.bind(12, exchange.first_event_ns);
  insert.bind(13, exchange.first_content_ns);
  insert.bind(14, exchange.first_answer_ns);
  insert.bind(15, exchange.last_content_ns);
  insert.bind(16, number_or_null(exchange.prompt_tokens));
  insert.bind(17, number_or_null(exchange.cached_tokens));
  insert.bind(18, number_or_null(exchange.completion_tokens));
  insert.bind(19, number_or_null(exchange.reasoning_tokens));
  insert.bind(20, std::int64_t{exchange.events});
  insert.bind(21, std::int64_t{exchange.content_chunks});
  if (exchange.chunks.empty())
    insert.bind_null(22);
  else
    insert.bind_blob(22, encode_chunks(exchange.chunks));
  insert.bind(23, std::int64_t{exchange.chunks_dropped});
  insert.bind(24, exchange.score);
}

// A time that must be there when `meaningful`, and is not looked at otherwise.
std::int64_t time_if(Row& row, int column, bool meaningful) {
  return meaningful ? row.integer<std::int64_t>(column) : 0;
}

constexpr int kFirstStage = 10;
constexpr int kLastStage = 20;

std::optional<ServerStages> stages_of(Row& row) {
  if (row.is_null(kFirstStage)) {
    for (int column = kFirstStage; column <= kLastStage + 1; ++column) {
      if (!row.is_null(column)) row.reject("has some of the server's stages and no accepted_ns");
    }
    return std::nullopt;
  }
  ServerStages stages;
  stages.accepted_ns = row.integer<std::int64_t>(kFirstStage);
  stages.opened_ns = row.integer<std::int64_t>(11);
  stages.closed_ns = row.integer<std::int64_t>(12);
  stages.pre_begin_ns = row.integer<std::int64_t>(13);
  stages.pre_end_ns = row.integer<std::int64_t>(14);
  stages.run_begin_ns = row.integer<std::int64_t>(15);
  stages.run_end_ns = row.integer<std::int64_t>(16);
  stages.post_end_ns = row.integer<std::int64_t>(17);
  stages.batch = row.integer<std::uint64_t>(18);
  stages.batch_size = row.integer<std::uint32_t>(19);
  stages.instance = row.integer<std::uint32_t>(kLastStage);
  stages.profile = row.optional_integer<std::uint32_t>(21);
  return stages;
}

}  // namespace

// An unsigned number as SQLite's signed one.
Result<std::int64_t> stored(std::uint64_t value, std::string_view what) {
  if (value <= kLargestInteger) return static_cast<std::int64_t>(value);
  return error(ErrorCode::kInvalidArgument, "{} {} does not fit into 63 bits", what, value);
}

void bind_text_or_null(Statement& statement, int parameter, const std::string& text) {
  if (text.empty()) {
    statement.bind_null(parameter);
  } else {
    statement.bind(parameter, text);
  }
}

std::string placeholders(int count) {
  std::string text = "(?";
  for (int i = 1; i < count; ++i) text += ",?";
  return text + ")";
}

RequestInserts::RequestInserts(Statement requests, Statement exchanges)
    : requests_(std::move(requests)), exchanges_(std::move(exchanges)) {}

Result<RequestInserts> RequestInserts::prepare(const Database& database, const std::string& how) {
  return RequestInserts(
      TRY(database.prepare(how + " INTO requests VALUES " + placeholders(kRequestColumns))),
      TRY(database.prepare(how + " INTO exchanges VALUES " + placeholders(kExchangeColumns))));
}

Status RequestInserts::run(std::uint32_t phase, std::span<const RequestRecord> records) {
  requests_.bind(1, std::int64_t{phase});
  exchanges_.bind(1, std::int64_t{phase});
  for (const RequestRecord& record : records) {
    std::int64_t index = TRY(stored(record.index, "request index"));
    requests_.bind(2, index);
    bind_times(requests_, record);
    requests_.bind(7, static_cast<std::int64_t>(record.status));
    requests_.bind(8, std::int64_t{record.input});
    requests_.bind(9, std::int64_t{record.request_bytes});
    requests_.bind(10, TRY(stored(record.response_bytes, "response size")));
    TRY_STATUS(bind_stages(requests_, record.stages));
    TRY_STATUS(requests_.run());
    if (!record.exchange) continue;
    exchanges_.bind(2, index);
    bind_exchange(exchanges_, record, *record.exchange);
    TRY_STATUS(exchanges_.run());
  }
  return ok_status();
}

RequestRecord request_of(Row& row) {
  RequestRecord request;
  request.index = row.integer<std::uint64_t>(1);
  request.due_ns = row.integer<std::int64_t>(2);
  request.status = static_cast<RequestStatus>(row.integer_between(6, 0, 4));
  bool sent = request.status != RequestStatus::kUnsent;
  request.sent_ns = time_if(row, 3, sent);
  request.first_byte_ns = time_if(row, 4, request.status == RequestStatus::kOk);
  request.done_ns = time_if(row, 5, sent && request.status != RequestStatus::kUnfinished);
  request.input = row.integer<std::uint32_t>(7);
  request.request_bytes = row.integer<std::uint32_t>(8);
  request.response_bytes = row.integer<std::uint64_t>(9);
  request.stages = stages_of(row);
  return request;
}

Exchange exchange_of(Row& row) {
  Exchange exchange;
  exchange.failure = static_cast<Failure>(row.integer_between(2, 0, kFailureCount - 1));
  exchange.detail = row.text_or_empty(3);
  exchange.status_code = row.integer<std::uint32_t>(4);
  exchange.new_connection = row.integer_between(5, 0, 1) == 1;
  exchange.kernel_times = row.integer_between(6, 0, 1) == 1;
  exchange.written_ns = row.optional_integer<std::int64_t>(7).value_or(0);
  exchange.connect_ns = row.integer<std::int64_t>(8);
  exchange.read_delay_ns = row.integer<std::int64_t>(9);
  exchange.retry_after_ns = row.optional_integer<std::int64_t>(10);
  exchange.first_event_ns = row.optional_integer<std::int64_t>(11);
  exchange.first_content_ns = row.optional_integer<std::int64_t>(12);
  exchange.first_answer_ns = row.optional_integer<std::int64_t>(13);
  exchange.last_content_ns = row.optional_integer<std::int64_t>(14);
  exchange.prompt_tokens = row.optional_integer<std::uint32_t>(15);
  exchange.cached_tokens = row.optional_integer<std::uint32_t>(16);
  exchange.completion_tokens = row.optional_integer<std::uint32_t>(17);
  exchange.reasoning_tokens = row.optional_integer<std::uint32_t>(18);
  exchange.events = row.integer<std::uint32_t>(19);
  exchange.content_chunks = row.integer<std::uint32_t>(20);
  if (!row.is_null(21)) {
    std::optional<std::vector<Chunk>> chunks = decode_chunks(row.blob(21));
    if (!chunks || chunks->empty()) row.reject("chunks is no list of chunks");
    if (chunks) exchange.chunks = std::move(*chunks);
  }
  exchange.chunks_dropped = row.integer<std::uint32_t>(22);
  exchange.score = row.optional_real(23);
  if (exchange.score && !(*exchange.score >= 0 && *exchange.score <= 1)) row.reject("score is not between 0 and 1");
  return exchange;
}

}  // namespace lynxbench::bundle
