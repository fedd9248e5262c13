#include "target/embedded/generated/graph_writer.h"

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <bit>

#include "base/result.h"

namespace lynxbench::target {
namespace {

static_assert(std::endian::native == std::endian::little, "raw tensors are little-endian");

void set_type(onnx::ValueInfoProto& value, std::int32_t element,
              const std::vector<std::string>& dims) {
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(element);
  tensor.mutable_shape();
  for (const std::string& dim : dims) {
    onnx::TensorShapeProto::Dimension& entry = *tensor.mutable_shape()->add_dim();
    const bool number = std::ranges::all_of(dim, [](char c) { return c >= '0' && c <= '9'; });
    if (number) {
      entry.set_dim_value(std::stoll(dim));
    } else {
      entry.set_dim_param(dim);
    }
  }
}

std::size_t element_count(const std::vector<std::int64_t>& dims) {
  std::size_t count = 1;
  for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
  return count;
}

}  // namespace

struct GraphWriter::State {
  onnx::ModelProto model;
};

GraphWriter::GraphWriter(const std::string& name, std::uint64_t seed)
    : state_(std::make_unique<State>()), random_(seed, "weights") {
  onnx::ModelProto& model = state_->model;
  model.set_ir_version(8);
  model.set_producer_name("lynxbench");
  model.add_opset_import()->set_version(17);
  model.mutable_graph()->set_name(name);
}

GraphWriter::~GraphWriter() = default;

void GraphWriter::input(const std::string& name, const std::string& type,
                        const std::vector<std::string>& dims) {
  CHECK(type == "float" || type == "int64");
  onnx::ValueInfoProto& value = *state_->model.mutable_graph()->add_input();
  value.set_name(name);
  set_type(value, type == "float" ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64, dims);
}

void GraphWriter::output(const std::string& name, const std::vector<std::string>& dims) {
  onnx::ValueInfoProto& value = *state_->model.mutable_graph()->add_output();
  value.set_name(name);
  set_type(value, onnx::TensorProto::FLOAT, dims);
}

std::string GraphWriter::node(const std::string& op_type, const std::string& name,
                              const std::vector<std::string>& inputs) {
  onnx::NodeProto& node = *state_->model.mutable_graph()->add_node();
  node.set_op_type(op_type);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(name);
  return name;
}

void GraphWriter::attribute(const std::string& name, std::int64_t value) {
  onnx::GraphProto& graph = *state_->model.mutable_graph();
  onnx::AttributeProto& attribute = *graph.mutable_node(graph.node_size() - 1)->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void GraphWriter::attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  onnx::GraphProto& graph = *state_->model.mutable_graph();
  onnx::AttributeProto& attribute = *graph.mutable_node(graph.node_size() - 1)->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

std::string GraphWriter::weights(const std::string& name, const std::vector<std::int64_t>& dims,
                                 double limit) {
  std::vector<float> values(element_count(dims));
  for (float& value : values) value = static_cast<float>((2 * random_.uniform() - 1) * limit);
  return constant(name, dims, values);
}

std::string GraphWriter::filled(const std::string& name, const std::vector<std::int64_t>& dims,
                                float value) {
  return constant(name, dims, std::vector<float>(element_count(dims), value));
}

std::string GraphWriter::integers(const std::string& name,
                                  const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *state_->model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  return name;
}

std::string GraphWriter::constant(const std::string& name, const std::vector<std::int64_t>& dims,
                                  const std::vector<float>& values) {
  onnx::TensorProto& tensor = *state_->model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return name;
}

std::string GraphWriter::serialized() const { return state_->model.SerializeAsString(); }

}  // namespace lynxbench::target
