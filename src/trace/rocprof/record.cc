#include "trace/rocprof/record.h"

#include <limits>

#include "base/number.h"
#include "trace/json_cursor.h"

namespace lynxbench::trace::rocprof {
namespace {

// Members of the object that comes next, each handed to `take`, which consumes the value.
template <typename Take>
void each_member(JsonCursor& json, const Take& take) {
  if (!json.enter('{')) {
    json.skip();
    return;
  }
  while (const std::optional<std::string_view> key = json.key()) take(*key);
}

std::optional<std::int64_t> integer(JsonCursor& json) {
  return number_in<std::int64_t>(json.scalar());
}

// A member of an object that has one: {"handle": 37946}, {"internal": 1, "external": 0}.
std::optional<std::int64_t> integer_in(JsonCursor& json, std::string_view member) {
  std::optional<std::int64_t> value;
  if (json.peek() != '{') return integer(json);
  each_member(json, [&](std::string_view key) {
    if (key == member) {
      value = integer(json);
    } else {
      json.skip();
    }
  });
  return value;
}

std::array<std::uint32_t, 3> sizes(JsonCursor& json) {
  std::array<std::uint32_t, 3> result{};
  each_member(json, [&](std::string_view key) {
    const std::optional<std::int64_t> value = integer(json);
    const bool fits = value && *value >= 0 && *value <= std::numeric_limits<std::uint32_t>::max();
    if (!fits || key.size() != 1 || key[0] < 'x' || key[0] > 'z') return;
    result[static_cast<std::size_t>(key[0] - 'x')] = static_cast<std::uint32_t>(*value);
  });
  return result;
}

void take_dispatch_member(std::string_view key, JsonCursor& json, Record& record) {
  if (key == "agent_id") {
    record.agent = integer_in(json, "handle");
  } else if (key == "queue_id") {
    record.queue = integer_in(json, "handle");
  } else if (key == "kernel_id") {
    record.kernel = integer(json);
  } else if (key == "group_segment_size") {
    record.group_segment_bytes = integer(json);
  } else if (key == "workgroup_size") {
    record.workgroup = sizes(json);
  } else if (key == "grid_size") {
    record.grid = sizes(json);
  } else {
    json.skip();
  }
}

void take_record_member(std::string_view key, JsonCursor& json, Record& record) {
  if (key == "kind") {
    record.kind = integer(json);
  } else if (key == "operation") {
    record.operation = integer(json);
  } else if (key == "start_timestamp") {
    record.begin_ns = integer(json);
  } else if (key == "end_timestamp") {
    record.end_ns = integer(json);
  } else if (key == "thread_id") {
    record.thread = integer(json);
  } else if (key == "correlation_id") {
    record.correlation = integer_in(json, "internal");
  } else if (key == "stream_id") {
    record.stream = integer_in(json, "handle");
  } else if (key == "src_agent_id") {
    record.source_agent = integer_in(json, "handle");
  } else if (key == "dst_agent_id") {
    record.destination_agent = integer_in(json, "handle");
  } else if (key == "bytes") {
    record.bytes = integer(json);
  } else if (key == "dispatch_info") {
    each_member(json, [&](std::string_view inner) { take_dispatch_member(inner, json, record); });
  } else {
    json.skip();
  }
}

// An agent has two names: what it is called in a shop, and its architecture.
void take_agent_member(std::string_view key, JsonCursor& json, Agent& agent,
                       std::string& architecture) {
  if (key == "id") {
    agent.handle = integer_in(json, "handle");
  } else if (key == "type") {
    agent.is_gpu = integer(json) == 2;
  } else if (key == "logical_node_type_id") {
    agent.ordinal = integer(json);
  } else if (key == "product_name") {
    agent.name = unescaped(json.string());
  } else if (key == "name") {
    architecture = unescaped(json.string());
  } else if (key == "cu_count") {
    agent.compute_units = integer(json);
  } else if (key == "max_engine_clk_fcompute") {
    agent.clock_mhz = integer(json);
  } else {
    json.skip();
  }
}

}  // namespace

Record read_record(std::string_view object) {
  Record record;
  JsonCursor json(object);
  each_member(json, [&](std::string_view key) { take_record_member(key, json, record); });
  record.is_readable = json.fault() == JsonFault::kNone && object.starts_with('{');
  return record;
}

Agent read_agent(std::string_view object) {
  Agent agent;
  std::string architecture;
  JsonCursor json(object);
  each_member(json,
              [&](std::string_view key) { take_agent_member(key, json, agent, architecture); });
  if (agent.name.empty()) agent.name = std::move(architecture);
  return agent;
}

KernelSymbol read_kernel_symbol(std::string_view object) {
  KernelSymbol symbol;
  std::string formatted;
  std::string demangled;
  std::string mangled;
  JsonCursor json(object);
  each_member(json, [&](std::string_view key) {
    if (key == "kernel_id") {
      symbol.id = integer(json);
    } else if (key == "formatted_kernel_name") {
      formatted = unescaped(json.string());
    } else if (key == "demangled_kernel_name") {
      demangled = unescaped(json.string());
    } else if (key == "kernel_name") {
      mangled = unescaped(json.string());
    } else {
      json.skip();
    }
  });
  symbol.name = !formatted.empty() ? formatted : !demangled.empty() ? demangled : mangled;
  return symbol;
}

KindNames read_kind_names(std::string_view object) {
  KindNames names;
  JsonCursor json(object);
  each_member(json, [&](std::string_view key) {
    if (key == "kind") {
      names.kind = unescaped(json.string());
    } else if (key == "operations" && json.enter('[')) {
      while (json.element()) names.operations.push_back(unescaped(json.string()));
    } else {
      json.skip();
    }
  });
  return names;
}

MarkerText read_marker_text(std::string_view object) {
  MarkerText text;
  JsonCursor json(object);
  each_member(json, [&](std::string_view key) {
    if (key == "key") {
      text.key = integer(json);
    } else if (key == "value") {
      text.value = unescaped(json.string());
    } else {
      json.skip();
    }
  });
  return text;
}

std::optional<std::int64_t> read_process_id(std::string_view object) {
  JsonCursor json(object);
  return integer_in(json, "pid");
}

}  // namespace lynxbench::trace::rocprof
