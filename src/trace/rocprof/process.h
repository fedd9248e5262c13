// One process of a rocprofv3 file on its way into a Timeline: its tables of names, and its records
// as they come. Names may follow the records that need them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/trace.h"
#include "trace/loss_count.h"
#include "trace/rocprof/record.h"

namespace lynxbench::trace::rocprof {

class Process {
 public:
  // `number`: which of the file's processes, from 0. Both must outlive this.
  Process(Timeline& timeline, LossCount& losses, std::uint32_t number)
      : timeline_(timeline), losses_(losses), number_(number), id_(number) {}

  void set_id(std::int64_t id) { id_ = id; }
  void add_agent(const Agent& agent);
  void add_symbol(const KernelSymbol& symbol);
  // `group`: "buffer_records" or "callback_records"; each counts its kinds by itself.
  void add_kind(std::string_view group, KindNames names);
  void add_marker_text(const MarkerText& text);

  // An element of the array `array` of the group.
  void add_record(std::string_view group, std::string_view array, const Record& record,
                  std::uint64_t byte);
  // Gives names to what came before them. Once, at the process's end.
  void finish();

 private:
  void add_dispatch(const Record& record);
  void add_copy(std::string_view group, const Record& record);
  void add_host(std::string_view group, HostWork work, const Record& record);
  [[nodiscard]] LinkKey key_of(const Record& record) const;
  [[nodiscard]] std::int64_t device_of(std::optional<std::int64_t> agent) const;
  [[nodiscard]] bool is_gpu(std::optional<std::int64_t> agent) const;
  [[nodiscard]] std::string operation_of(std::string_view group, const Record& record);
  [[nodiscard]] NameId kernel_name(std::int64_t id);

  Timeline& timeline_;
  LossCount& losses_;
  std::uint32_t number_;
  std::int64_t id_;
  std::int64_t gpus_ = 0;
  std::unordered_map<std::int64_t, std::int64_t> device_of_agent_;
  std::unordered_map<std::int64_t, NameId> symbols_;
  std::map<std::int64_t, NameId> nameless_;  // kernels that were met before their symbol
  std::map<std::string, std::vector<KindNames>, std::less<>> kinds_;
  std::unordered_map<std::int64_t, NameId> marker_texts_;
};

}  // namespace lynxbench::trace::rocprof
