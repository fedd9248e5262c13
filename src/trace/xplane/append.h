// The planes of a file, one after another, into a Timeline.
#pragma once

#include <cstdint>
#include <optional>

#include "model/trace.h"
#include "trace/loss_count.h"
#include "trace/xplane/plane.h"

namespace lynxbench::trace::xplane {

// The device of a plane of device work: "/device:GPU:3"; nothing for another plane.
[[nodiscard]] std::optional<std::int64_t> device_of(const Plane& plane);
// The stream of a line of device work: "Stream #16(Kernel)"; on a TPU the ops, which have none.
// Other lines repeat the same time by step, module, op and scope.
[[nodiscard]] std::optional<std::int64_t> stream_of(const Plane& plane, const PlaneLine& line);

class TimelineBuilder {
 public:
  // What the plane has of events, devices and clocks.
  void append(const Plane& plane);
  // The rest: the clock, the notes. Once, at the end.
  [[nodiscard]] Timeline finish(LossCount losses);

 private:
  struct Times {
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
  };
  class NamesOf;
  struct StatIds;

  void append_device(const Plane& plane, std::int64_t device);
  void append_host(const Plane& plane);
  void append_environment(const Plane& plane);
  void append_stream(const Plane& plane, const PlaneLine& line, std::uint32_t lane, NamesOf& names);
  void append_work(const Plane& plane, const PlaneLine& line, const PlaneEvent& event,
                   const StatIds& ids, NamesOf& names, std::uint32_t lane);
  void append_thread(const Plane& plane, const PlaneLine& line, const StatIds& ids, NamesOf& names);
  [[nodiscard]] std::optional<Times> times_of(const PlaneLine& line, const PlaneEvent& event);

  Timeline timeline_;
  LossCount losses_;
  std::int64_t planes_ = 0;
  std::int64_t latest_line_ns_ = 0;
  std::optional<std::int64_t> profile_start_ns_;
};

}  // namespace lynxbench::trace::xplane
