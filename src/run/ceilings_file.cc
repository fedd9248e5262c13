#include "run/ceilings_file.h"

#include <fmt/format.h>

#include <utility>

#include "attribution/attribution.h"
#include "base/files.h"
#include "base/json.h"
#include "model/json.h"

namespace lynxbench::run {
namespace {

Result<attribution::DeviceCeilings> device_of(const Json& json, const std::string& path) {
  const auto wrong = [&](const std::string& what) {
    return Error{ErrorCode::kInvalidInput, what, path};
  };
  if (!json.is_object() || !json.contains("match") || !json["match"].is_string()) {
    return wrong("each of \"devices\" needs \"match\", a part of the device's name");
  }
  attribution::DeviceCeilings ceilings;
  ceilings.match = json["match"].get<std::string>();
  ceilings.source = json.value("source", "given with --ceilings");
  for (const auto& [name, member] :
       {std::pair{"bytes_per_s", &ceilings.bytes_per_s},
        std::pair{"link_bytes_per_s", &ceilings.link_bytes_per_s}}) {
    const auto bytes = json.find(name);
    if (bytes == json.end()) continue;
    if (!bytes->is_number() || bytes->get<double>() <= 0) {
      return wrong(fmt::format("\"{}\" must be a number above 0", name));
    }
    *member = bytes->get<double>();
  }
  const Json flops = json.value("flops_per_s", Json::object());
  for (const auto& [name, value] : flops.items()) {
    const auto precision = attribution::precision_named(name);
    if (!precision || !value.is_number() || value.get<double>() <= 0) {
      return wrong("\"flops_per_s\" has numbers above 0 for fp64, fp32, tf32, fp16, bf16, fp8 or int8, "
                   "not \"" + name + "\": " + value.dump());
    }
    ceilings.flops_per_s[*precision] = value.get<double>();
  }
  return ceilings;
}

// Of the host that they were measured on.
Result<attribution::DeviceCeilings> host_of(const Json& json, const std::string& path) {
  const Roofline measured = attribution::roofline(TRY(from_document<Ceilings>(json, path)), "");
  if (!measured.missing.empty()) return Error{ErrorCode::kInvalidInput, measured.missing, path};
  attribution::DeviceCeilings ceilings;
  ceilings.match = "CPU";
  ceilings.source = fmt::format("measured: {}; {}", measured.matmul_method, measured.stream_method);
  ceilings.bytes_per_s = measured.bytes_per_s;
  ceilings.flops_per_s[attribution::Precision::kFp32] = *measured.flops_per_s;
  return ceilings;
}

}  // namespace

Result<std::vector<attribution::DeviceCeilings>> read_ceilings(const std::string& path) {
  const Json json = Json::parse(TRY(read_file(path)), nullptr, false);
  std::vector<attribution::DeviceCeilings> all;
  if (json.is_object() && json.contains("matmul_flops_per_s")) {
    all.push_back(TRY(host_of(json, path)));
  } else if (json.is_object() && json.contains("ceilings") && json["ceilings"].is_object()) {
    all.push_back(TRY(host_of(json["ceilings"], path)));
  } else if (json.is_object() && json.contains("devices") && json["devices"].is_array()) {
    for (const Json& one : json["devices"]) all.push_back(TRY(device_of(one, path)));
  } else {
    return Error{ErrorCode::kInvalidInput,
                 "is no JSON object with a list \"devices\", nor ceilings that lynxbench measured",
                 path};
  }
  return all;
}

}  // namespace lynxbench::run
