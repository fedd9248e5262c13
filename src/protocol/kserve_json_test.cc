#include "protocol/kserve_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/json.h"
#include "protocol/elements.h"

namespace lynxbench::protocol {
namespace {

template <DataType kType>
Tensor tensor(const std::string& name, const Shape& shape, std::initializer_list<NumberOf<kType>> values) {
  Tensor made{name, kType, shape, {}};
  for (NumberOf<kType> value : values) append<kType>(made.raw, value);
  return made;
}

Tensor texts(const std::string& name, std::initializer_list<std::string_view> values) {
  Tensor made{name, DataType::kBytes, {static_cast<std::int64_t>(values.size())}, {}};
  for (std::string_view value : values) append_element(made.raw, value);
  return made;
}

InferRequest example_request() {
  InferRequest request;
  request.id = "7";
  request.parameters = {{"priority", std::int64_t{-2}}, {"greedy", true}, {"temperature", 0.5},
                        {"big", std::uint64_t{18446744073709551615U}}, {"user", std::string("a\"b")}};
  request.inputs = {tensor<DataType::kFp32>("a", {2, 1}, {0.1F, -3.5F}),
                    tensor<DataType::kInt64>("b", {1}, {-9007199254740993}), texts("c", {"x\ny", ""})};
  request.outputs = {{"y", TensorEncoding::kBinary}, {"z", std::nullopt}};
  return request;
}

void expect_same(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.raw, b.raw) << a.name;
}

std::string refusal_of_response(std::string_view body, std::optional<std::size_t> json_bytes = {}) {
  Result<InferResponse> response = KserveReader().response(body, json_bytes);
  return response.ok() ? "" : response.error().message;
}

TEST(KserveJson, ARequestComesBackFromItsBodyInBothEncodings) {
  for (TensorEncoding encoding : {TensorEncoding::kJson, TensorEncoding::kBinary}) {
    InferRequest sent = example_request();
    HttpBody body = encode_request(sent, encoding).value();
    InferRequest got = KserveReader().request(body.bytes, body.json_bytes).value();
    EXPECT_EQ(got.id, "7");
    EXPECT_EQ(got.parameters, sent.parameters);
    ASSERT_EQ(got.inputs.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) expect_same(got.inputs[i], sent.inputs[i]);
    ASSERT_EQ(got.outputs.size(), 2U);
    EXPECT_EQ(output_encoding(got, "y"), TensorEncoding::kBinary);
    EXPECT_EQ(output_encoding(got, "z"), TensorEncoding::kJson);
  }
}

TEST(KserveJson, TheBinaryBodyIsJsonAndThenTheBytesInOrder) {
  InferRequest request;
  request.inputs = {tensor<DataType::kUint8>("a", {2}, {1, 2}), tensor<DataType::kUint16>("b", {1}, {0x0403})};
  HttpBody body = encode_request(request, TensorEncoding::kBinary).value();
  ASSERT_TRUE(body.json_bytes);
  EXPECT_EQ(body.bytes.substr(*body.json_bytes), "\x01\x02\x03\x04");
  Json json = Json::parse(body.bytes.substr(0, *body.json_bytes));
  EXPECT_EQ(json["inputs"][0], Json::parse(R"({"name":"a","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}})"));
}

TEST(KserveJson, ABodyOfJsonAloneHasNoHeader) {
  InferRequest request;
  request.inputs = {tensor<DataType::kInt32>("a", {1}, {5})};
  HttpBody body = encode_request(request, TensorEncoding::kJson).value();
  EXPECT_FALSE(body.json_bytes);
  EXPECT_EQ(body.bytes, R"({"inputs":[{"name":"a","datatype":"INT32","shape":[1],"data":[5]}]})");
}

TEST(KserveJson, WhoAsksForBinaryOutputsSaysSo) {
  InferRequest request;
  request.inputs = {tensor<DataType::kInt32>("a", {1}, {5})};
  request.output_encoding = TensorEncoding::kBinary;
  HttpBody body = encode_request(request, TensorEncoding::kJson).value();
  EXPECT_EQ(body.json_bytes, body.bytes.size());
  EXPECT_EQ(Json::parse(body.bytes)["parameters"], Json::parse(R"({"binary_data_output":true})"));
  InferRequest got = KserveReader().request(body.bytes, body.json_bytes).value();
  EXPECT_EQ(got.output_encoding, TensorEncoding::kBinary);
  EXPECT_TRUE(got.parameters.empty());
}

TEST(KserveJson, AResponseComesBackFromItsBody) {
  InferResponse sent{"m", "3", "9", {{"kept", true}},
                     {tensor<DataType::kFp64>("x", {1, 2}, {1e300, -0.0}), tensor<DataType::kBool>("y", {2}, {true, false}),
                      tensor<DataType::kFp16>("z", {1}, {0.5F})}};
  for (std::size_t binary = 0; binary <= 3; ++binary) {
    std::vector<TensorEncoding> encodings(binary, TensorEncoding::kBinary);
    HttpBody body = encode_response(sent, encodings).value();
    EXPECT_EQ(body.json_bytes.has_value(), binary > 0);
    InferResponse got = KserveReader().response(body.bytes, body.json_bytes).value();
    EXPECT_EQ(got.model_name, "m");
    EXPECT_EQ(got.model_version, "3");
    EXPECT_EQ(got.id, "9");
    EXPECT_EQ(got.parameters, sent.parameters);
    ASSERT_EQ(got.outputs.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) expect_same(got.outputs[i], sent.outputs[i]);
  }
}

TEST(KserveJson, NestedDataIsReadRowByRow) {
  InferResponse got = KserveReader().response(
      R"({"outputs":[{"data":[[1,2],[3,4]],"shape":[2,2],"datatype":"INT8","name":"x","parameters":{"headers":{}}}]})",
      std::nullopt).value();
  EXPECT_EQ(got.outputs[0].raw, "\x01\x02\x03\x04");
}

TEST(KserveJson, NotANumberIsNull) {
  InferResponse sent{"m", "", "", {}, {tensor<DataType::kFp32>("x", {1}, {std::nanf("")})}};
  HttpBody body = encode_response(sent, {}).value();
  EXPECT_NE(body.bytes.find("[null]"), std::string::npos);
  InferResponse got = KserveReader().response(body.bytes, std::nullopt).value();
  EXPECT_TRUE(std::isnan(read<DataType::kFp32>(got.outputs[0].raw.data())));
}

TEST(KserveJson, AFloatIsReadBackToTheBit) {
  Random random(3, "floats");
  Tensor sent{"x", DataType::kFp32, {1000}, {}};
  while (sent.raw.size() < 4000) {
    auto bits = static_cast<std::uint32_t>(random.next());
    if (std::isfinite(std::bit_cast<float>(bits))) append_little(sent.raw, bits);
  }
  HttpBody body = encode_response({"m", "", "", {}, {sent}}, {}).value();
  expect_same(KserveReader().response(body.bytes, std::nullopt).value().outputs[0], sent);
}

TEST(KserveJson, ANumberThatDoesNotFitItsTypeIsRefusedWithItsPlace) {
  struct Case { const char* type; const char* value; bool fits; };
  for (Case one : {Case{"INT8", "127", true}, {"INT8", "128", false}, {"UINT8", "-1", false}, {"INT32", "1.5", false},
                   {"UINT64", "18446744073709551615", true}, {"INT64", "9223372036854775808", false},
                   {"FP16", "65504", true}, {"FP16", "65520", false}, {"BF16", "1e+39", false}, {"FP32", "1e+39", false},
                   {"FP32", "3.4028235e38", true}, {"FP64", "1e308", true}, {"BOOL", "1", false}, {"BOOL", "true", true},
                   {"BYTES", "7", false}, {"BYTES", "\"7\"", true}}) {
    std::string body = fmt::format(R"({{"outputs":[{{"name":"x","datatype":"{}","shape":[1],"data":[{}]}}]}})", one.type, one.value);
    std::string refusal = refusal_of_response(body);
    EXPECT_EQ(refusal.empty(), one.fits) << one.type << " " << one.value << ": " << refusal;
    std::string place = fmt::format("\"x\": element 0 of its data, {}, is no {}", one.value, one.type);
    EXPECT_EQ(refusal.find(place) != std::string::npos, !one.fits) << refusal;
  }
}

TEST(KserveJson, AWrongLengthInABinaryResponseIsRefused) {
  auto body = [](const char* size, std::string_view bytes) {
    return fmt::format(R"({{"outputs":[{{"name":"x","datatype":"FP32","shape":[2],"parameters":{{"binary_data_size":{}}}}}]}})", size) + std::string(bytes);
  };
  auto refusal = [&](const char* size, std::string_view bytes) {
    std::string text = body(size, bytes);
    return refusal_of_response(text, text.size() - bytes.size());
  };
  EXPECT_EQ(refusal("8", "12345678"), "");
  EXPECT_NE(refusal("8", "1234567").find("8 bytes behind the JSON, and 7 are left"), std::string::npos);
  EXPECT_NE(refusal("7", "1234567").find("7 bytes; FP32 of shape [2] has 2 elements of 4"), std::string::npos);
  EXPECT_NE(refusal("8", "123456789").find("1 bytes behind the JSON belong to no output"), std::string::npos);
  EXPECT_NE(refusal("-8", "12345678").find("no size"), std::string::npos);
  EXPECT_NE(refusal_of_response(body("8", ""), 1000).find("says 1000"), std::string::npos);
}

TEST(KserveJson, WhatIsMissingIsNamed) {
  EXPECT_NE(refusal_of_response("{}").find("\"outputs\" is missing"), std::string::npos);
  EXPECT_NE(refusal_of_response("[]").find("no object"), std::string::npos);
  EXPECT_NE(refusal_of_response("").find("not JSON"), std::string::npos);
  EXPECT_NE(refusal_of_response(R"({"outputs":[{"name":"x"}]})").find("output 0: \"datatype\" is missing"), std::string::npos);
  EXPECT_NE(refusal_of_response(R"({"outputs":[{"name":"x","datatype":"FP8","shape":[]}]})").find("FP8"), std::string::npos);
  EXPECT_NE(refusal_of_response(R"({"outputs":[{"name":"x","datatype":"FP32","shape":[1]}]})").find("neither data nor"), std::string::npos);
  EXPECT_NE(refusal_of_response(R"({"outputs":[{"name":"x","datatype":"FP32","shape":[-1],"data":[1]}]})").find("below 0"), std::string::npos);
}

TEST(KserveJson, EveryPrefixOfABodyIsRefused) {
  HttpBody body = encode_request(example_request(), TensorEncoding::kBinary).value();
  KserveReader reader;
  for (std::size_t length = 0; length < body.bytes.size(); ++length) {
    EXPECT_FALSE(reader.request(std::string_view(body.bytes).substr(0, length), body.json_bytes).ok()) << length;
  }
}

TEST(KserveJson, ABodyOfBytesAloneIsOneInput) {
  InferRequest request = KserveReader().request("\x01\x02", 0).value();
  ASSERT_EQ(request.inputs.size(), 1U);
  EXPECT_EQ(request.inputs[0].raw, "\x01\x02");
}

TEST(KserveJson, BytesThatAreNotUtf8GoAsBinaryAlone) {
  InferRequest request;
  request.inputs = {texts("a", {"ok", "\xff"})};
  Error refusal = encode_request(request, TensorEncoding::kJson).error();
  EXPECT_NE(refusal.message.find("\"a\": element 1 is not UTF-8"), std::string::npos) << refusal.message;
  EXPECT_TRUE(encode_request(request, TensorEncoding::kBinary).ok());
}

TEST(KserveJson, ErrorsAreObjects) {
  EXPECT_EQ(error_in(encode_error("no \"model\"\xff")), "no \"model\"\xef\xbf\xbd");
  EXPECT_EQ(error_in(R"({"error":{"code":3}})"), R"({"code":3})");
  EXPECT_EQ(error_in(R"({"outputs":[]})"), std::nullopt);
  EXPECT_EQ(error_in("<html>"), std::nullopt);
}

TEST(KserveJson, MetadataComesBack) {
  ServerMetadata server = server_metadata_in(encode(ServerMetadata{"triton", "2.1", {"a", "b"}})).value();
  EXPECT_EQ(server.name + server.version + server.extensions[1], "triton2.1b");
  ModelMetadata model = model_metadata_in(encode(ModelMetadata{"m", {"1"}, "onnx", {{"x", "FP32", {-1, 3}}}, {{"y", "INT8", {}}}})).value();
  EXPECT_EQ(model.platform, "onnx");
  EXPECT_EQ(model.inputs[0].shape, (Shape{-1, 3}));
  EXPECT_EQ(model.outputs[0].datatype, "INT8");
  EXPECT_FALSE(model_metadata_in(R"({"name":"m","inputs":3,"outputs":[]})").ok());
  EXPECT_FALSE(server_metadata_in("{}").ok());
}

TEST(KserveJson, StatisticsComeBack) {
  ModelStatistics sent;
  sent.name = "m";
  sent.inference_count = 12;
  sent.queue = {3, 4000};
  sent.batches = {{4, {1, 2}, {1, 3}, {1, 4}}};
  std::vector<ModelStatistics> got = statistics_in(encode(std::vector{sent})).value();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].inference_count, 12U);
  EXPECT_EQ(got[0].queue.ns, 4000U);
  EXPECT_EQ(got[0].batches[0].compute_output.ns, 4U);
}

}  // namespace
}  // namespace lynxbench::protocol
