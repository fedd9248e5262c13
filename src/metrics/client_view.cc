#include "metrics/client_view.h"

#include <algorithm>

namespace lynxbench::metrics {
namespace {

void add_tokens(ClientView& view, const Exchange& exchange) {
  if (exchange.prompt_tokens) {
    ++view.with_prompt_tokens;
    view.prompt_tokens += *exchange.prompt_tokens;
  }
  if (exchange.completion_tokens) {
    ++view.with_completion_tokens;
    view.completion_tokens += *exchange.completion_tokens;
  }
}

}  // namespace

void ClientViewTally::add(const RequestRecord& record) {
  if (record.status == RequestStatus::kUnsent) return;
  bool ended = record.status != RequestStatus::kUnfinished, ok = record.status == RequestStatus::kOk;
  std::int64_t until_ns = ended ? record.done_ns : record.sent_ns, length_ns = until_ns - record.sent_ns;
  view_.begin_ns = view_.sent == 0 ? record.sent_ns : std::min(view_.begin_ns, record.sent_ns);
  view_.end_ns = view_.sent == 0 ? until_ns : std::max(view_.end_ns, until_ns);
  ++view_.sent;
  ++(ok ? view_.ok : view_.failed);
  view_.all_total_ns += length_ns;
  if (!ok) return;
  view_.e2e_total_ns += length_ns;
  if (!record.exchange) return;
  add_tokens(view_, *record.exchange);
  if (!record.exchange->first_content_ns) return;
  ++view_.with_ttft;
  view_.ttft_total_ns += *record.exchange->first_content_ns - record.sent_ns;
  if (!record.exchange->last_content_ns || record.exchange->content_chunks < 2) return;
  ++view_.with_stream;
  view_.stream_total_ns += *record.exchange->last_content_ns - *record.exchange->first_content_ns;
}

void ClientViewTally::merge(const ClientView& other) {
  if (other.sent == 0) return;
  view_.begin_ns = view_.sent == 0 ? other.begin_ns : std::min(view_.begin_ns, other.begin_ns);
  view_.end_ns = view_.sent == 0 ? other.end_ns : std::max(view_.end_ns, other.end_ns);
  for (std::uint64_t ClientView::*member :
       {&ClientView::sent, &ClientView::ok, &ClientView::failed, &ClientView::with_ttft, &ClientView::with_stream, &ClientView::with_prompt_tokens,
        &ClientView::prompt_tokens, &ClientView::with_completion_tokens, &ClientView::completion_tokens}) {
    view_.*member += other.*member;
  }
  for (std::int64_t ClientView::*member :
       {&ClientView::e2e_total_ns, &ClientView::all_total_ns, &ClientView::ttft_total_ns, &ClientView::stream_total_ns}) {
    view_.*member += other.*member;
  }
}

}  // namespace lynxbench::metrics
