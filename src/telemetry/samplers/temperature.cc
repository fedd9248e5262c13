// temperature.*: hwmon sensors (temperature.hwmon0.k10temp.Tctl) and thermal zones
// (temperature.thermal_zone0.x86_pkg_temp), in degrees Celsius.
#include <algorithm>

#include "base/text.h"
#include "telemetry/proc_file.h"
#include "telemetry/proc_text.h"
#include "telemetry/sampler.h"

namespace lynxbench::telemetry {
namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string word_in(const fs::path& file, const std::string& otherwise) {
  std::optional<std::string> text = read_small_file(file);
  return text && !text->empty() ? series_word(*text, {}) : otherwise;
}

class TemperatureSampler final : public Sampler {
 public:
  explicit TemperatureSampler(const fs::path& root) {
    for (const std::string& chip : names_in(root / "sys/class/hwmon")) add_chip(root, chip);
    for (const std::string& zone : names_in(root / "sys/class/thermal")) {
      if (!zone.starts_with("thermal_zone")) continue;
      std::string file = "/sys/class/thermal/" + zone + "/temp";
      std::string type = word_in(root / "sys/class/thermal" / zone / "type", "zone");
      add(root, "temperature." + zone + "." + type, file);
    }
  }

  [[nodiscard]] Nanos least_period() const override { return Nanos{1'000'000'000}; }

  void sample(Nanos, Board& board) override {
    if (sensors_.empty())
      board.missing("temperature", "neither hwmon nor a thermal zone in /sys/class");
    for (Sensor& sensor : sensors_) {
      Result<std::string_view> text = sensor.file.read();
      std::optional<std::int64_t> millidegrees = text.ok() ? parse_whole(*text) : std::nullopt;
      if (millidegrees) {
        board.set(board.series(sensor.name, "celsius", sensor.source),
                  static_cast<double>(*millidegrees) / 1e3);
      } else {
        board.missing(sensor.name + ": " + sensor.source,
                      text.ok() ? "it is not a number" : text.error().message);
      }
    }
  }

 private:
  struct Sensor {
    std::string name, source;
    ProcFile file;
  };

  void add_chip(const fs::path& root, const std::string& chip) {
    const fs::path folder = root / "sys/class/hwmon" / chip;
    const std::string chip_name = word_in(folder / "name", "chip");
    for (const std::string& file : names_in(folder)) {
      if (!file.starts_with("temp") || !file.ends_with("_input")) continue;
      std::string sensor = file.substr(0, file.size() - std::string_view("_input").size());
      std::string label = word_in(folder / (sensor + "_label"), sensor);
      add(root, "temperature." + chip + "." + chip_name + "." + label,
          "/sys/class/hwmon/" + chip + "/" + file);
    }
  }

  void add(const fs::path& root, const std::string& name, const std::string& source) {
    sensors_.push_back({name, source, ProcFile(root / fs::path(source).relative_path())});
  }

  std::vector<Sensor> sensors_;
};

}  // namespace

SamplerPtr temperature_sampler(const fs::path& root) {
  return std::make_unique<TemperatureSampler>(root);
}

}  // namespace lynxbench::telemetry
