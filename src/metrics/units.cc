#include "base/text.h"
#include "metrics/ids.h"
#include "metrics/metrics.h"
#include "model/metric.h"

namespace lynxbench::metrics {

Result<std::string> unit_of(const std::string& figure, const Contract& contract) {
  std::vector<std::string> ids;
  for (std::string_view whole : {kCapacity, kPeakThroughput}) {
    if (figure == whole) return std::string("1/s");
    ids.emplace_back(whole);
  }
  for (const LoadPoint& point : contract.load.points) {
    for (const Metric& metric : point_metrics()) {
      ids.push_back(id_of(metric.name, point.name));
      if (figure == ids.back()) return std::string(metric.unit);
    }
  }
  std::optional<std::string> nearest = nearest_word(figure, ids);
  return error(ErrorCode::kInvalidArgument, "there is no figure \"{}\" under this contract; {}",
               figure,
               nearest ? "did you mean \"" + *nearest + "\"?"
                       : "write capacity, peak_throughput or METRIC@POINT, such as " +
                             (ids.size() > 2 ? ids[2] : std::string("throughput@POINT")));
}

}  // namespace lynxbench::metrics
