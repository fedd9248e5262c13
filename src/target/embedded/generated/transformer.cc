#include "target/embedded/generated/transformer.h"

#include <cmath>

#include "target/embedded/generated/graph_writer.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kMostDimension = 1 << 20;
constexpr std::int64_t kMostParameters =
    500'000'000;  // 2.0 GB of floats; protobuf ends at 2.147 GB

// Half the width of an even distribution that keeps the variance from layer to layer (Glorot and
// Bengio 2010, with the fan-in alone).
double limit_of(std::int64_t fan_in) { return std::sqrt(3.0 / static_cast<double>(fan_in)); }

class TransformerGraph {
 public:
  TransformerGraph(const ModelSpec& model, std::int64_t length)
      : model_(model), length_(length), graph_("transformer", model.seed) {}

  std::string bytes() {
    const std::string length = std::to_string(length_);
    graph_.input("ids", "int64", {"batch", length});
    split_ = graph_.integers("split", {0, 0, model_.heads, model_.width / model_.heads});
    join_ = graph_.integers("join", {0, 0, model_.width});
    const auto per_head = static_cast<double>(model_.width / model_.heads);
    scale_ = graph_.filled("scale", {1}, static_cast<float>(1.0 / std::sqrt(per_head)));
    half_ = graph_.filled("half", {1}, 0.5F);
    one_ = graph_.filled("one", {1}, 1.0F);
    root_half_ = graph_.filled("root_half", {1}, static_cast<float>(std::sqrt(0.5)));
    std::string x = embed();
    for (std::int64_t layer = 0; layer < model_.layers; ++layer) {
      const std::string name = fmt::format("layer{}", layer);
      const std::string attended = attention(name + "/attention", norm(name + "/norm1", x));
      x = graph_.node("Add", name + "/residual1", {x, attended});
      const std::string mixed = mlp(name + "/mlp", norm(name + "/norm2", x));
      x = graph_.node("Add", name + "/residual2", {x, mixed});
    }
    x = norm("norm", x);
    const std::string pooled = graph_.node("ReduceMean", "embedding", {x});
    graph_.attribute("axes", std::vector<std::int64_t>{1});
    graph_.attribute("keepdims", std::int64_t{0});
    graph_.output(pooled, {"batch", std::to_string(model_.width)});
    return graph_.serialized();
  }

 private:
  std::string embed() {
    const std::string table = graph_.weights("tokens", {model_.vocabulary, model_.width}, 1.0);
    const std::string places = graph_.weights("positions", {length_, model_.width}, 1.0);
    return graph_.node("Add", "embed", {graph_.node("Gather", "lookup", {table, "ids"}), places});
  }

  std::string norm(const std::string& name, const std::string& x) {
    const std::string gain = graph_.filled(name + ".gain", {model_.width}, 1.0F);
    const std::string bias = graph_.filled(name + ".bias", {model_.width}, 0.0F);
    return graph_.node("LayerNormalization", name, {x, gain, bias});
  }

  std::string linear(const std::string& name, const std::string& x, std::int64_t from,
                     std::int64_t to) {
    const std::string weight = graph_.weights(name + ".weight", {from, to}, limit_of(from));
    const std::string bias = graph_.weights(name + ".bias", {to}, 0.02);
    return graph_.node("Add", name, {graph_.node("MatMul", name + ".matmul", {x, weight}), bias});
  }

  // [batch, length, width] -> [batch, heads, ...] in the order of `permutation`.
  std::string heads(const std::string& name, const std::string& x,
                    const std::vector<std::int64_t>& permutation) {
    const std::string parts = graph_.node("Reshape", name + ".split", {x, split_});
    std::string turned = graph_.node("Transpose", name + ".heads", {parts});
    graph_.attribute("perm", permutation);
    return turned;
  }

  std::string attention(const std::string& name, const std::string& x) {
    const std::int64_t width = model_.width;
    const std::string q = heads(name + "/q", linear(name + "/q", x, width, width), {0, 2, 1, 3});
    const std::string k = heads(name + "/k", linear(name + "/k", x, width, width), {0, 2, 3, 1});
    const std::string v = heads(name + "/v", linear(name + "/v", x, width, width), {0, 2, 1, 3});
    const std::string products = graph_.node("MatMul", name + "/qk", {q, k});
    const std::string scores = graph_.node("Mul", name + "/scores", {products, scale_});
    const std::string shares = graph_.node("Softmax", name + "/softmax", {scores});
    graph_.attribute("axis", std::int64_t{-1});
    const std::string context = graph_.node("MatMul", name + "/context", {shares, v});
    const std::string turned = graph_.node("Transpose", name + "/turned", {context});
    graph_.attribute("perm", std::vector<std::int64_t>{0, 2, 1, 3});
    const std::string joined = graph_.node("Reshape", name + "/joined", {turned, join_});
    return linear(name + "/out", joined, width, width);
  }

  // x / 2 * (1 + erf(x / sqrt 2)): the exact GELU, in the shape that runtimes know to fuse.
  std::string gelu(const std::string& name, const std::string& x) {
    const std::string scaled = graph_.node("Mul", name + "/scaled", {x, root_half_});
    const std::string erf = graph_.node("Erf", name + "/erf", {scaled});
    const std::string raised = graph_.node("Add", name + "/raised", {erf, one_});
    const std::string product = graph_.node("Mul", name + "/product", {x, raised});
    return graph_.node("Mul", name, {product, half_});
  }

  std::string mlp(const std::string& name, const std::string& x) {
    const std::string wide = linear(name + "/up", x, model_.width, 4 * model_.width);
    return linear(name + "/down", gelu(name + "/gelu", wide), 4 * model_.width, model_.width);
  }

  const ModelSpec& model_;
  const std::int64_t length_;
  GraphWriter graph_;
  std::string split_;
  std::string join_;
  std::string scale_;
  std::string half_;
  std::string one_;
  std::string root_half_;
};

Status check_sizes(const ModelSpec& model, std::int64_t length) {
  const std::pair<const char*, std::int64_t> sizes[] = {{"layers", model.layers},
                                                        {"width", model.width},
                                                        {"heads", model.heads},
                                                        {"vocabulary", model.vocabulary},
                                                        {"input length", length}};
  for (const auto& [name, size] : sizes) {
    if (size < 1 || size > kMostDimension) {
      return error(ErrorCode::kInvalidArgument, "a transformer with {} {}: it must be 1 to {}",
                   name, size, kMostDimension);
    }
  }
  if (model.width % model.heads != 0) {
    return error(ErrorCode::kInvalidArgument,
                 "a transformer {} wide cannot have {} heads of the "
                 "same size",
                 model.width, model.heads);
  }
  return ok_status();
}

}  // namespace

std::int64_t transformer_parameters(const ModelSpec& model, std::int64_t length) {
  const std::int64_t width = model.width;
  const std::int64_t attention = 4 * (width * width + width);
  const std::int64_t mlp = 8 * width * width + 5 * width;
  const std::int64_t norms = 4 * width;
  return (model.vocabulary + length) * width + model.layers * (attention + mlp + norms) + 2 * width;
}

Result<std::string> generate_transformer(const ModelSpec& model, std::int64_t length) {
  TRY_STATUS(check_sizes(model, length));
  // In doubles first: sizes that are allowed one by one can overflow together.
  const double width = static_cast<double>(model.width);
  const double rough = 12 * width * width * static_cast<double>(model.layers) +
                       width * static_cast<double>(model.vocabulary + length);
  if (rough > static_cast<double>(kMostParameters)) {
    return error(ErrorCode::kInvalidArgument,
                 "a transformer with about {:.0f} million weights: ONNX files end at 2 GB, {} "
                 "million",
                 rough / 1e6, kMostParameters / 1'000'000);
  }
  return TransformerGraph(model, length).bytes();
}

}  // namespace lynxbench::target
