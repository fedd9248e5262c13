#include "attribution/kernel/torch_cost.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/json.h"

namespace lynxbench::attribution {
namespace {

using Dims = std::vector<double>;

// An operator's arguments. A place that is no tensor has no dims.
struct Call {
  std::vector<Dims> dims;
  std::vector<std::string> types;
  std::vector<std::string> inputs;

  [[nodiscard]] const Dims& at(std::size_t place) const {
    static const Dims none;
    return place < dims.size() ? dims[place] : none;
  }
  [[nodiscard]] std::string input(std::size_t place) const {
    return place < inputs.size() ? inputs[place] : "";
  }
};

double elements(const Dims& dims) {
  if (dims.empty()) return 0;
  double product = 1;
  for (double size : dims) product *= size;
  return product;
}

double type_bytes(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, double>, 13> kSizes{{
      {"float", 4}, {"c10::BFloat16", 2}, {"c10::Half", 2}, {"double", 8}, {"long int", 8},
      {"long", 8}, {"int", 4}, {"short", 2}, {"unsigned char", 1}, {"signed char", 1}, {"bool", 1},
      {"c10::complex<float>", 8}, {"c10::complex<double>", 16}}};
  for (const auto& [name, size] : kSizes) {
    if (type == name) return size;
  }
  return type.starts_with("c10::Float8") ? 1 : 0;
}

Precision precision_of(std::string_view type) {
  if (type == "c10::BFloat16" || type == "c10::Half") return Precision::kBf16;
  if (type == "double") return Precision::kFp64;
  if (type.starts_with("c10::Float8")) return Precision::kFp8;
  return Precision::kFp32;
}

Dims dims_of(const Json& json) {
  Dims dims;
  for (const Json& size : json) {
    if (!size.is_number() || size.get<double>() < 0) return {};
    dims.push_back(size.get<double>());
  }
  return dims;
}

std::vector<std::string> strings_of(std::string_view text) {
  std::vector<std::string> strings;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return strings;
  for (const Json& one : json) strings.push_back(one.is_string() ? one.get<std::string>() : "");
  return strings;
}

std::optional<Call> read_call(std::string_view dims, std::string_view types,
                              std::string_view inputs) {
  const Json json = Json::parse(dims, nullptr, false);
  if (!json.is_array()) return std::nullopt;
  Call call;
  for (const Json& one : json) {
    if (!one.is_array()) return std::nullopt;
    const bool is_list = !one.empty() && one.front().is_array();
    call.dims.push_back(is_list ? Dims{} : dims_of(one));
  }
  call.types = strings_of(types);
  call.types.resize(std::max(call.types.size(), call.dims.size()));
  call.inputs = strings_of(inputs);
  return call;
}

// Elements of what all tensors broadcast to: the largest of them, when each of the others fits.
double broadcast_elements(const Call& call) {
  Dims out;
  for (const Dims& dims : call.dims) {
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (i >= out.size()) out.insert(out.begin(), 1);
      double& size = out[out.size() - 1 - i];
      size = std::max(size, dims[dims.size() - 1 - i]);
    }
  }
  return elements(out);
}

double input_bytes(const Call& call) {
  double bytes = 0;
  for (std::size_t i = 0; i < call.dims.size(); ++i) {
    bytes += elements(call.dims[i]) * type_bytes(call.types[i]);
  }
  return bytes;
}

// The type of the first argument that is a tensor.
std::string first_type(const Call& call) {
  for (std::size_t i = 0; i < call.dims.size(); ++i) {
    if (type_bytes(call.types[i]) > 0 && !call.dims[i].empty()) return call.types[i];
  }
  return call.types.empty() ? "" : call.types.front();
}

using Cost = std::optional<TorchCost>;
using Model = Cost (*)(const Call&);

TorchCost cost(const Call& call, double flops, double bytes) {
  return {flops, bytes, precision_of(first_type(call)), false};
}

TorchCost matrix_cost(const Call& call, double flops, double bytes) {
  TorchCost result = cost(call, flops, bytes);
  result.on_matrix_units = true;
  return result;
}

// The matrices stand at places `a` and `a + 1`, maybe with batches before their rows.
Cost product_at(const Call& call, std::size_t a) {
  const Dims& left = call.at(a);
  const Dims& right = call.at(a + 1);
  if (left.empty() || right.size() < 2 || left.back() != right[right.size() - 2]) {
    return std::nullopt;
  }
  const double rows = elements(left) / std::max(left.back(), 1.0);
  const double out = rows * right.back();
  return matrix_cost(call, 2 * out * left.back(),
                     input_bytes(call) + out * type_bytes(first_type(call)));
}

Cost mm(const Call& call) { return product_at(call, 0); }
Cost addmm(const Call& call) { return product_at(call, 1); }

// A weight of n x k rows.
Cost linear(const Call& call) {
  const Dims& input = call.at(0);
  const Dims& weight = call.at(1);
  if (input.empty() || weight.size() != 2 || input.back() != weight[1]) return std::nullopt;
  const double out = elements(input) / std::max(input.back(), 1.0) * weight[0];
  return matrix_cost(call, 2 * out * weight[1],
                     input_bytes(call) + out * type_bytes(first_type(call)));
}

// "[2, 2]" as numbers; one number is meant for every dimension.
Dims list_of(const std::string& text, std::size_t dimensions) {
  const Json json = Json::parse(text, nullptr, false);
  Dims list = json.is_array() ? dims_of(json) : Dims{};
  if (list.size() == 1) list.assign(dimensions, list.front());
  return list;
}

// (input, weight, bias, stride, padding, dilation, transposed, ...)
Cost convolution(const Call& call) {
  const Dims& input = call.at(0);
  const Dims& weight = call.at(1);
  if (input.size() < 3 || weight.size() != input.size() || call.input(6) == "True") {
    return std::nullopt;
  }
  const std::size_t space = input.size() - 2;
  const Dims stride = list_of(call.input(3), space);
  const Dims padding = list_of(call.input(4), space);
  const Dims dilation = list_of(call.input(5), space);
  if (stride.size() != space || padding.size() != space || dilation.size() != space) {
    return std::nullopt;
  }
  double out = input[0] * weight[0];
  for (std::size_t i = 0; i < space; ++i) {
    const double reach = dilation[i] * (weight[i + 2] - 1) + 1;
    const double steps = (input[i + 2] + 2 * padding[i] - reach) / std::max(stride[i], 1.0);
    if (steps < 0) return std::nullopt;
    out *= static_cast<double>(static_cast<std::int64_t>(steps)) + 1;
  }
  return matrix_cost(call, 2 * out * elements(weight) / std::max(weight[0], 1.0),
                     input_bytes(call) + out * type_bytes(first_type(call)));
}

// (grad_output, input, weight, ..., output_mask): a convolution for each gradient asked for.
Cost convolution_backward(const Call& call) {
  const Dims& weight = call.at(2);
  if (call.at(0).empty() || weight.size() < 3) return std::nullopt;
  const std::string mask = call.input(10);
  double gradients = 0;
  for (std::size_t i = 0, at = 0; i < 2 && at < mask.size(); ++i) {
    if (mask.substr(at).starts_with(i == 0 ? "[True" : " True")) ++gradients;
    at = mask.find(',', at);
    at = at == std::string::npos ? mask.size() : at + 1;
  }
  if (gradients == 0) return std::nullopt;
  const double flops = 2 * elements(call.at(0)) * elements(weight) / std::max(weight[0], 1.0);
  return matrix_cost(call, gradients * flops, input_bytes(call) * 2);
}

// (query, key, value) as batch x heads x positions x channels.
Cost attention_of(const Call& call, bool causal) {
  const Dims& query = call.at(0);
  const Dims& key = call.at(1);
  if (query.size() != 4 || key.size() != 4 || call.at(2).size() != 4) return std::nullopt;
  const double pairs = query[0] * query[1] * query[2] * key[2] * (causal ? 0.5 : 1.0);
  const double flops = 2 * pairs * (query[3] + call.at(2)[3]);
  return matrix_cost(call, flops,
                     input_bytes(call) + elements(query) * type_bytes(first_type(call)));
}
Cost flash_attention(const Call& call) { return attention_of(call, call.input(4) == "True"); }
Cost sdpa(const Call& call) { return attention_of(call, call.input(5) == "True"); }

Cost elementwise(const Call& call) {
  const double out = broadcast_elements(call);
  if (out == 0) return std::nullopt;
  return cost(call, out, input_bytes(call) + out * type_bytes(first_type(call)));
}

// (destination, source)
Cost copy(const Call& call) {
  if (call.at(0).empty()) return std::nullopt;
  return cost(call, 0, input_bytes(call));
}

Cost fill(const Call& call) {
  if (call.at(0).empty()) return std::nullopt;
  return cost(call, 0, elements(call.at(0)) * type_bytes(call.types[0]));
}

Cost rowwise(const Call& call, double flops_per_element) {
  const double n = elements(call.at(0));
  if (n == 0) return std::nullopt;
  return cost(call, flops_per_element * n, input_bytes(call) + n * type_bytes(call.types[0]));
}
Cost softmax(const Call& call) { return rowwise(call, 5); }
Cost normalization(const Call& call) { return rowwise(call, 8); }

// What is left of the input is small beside it.
Cost reduction(const Call& call) {
  const double n = elements(call.at(0));
  if (n == 0) return std::nullopt;
  return cost(call, n, n * type_bytes(call.types[0]));
}

// (weight, indices): a row for each index.
Cost embedding(const Call& call) {
  const Dims& weight = call.at(0);
  if (weight.size() != 2 || call.at(1).empty()) return std::nullopt;
  const double rows = elements(call.at(1));
  return cost(call, 0,
              2 * rows * weight[1] * type_bytes(call.types[0]) + rows * type_bytes(call.types[1]));
}

struct Row {
  std::string_view op;
  Model model;
};
constexpr std::array kModels{
    Row{"aten::mm", mm}, Row{"aten::bmm", mm}, Row{"aten::addmm", addmm},
    Row{"aten::_addmm_activation", addmm},
    Row{"aten::baddbmm", addmm}, Row{"aten::_scaled_mm", mm}, Row{"aten::linear", linear},
    Row{"aten::matmul", mm}, Row{"aten::convolution", convolution},
    Row{"aten::convolution_backward", convolution_backward},
    Row{"aten::_scaled_dot_product_flash_attention", flash_attention},
    Row{"aten::_scaled_dot_product_efficient_attention", sdpa},
    Row{"aten::_scaled_dot_product_cudnn_attention", sdpa},
    Row{"aten::scaled_dot_product_attention", sdpa}, Row{"aten::copy_", copy},
    Row{"aten::fill_", fill}, Row{"aten::zero_", fill}, Row{"aten::_softmax", softmax},
    Row{"aten::_log_softmax", softmax}, Row{"aten::_softmax_backward_data", softmax},
    Row{"aten::native_layer_norm", normalization},
    Row{"aten::native_layer_norm_backward", normalization},
    Row{"aten::native_batch_norm", normalization}, Row{"aten::native_group_norm", normalization},
    Row{"aten::native_batch_norm_backward", normalization},
    Row{"aten::cudnn_batch_norm", normalization}, Row{"aten::miopen_batch_norm", normalization},
    Row{"aten::sum", reduction}, Row{"aten::mean", reduction},
    Row{"aten::embedding", embedding}};

constexpr std::array<std::string_view, 46> kElementwise{
    "aten::add", "aten::add_", "aten::sub", "aten::sub_", "aten::mul", "aten::mul_", "aten::div",
    "aten::div_", "aten::relu", "aten::relu_", "aten::clamp_min", "aten::clamp_min_", "aten::clamp",
    "aten::gelu", "aten::silu", "aten::silu_", "aten::sigmoid", "aten::tanh", "aten::exp",
    "aten::log", "aten::sqrt", "aten::rsqrt", "aten::pow", "aten::neg", "aten::abs", "aten::sin",
    "aten::cos", "aten::reciprocal", "aten::where", "aten::eq", "aten::ne", "aten::gt", "aten::lt",
    "aten::ge", "aten::le", "aten::maximum", "aten::minimum", "aten::addcmul_", "aten::addcdiv_",
    "aten::lerp_", "aten::threshold_backward", "aten::gelu_backward", "aten::silu_backward",
    "aten::tanh_backward", "aten::sigmoid_backward", "aten::masked_fill_"};

Model model_of(std::string_view op) {
  for (const Row& row : kModels) {
    if (row.op == op) return row.model;
  }
  const bool known = std::find(kElementwise.begin(), kElementwise.end(), op) != kElementwise.end();
  return known ? elementwise : nullptr;
}

}  // namespace

bool has_torch_cost(std::string_view op) { return model_of(op) != nullptr; }

std::optional<TorchCost> torch_cost(std::string_view op, std::string_view dims,
                                    std::string_view types, std::string_view inputs) {
  const Model model = model_of(op);
  if (model == nullptr) return std::nullopt;
  const std::optional<Call> call = read_call(dims, types, inputs);
  if (!call || call->dims.empty()) return std::nullopt;
  std::optional<TorchCost> result = model(*call);
  if (result && result->bytes <= 0) return std::nullopt;
  return result;
}

}  // namespace lynxbench::attribution
