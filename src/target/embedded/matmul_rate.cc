#include "target/embedded/matmul_rate.h"

#include "target/embedded/generated/graph_writer.h"

namespace lynxbench::target {
namespace {

constexpr std::int64_t kSmallest = 256;
constexpr std::int64_t kLargest = 4096;
constexpr Nanos kLongEnough{20'000'000};
constexpr Nanos kRepeat{150'000'000};

// A matrix product, loaded.
class Product {
 public:
  static Result<Product> open(const ort::Environment& environment, std::int64_t n,
                              std::int64_t threads) {
    GraphWriter graph("matmul", 1);
    const std::vector<std::string> dims{std::to_string(n), std::to_string(n)};
    graph.input("a", "float", dims);
    graph.output(graph.node("MatMul", "product", {"a", graph.weights("b", {n, n}, 1.0)}), dims);
    const ort::ModelSource source{.file = {}, .bytes = graph.serialized()};
    return Product(TRY(ort::Session::open(environment, source, {.threads = threads})), n);
  }

  Status run() {
    const ort::InputTensor tensor{.element = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                                  .dims = {n_, n_},
                                  .bytes = std::as_writable_bytes(std::span(values_))};
    TRY_STATUS(session_.run({&tensor, 1}, std::nullopt));
    return ok_status();
  }

  [[nodiscard]] double flops() const {
    const auto n = static_cast<double>(n_);
    return 2.0 * n * n * n;
  }
  [[nodiscard]] std::int64_t size() const { return n_; }

 private:
  Product(ort::Session session, std::int64_t n)
      : session_(std::move(session)), n_(n), values_(static_cast<std::size_t>(n * n), 0.5F) {}
  ort::Session session_;
  std::int64_t n_;
  std::vector<float> values_;
};

Result<Product> large_enough(const ort::Environment& environment, std::int64_t threads,
                             Clock& clock) {
  for (std::int64_t n = kSmallest;; n *= 2) {
    Product product = TRY(Product::open(environment, n, threads));
    TRY_STATUS(product.run());
    const Nanos begin = clock.now();
    TRY_STATUS(product.run());
    if (clock.now() - begin >= kLongEnough || n == kLargest) return product;
  }
}

}  // namespace

Result<MatmulRates> measure_matmul(const ort::Environment& environment, std::int64_t threads,
                                   int repeats, Clock& clock) {
  Product product = TRY(large_enough(environment, threads, clock));
  MatmulRates rates;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    TRY_STATUS(product.run());
    const Nanos begin = clock.now();
    Nanos end = begin;
    double flops = 0;
    while (end - begin < kRepeat) {
      TRY_STATUS(product.run());
      flops += product.flops();
      end = clock.now();
    }
    rates.flops_per_s.push_back(flops / (static_cast<double>((end - begin).count()) * 1e-9));
  }
  rates.method = fmt::format("ONNX Runtime {} MatMul {}x{}x{} fp32, {} thread(s)",
                             environment.library().version(), product.size(), product.size(),
                             product.size(), threads);
  return rates;
}

}  // namespace lynxbench::target
