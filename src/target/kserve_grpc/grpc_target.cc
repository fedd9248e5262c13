#include "target/kserve_grpc/grpc_target.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "target/facts.h"
#include "target/kserve/endpoint.h"
#include "target/kserve/facts.h"
#include "target/kserve/requests.h"
#include "target/kserve_grpc/grpc_request.h"

namespace lynxbench::target {
namespace {

constexpr Nanos kAskTimeout{10'000'000'000};
// Requests that may be due together before they are written.
constexpr std::size_t kMostUnflushed = 16;

// Of calls to `path`; metadata's names are in lower case.
net::GrpcHeaders headers_of(const Endpoint& endpoint, std::string_view path, Nanos timeout) {
  net::Http2KeptHeaders more = endpoint.headers;
  for (auto& [name, value] : more) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  return net::GrpcHeaders(endpoint.url.secure() ? "https" : "http", endpoint.url.authority(), path, timeout, more);
}

// A call that is waited for, as those before the load.
class AskedCall final : public net::GrpcClientCall {
 public:
  AskedCall() : GrpcClientCall(64 << 20) {}
  std::string answer;
  std::optional<net::GrpcEnd> end;

 private:
  void message(std::string_view bytes) override { answer = bytes; }
  void done(const net::GrpcEnd& how) override { end = how; }
};

// What the server is asked before the load begins.
class Asker {
 public:
  Asker(net::Poller& poller, net::GrpcClient& client, const Endpoint& endpoint)
      : poller_(poller), client_(client), endpoint_(endpoint) {}

  // Nothing: the server does not know the method.
  Result<std::optional<std::string>> ask(std::string_view path, std::string_view message) {
    net::GrpcHeaders headers = headers_of(endpoint_, path, kAskTimeout);
    std::string framed = net::grpc_frame(message);
    AskedCall call;
    client_.start(call, headers.get(), framed, net::Http2End::kEnd);
    client_.flush();
    for (Nanos until = net::Poller::now() + kAskTimeout; !call.end && net::Poller::now() < until;) {
      poller_.wait(until);
      client_.flush();
    }
    std::string method(path.substr(path.rfind('/') + 1));
    if (!call.end) return unavailable(method, fmt::format("no answer within {} s", kAskTimeout.count() / 1'000'000'000));
    GrpcOutcome outcome = outcome_of(*call.end);
    if (outcome.status == RequestStatus::kOk) return std::optional(call.answer);
    bool unknown = call.end->kind == net::GrpcEnd::Kind::kStatus && call.end->code == net::kGrpcUnimplemented;
    if (unknown) return std::optional<std::string>();
    bool other_protocol = outcome.failure == Failure::kClosed || outcome.failure == Failure::kProtocol;
    return unavailable(method, outcome.detail + (other_protocol ? "; is this the server's port for gRPC?" : ""));
  }

 private:
  Error unavailable(const std::string& method, const std::string& why) const {
    return error(ErrorCode::kUnavailable, "{} at {} (target.endpoint.url): {}", method, endpoint_.url.public_text(), why);
  }

  net::Poller& poller_;
  net::GrpcClient& client_;
  const Endpoint& endpoint_;
};

Result<KserveServer> ask_server(Asker& asker, const Endpoint& endpoint, const EndpointSpec& spec) {
  namespace grpc = protocol::grpc;
  KserveServer server{{}, {}, "KServe v2 over gRPC"};
  std::optional<std::string> text = TRY(asker.ask(grpc::kServerMetadata, ""));
  if (text) server.server = TRY(grpc::server_metadata_in(*text));
  std::string model = grpc::encode(grpc::ModelName{spec.model, spec.model_version});
  text = TRY(asker.ask(grpc::kModelMetadata, model));
  if (text) server.model = TRY(grpc::model_metadata_in(*text));
  text = TRY(asker.ask(grpc::kModelReady, model));
  if (text && !TRY(grpc::flag_in(*text))) {
    return error(ErrorCode::kUnavailable, "model \"{}\" at {} is not ready", spec.model, endpoint.url.public_text());
  }
  return server;
}

net::GrpcClientOptions client_options(const EndpointSpec& spec, const Endpoint& endpoint) {
  net::GrpcClientOptions options;
  options.tls = endpoint.tls;
  options.most_connections = static_cast<std::size_t>(spec.connections);
  options.streams_per_connection = static_cast<std::size_t>(std::max<std::int64_t>(spec.streams_per_connection, 1));
  options.connection_per_call = spec.keep_alive == KeepAlive::kPerRequest;
  options.connect_timeout = spec.timeout;
  return options;
}

class GrpcTarget final : public Target {
 public:
  GrpcTarget(std::unique_ptr<net::Poller> poller, std::unique_ptr<net::GrpcClient> client, GrpcRequests shared,
             std::vector<TargetFact> facts)
      : poller_(std::move(poller)), client_(std::move(client)), shared_(std::move(shared)), facts_(std::move(facts)) {}

  void submit(std::uint64_t index, std::uint32_t input, Answers& answers) override {
    free_request().submit(index, input, answers);
    if (client_->unflushed() >= kMostUnflushed) client_->flush();
  }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override {
    return static_cast<std::uint32_t>(shared_.framed[input % shared_.framed.size()].size());
  }

  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override {
    client_->flush();
    answered_ = false;
    do {
      poller_->wait(until);
      if (answered_) return;  // more may be sent at once: it is flushed together
      client_->flush();
    } while (net::Poller::now() < until);
  }
  void abandon() override {
    client_->abandon_all();
    free_.clear();
    for (const auto& request : requests_) {
      request->forget();
      free_.push_back(request.get());
    }
  }

  [[nodiscard]] ClientResources resources() const override {
    const net::StreamCounts& counts = client_->destination().counts();
    return {.connections_opened = counts.opened,
            .connections_failed = counts.failed,
            .connections_most = counts.most,
            .requests_on_used = client_->calls_on_used(),
            .waited_for_connection = client_->calls_that_waited(),
            .local_exhausted = counts.local,
            .reads = counts.reads,
            .reads_without_kernel_time = counts.reads_without_kernel_time};
  }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return facts_; }

 private:
  GrpcRequest& free_request() {
    if (free_.empty()) {
      requests_.push_back(std::make_unique<GrpcRequest>(shared_, [this](GrpcRequest& request) {
        free_.push_back(&request);
        answered_ = true;
      }));
      free_.push_back(requests_.back().get());
    }
    GrpcRequest& request = *free_.back();
    free_.pop_back();
    return request;
  }

  std::unique_ptr<net::Poller> poller_;
  std::unique_ptr<net::GrpcClient> client_;
  GrpcRequests shared_;
  std::vector<TargetFact> facts_;
  std::vector<std::unique_ptr<GrpcRequest>> requests_;
  std::vector<GrpcRequest*> free_;
  bool answered_ = false;
};

std::string framed_request(protocol::InferRequest request, Streaming streaming) {
  if (streaming == Streaming::kOn) request.parameters[protocol::kEmptyFinalResponse] = true;
  return net::grpc_frame(protocol::grpc::encode(request));
}

}  // namespace

Result<std::unique_ptr<Target>> open_kserve_grpc(const Contract& contract, const Inputs& inputs, Clock& /*clock*/) {
  const EndpointSpec& spec = contract.target.endpoint;
  Endpoint endpoint = TRY(kserve_endpoint(spec, {"grpc", "grpcs"}));
  std::unique_ptr<net::Poller> poller = TRY(net::Poller::make());
  std::unique_ptr<net::GrpcClient> client = TRY(net::GrpcClient::make(*poller, endpoint.url, client_options(spec, endpoint)));
  Asker asker(*poller, *client, endpoint);
  KserveServer server = TRY(ask_server(asker, endpoint, spec));
  std::vector<protocol::InferRequest> requests = TRY(build_requests(contract, inputs, server.model));

  std::string_view path = spec.stream == Streaming::kOn ? protocol::grpc::kModelStreamInfer : protocol::grpc::kModelInfer;
  GrpcRequests shared{*poller, *client, headers_of(endpoint, path, spec.timeout),
                      spec.stream, spec.model, spec.timeout, static_cast<std::size_t>(spec.most_answer_bytes),
                      contract.workload.accuracy.method};
  for (const protocol::InferRequest& request : requests) shared.framed.push_back(framed_request(request, spec.stream));
  for (const Input& input : inputs.inputs) shared.expected.push_back(input.expected);
  if (shared.expected.empty()) shared.expected.emplace_back();
  std::vector<TargetFact> facts = kserve_facts(contract, endpoint, server, requests);
  facts.push_back(known_fact(Layer::kServing, "endpoint.method", std::string(path.substr(1)), "contract"));
  return std::unique_ptr<Target>(
      std::make_unique<GrpcTarget>(std::move(poller), std::move(client), std::move(shared), std::move(facts)));
}

}  // namespace lynxbench::target
