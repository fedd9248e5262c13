// KServe v2 over HTTP: bodies, with tensors as JSON or behind the JSON as raw bytes.
//
//   HttpBody body = TRY(encode_request(request, TensorEncoding::kBinary));
//   // sent with "Inference-Header-Content-Length: *body.json_bytes"
//   InferResponse answer = TRY(KserveReader().response(text, header_of_the_answer));
//
// The binary extension: the body is so many bytes of JSON as the header kJsonLengthHeader says, then
// the bytes of the tensors in the order in which the JSON names them; a tensor that has bytes there
// has the parameter binary_data_size instead of data. A body without that header is all JSON. With
// the header's value 0 the body is the bytes of a single input.
//
// JSON has no NaN and no infinity: they are written as null, which is read as NaN. FP16 and BF16 are
// read and written as numbers, though the protocol only has them as bytes: servers may refuse them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/kserve.h"

namespace lynxbench::protocol {

// Header names are compared without regard to case.
inline constexpr const char* kJsonLengthHeader = "Inference-Header-Content-Length";

struct HttpBody {
  std::string bytes;
  std::optional<std::size_t> json_bytes;  // kJsonLengthHeader's value; nothing: all JSON, no header
};

// Every tensor in the same encoding. kInvalidInput where a tensor's bytes are not what its shape
// says. A request for binary outputs is part of InferRequest.
[[nodiscard]] Result<HttpBody> encode_request(const InferRequest& request, TensorEncoding encoding);

// encodings[i] is that of outputs[i]; those beyond the end are JSON.
[[nodiscard]] Result<HttpBody> encode_response(const InferResponse& response,
                                               const std::vector<TensorEncoding>& encodings);

// What a request asks for its output `name`.
[[nodiscard]] TensorEncoding output_encoding(const InferRequest& request, std::string_view name);

// Reads bodies; keeps its memory for the next one. All fail with kInvalidInput, naming what is
// missing or wrong. Every tensor that is returned is as long as its shape says. Threads: one at a
// time.
class KserveReader {
 public:
  KserveReader();
  ~KserveReader();
  KserveReader(KserveReader&&) noexcept;
  KserveReader& operator=(KserveReader&&) noexcept;

  // `json_bytes`: kJsonLengthHeader's value, nothing if there is none. A body that is raw bytes alone
  // (0) becomes an input without a name, of type BYTES and without a shape, whose `raw` is the body:
  // the model knows the rest.
  [[nodiscard]] Result<InferRequest> request(std::string_view body, std::optional<std::size_t> json_bytes);
  [[nodiscard]] Result<InferResponse> response(std::string_view body, std::optional<std::size_t> json_bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// {"error": "..."}; valid UTF-8 whatever `message` holds.
[[nodiscard]] std::string encode_error(std::string_view message);
// The message of an error object; nothing if `body` is none.
[[nodiscard]] std::optional<std::string> error_in(std::string_view body);

[[nodiscard]] std::string encode(const ServerMetadata& metadata);
[[nodiscard]] std::string encode(const ModelMetadata& metadata);
// As GET v2/models/M/config has it: of a model that is served without batches, its name and platform.
[[nodiscard]] std::string encode_config(const ModelMetadata& metadata);
// {"model_stats": [...]}, as GET v2/models/M/stats has it.
[[nodiscard]] std::string encode(const std::vector<ModelStatistics>& statistics);

// Members that the protocol demands must be there: name, version; name, inputs, outputs.
[[nodiscard]] Result<ServerMetadata> server_metadata_in(std::string_view body);
[[nodiscard]] Result<ModelMetadata> model_metadata_in(std::string_view body);
[[nodiscard]] Result<std::vector<ModelStatistics>> statistics_in(std::string_view body);

}  // namespace lynxbench::protocol
