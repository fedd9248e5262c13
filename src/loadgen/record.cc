#include "loadgen/record.h"

#include <utility>

namespace lynxbench::loadgen {
namespace {

ServerStages since(std::int64_t epoch_ns, ServerStages stages) {
  for (std::int64_t ServerStages::*member :
       {&ServerStages::accepted_ns, &ServerStages::opened_ns, &ServerStages::closed_ns,
        &ServerStages::pre_begin_ns, &ServerStages::pre_end_ns, &ServerStages::run_begin_ns,
        &ServerStages::run_end_ns, &ServerStages::post_end_ns}) {
    stages.*member -= epoch_ns;
  }
  return stages;
}

Exchange since(std::int64_t epoch_ns, Exchange exchange) {
  exchange.written_ns -= epoch_ns;
  for (std::optional<std::int64_t> Exchange::*member :
       {&Exchange::first_event_ns, &Exchange::first_content_ns, &Exchange::first_answer_ns,
        &Exchange::last_content_ns}) {
    if (exchange.*member) *(exchange.*member) -= epoch_ns;
  }
  for (Chunk& chunk : exchange.chunks) chunk.at_ns -= epoch_ns;
  return exchange;
}

}  // namespace

void fill(RequestRecord& record, const target::Answer& answer, std::int64_t epoch_ns) {
  record.status = answer.status;
  record.response_bytes = answer.response_bytes;
  record.first_byte_ns = answer.first_byte.count() - epoch_ns;
  record.done_ns = answer.done.count() - epoch_ns;
  if (answer.stages) record.stages = since(epoch_ns, *answer.stages);
  if (answer.exchange != nullptr) record.exchange = since(epoch_ns, *answer.exchange);
}

}  // namespace lynxbench::loadgen
