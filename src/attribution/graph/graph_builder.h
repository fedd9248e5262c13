// Builds a DependencyGraph in three steps: the host's items by threads, the device's by lanes, then
// the edges and the order. Used by DependencyGraph::of alone.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "attribution/graph/bursts.h"
#include "attribution/graph/device_waits.h"
#include "attribution/graph/graph.h"

namespace lynxbench::attribution {

class GraphBuilder {
 public:
  GraphBuilder(const Timeline& timeline, std::span<const DeviceClass> classes);
  [[nodiscard]] DependencyGraph build();

 private:
  // A row of the host table that has begun and not ended.
  struct Open {
    std::uint32_t row = 0;
    std::int64_t end_ns = 0;
    ItemKind kind = ItemKind::kOtherHost;
    bool in_loader = false;
  };
  struct PendingEdge {
    ItemId to = 0;
    Edge edge;
  };
  struct PendingWait {
    ItemId rest = 0;           // of the waiting call
    std::uint32_t device = 0;  // row
    std::int64_t lag_ns = 0;
    bool by_fact = true;
  };
  struct PendingHandOver {
    ItemId before = kNoItem;  // what woke the burst's thread; kNoItem: it had begun earlier
    ItemId after = 0;
    Burst burst;
    std::uint32_t waiting = 0;  // thread
  };
  // Why a piece of device work may have begun when it did.
  struct Cause {
    std::int64_t measured_ns = 0;  // from the cause to the begin
    std::int64_t typical_ns = 0;
    bool possible = false;
    [[nodiscard]] std::int64_t excess_ns() const {
      return possible ? measured_ns - typical_ns : std::numeric_limits<std::int64_t>::max();
    }
  };

  // ---- graph_builder_host.cc
  void index_calls();
  void add_threads();
  void add_thread(std::uint32_t thread, std::uint32_t first_row, std::uint32_t end_row);
  void cut_last_wait();
  void open(std::uint32_t row);
  void close_until(std::int64_t time_ns);
  void add_own_time(const Open& open, std::int64_t until_ns);
  void add_untraced(std::int64_t until_ns);
  // Its time, or its two parts around another thread's burst.
  [[nodiscard]] std::optional<Burst> burst_during(std::int64_t begin_ns, std::int64_t end_ns,
                                                  std::uint32_t row) const;
  void connect_begin(const PendingHandOver& handed);
  void add_time(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row, ItemKind kind);
  void add_call_time(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row);
  void add_waiting_call(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row,
                        std::span<const HostWait> waits);
  [[nodiscard]] bool has_waited(std::uint32_t call) const;
  [[nodiscard]] std::span<const HostWait> waits_of(std::uint32_t call) const;
  [[nodiscard]] std::vector<HostWait> usable(std::span<const HostWait> waits,
                                             std::int64_t end_ns) const;
  [[nodiscard]] ItemKind kind_of(std::uint32_t row, bool in_loader) const;
  [[nodiscard]] bool names_loader(NameId name);
  [[nodiscard]] bool waits_by_name(std::uint32_t call);
  ItemId add_item(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t row, ItemKind kind);
  void begin_chain(std::uint32_t row, bool of_lane);
  void end_chain();

  // ---- graph_builder_device.cc
  void add_lanes();
  void measure_typical();
  void connect_device_work();
  void connect(ItemId item, std::span<const LaneWait> waits);
  [[nodiscard]] std::span<const LaneWait> lane_waits_of(ItemId item) const;
  [[nodiscard]] ItemId launch_of(ItemId item);
  [[nodiscard]] ItemId ended_just_before(ItemId item) const;
  [[nodiscard]] Cause after(ItemId item, ItemId launch, std::int64_t end_ns) const;

  // ---- graph_builder.cc
  void connect_waits();
  void connect_hand_overs();
  [[nodiscard]] ItemId first_of_thread_from(std::uint32_t thread, std::int64_t time_ns) const;
  void sort_edges();
  void order_items();
  void order_ties(std::size_t first, std::size_t end);

  const Timeline& timeline_;
  std::span<const DeviceClass> classes_;
  DependencyGraph graph_;
  WaitFinder finder_;
  Bursts bursts_;
  std::vector<HostWait> host_waits_;
  std::vector<LaneWait> lane_waits_;        // by waiting row
  std::vector<std::uint32_t> first_wait_;   // of each call in host_waits_, and one more
  std::vector<std::uint32_t> call_of_row_;  // of each row of the host table
  std::unordered_map<NameId, std::int64_t> shortest_;  // by name: those that could wait and did not
  std::vector<std::uint8_t> loader_name_;   // of each name: 0 not looked at, 1 no, 2 yes
  std::vector<ItemId> item_of_call_;
  std::vector<ItemId> item_of_device_;
  std::vector<ItemId> chain_of_thread_;     // of each thread: row of chains, or kNoRow
  std::vector<PendingEdge> edges_;
  std::vector<PendingWait> waits_;
  std::vector<PendingHandOver> hand_overs_;
  // Begins of bursts that another thread waited for, by thread.
  std::vector<std::unordered_set<std::int64_t>> handed_over_;
  // Of the thread in hand:
  std::uint32_t thread_ = 0;
  std::vector<Open> stack_;
  std::int64_t cursor_ = 0;
};

}  // namespace lynxbench::attribution
