#include "protocol/kserve_grpc.h"

#include <gtest/gtest.h>

#include "protocol/kserve.pb.h"

namespace lynxbench::protocol::grpc {
namespace {

InferRequest example_request() {
  InferRequest request;
  request.model_name = "m";
  request.model_version = "2";
  request.id = "7";
  request.parameters = {{"a", true}, {"b", std::int64_t{-1}}, {"c", std::uint64_t{1} << 63}, {"d", 0.5}, {"e", std::string("t")}};
  request.inputs = {{"x", DataType::kInt16, {2}, "\x01\x02\x03\x04"}, {"y", DataType::kUint8, {0}, ""}};
  request.outputs = {{"z", std::nullopt}};
  return request;
}

TEST(KserveGrpc, ARequestComesBack) {
  InferRequest sent = example_request();
  InferRequest got = infer_request_in(encode(sent)).value();
  EXPECT_EQ(got.model_name + got.model_version + got.id, "m27");
  EXPECT_EQ(got.parameters, sent.parameters);
  ASSERT_EQ(got.inputs.size(), 2U);
  EXPECT_EQ(got.inputs[0].raw, sent.inputs[0].raw);
  EXPECT_EQ(got.inputs[1].shape, Shape{0});
  EXPECT_EQ(got.outputs[0].name, "z");
}

// Field numbers and wire types as the protocol has them, written out by hand.
TEST(KserveGrpc, TheBytesAreTheProtocols) {
  InferRequest request;
  request.model_name = "m";
  request.inputs = {{"x", DataType::kUint8, {3}, "abc"}};
  EXPECT_EQ(encode(request),
            "\x0a\x01m"                                          // 1: model_name
            "\x2a\x0d" "\x0a\x01x" "\x12\x05UINT8" "\x1a\x01\x03"  // 5: inputs {1: name, 2: datatype, 3: shape}
            "\x3a\x03" "abc");                                   // 7: raw_input_contents
  InferResponse response{"m", "", "i", {{"k", true}}, {{"y", DataType::kBool, {}, "\x01"}}};
  EXPECT_EQ(encode(response),
            "\x0a\x01m" "\x1a\x01i"                              // 1: model_name, 3: id
            "\x22\x07" "\x0a\x01k" "\x12\x02\x08\x01"            // 4: parameters {key, {1: bool}}
            "\x2a\x09" "\x0a\x01y" "\x12\x04" "BOOL"             // 5: outputs
            "\x32\x01\x01");                                     // 6: raw_output_contents
  EXPECT_EQ(encode_flag(true), "\x08\x01");
}

TEST(KserveGrpc, TypedContentsBecomeRawBytes) {
  inference::ModelInferResponse message;
  auto add = [&](const char* name, const char* type) {
    auto* output = message.add_outputs();
    output->set_name(name);
    output->set_datatype(type);
    output->add_shape(1);
    return output->mutable_contents();
  };
  add("a", "INT8")->add_int_contents(-2);
  add("b", "FP32")->add_fp32_contents(1.0F);
  add("c", "BYTES")->add_bytes_contents("hi");
  add("d", "BOOL")->add_bool_contents(true);
  InferResponse got = infer_response_in(message.SerializeAsString()).value();
  EXPECT_EQ(got.outputs[0].raw, "\xfe");
  EXPECT_EQ(got.outputs[1].raw, std::string("\0\0\x80\x3f", 4));
  EXPECT_EQ(got.outputs[2].raw, std::string("\x02\0\0\0hi", 6));
  EXPECT_EQ(got.outputs[3].raw, "\x01");
  message.mutable_outputs(0)->mutable_contents()->set_int_contents(0, 128);
  EXPECT_NE(infer_response_in(message.SerializeAsString()).error().message.find("128 is no INT8"), std::string::npos);
}

TEST(KserveGrpc, AWrongLengthIsRefusedWithTheTensorsName) {
  InferResponse response{"m", "", "", {}, {{"y", DataType::kFp32, {2}, "1234567"}}};
  Error refusal = infer_response_in(encode(response)).error();
  EXPECT_EQ(refusal.code, ErrorCode::kInvalidInput);
  EXPECT_NE(refusal.message.find("\"y\": 7 bytes; FP32 of shape [2]"), std::string::npos) << refusal.message;
}

TEST(KserveGrpc, RawContentsAreThereForAllOrForNone) {
  inference::ModelInferRequest message;
  ASSERT_TRUE(message.ParseFromString(encode(example_request())));
  message.mutable_raw_input_contents()->RemoveLast();
  EXPECT_NE(infer_request_in(message.SerializeAsString()).error().message.find("2 inputs, and raw contents for 1"), std::string::npos);
}

TEST(KserveGrpc, AStreamHasResponsesAndErrors) {
  StreamResponse got = stream_response_in(encode(StreamResponse{"out of memory", {"m", "", "7", {}, {}}})).value();
  EXPECT_EQ(got.error_message, "out of memory");
  EXPECT_EQ(got.response.id, "7");
  got = stream_response_in(encode(StreamResponse{"", {"m", "", "", {{kFinalResponse, true}}, {}}})).value();
  EXPECT_EQ(bool_parameter(got.response.parameters, kFinalResponse), true);
}

TEST(KserveGrpc, AStreamOfBareResponsesIsUnderstood) {
  for (const char* version : {"", "1", "v2"}) {
    InferResponse bare{"m", version, "7", {}, {{"y", DataType::kBool, {}, "\x01"}}};
    StreamResponse got = stream_response_in(encode(bare)).value();
    EXPECT_EQ(got.error_message, "");
    EXPECT_EQ(got.response.model_name + got.response.model_version, std::string("m") + version);
    EXPECT_EQ(got.response.outputs.at(0).raw, "\x01");
  }
}

TEST(KserveGrpc, BytesThatAreNoMessageAreRefused) {
  EXPECT_FALSE(infer_response_in("\xff\xff").ok());
  EXPECT_FALSE(infer_request_in("\x0a\x05m").ok());
  EXPECT_FALSE(stream_response_in("\x12\x02\x0a\x01").ok());
  EXPECT_FALSE(flag_in("\x08").ok());
  EXPECT_FALSE(infer_response_in("\x0a\x01\xff").ok());  // a name that is not UTF-8
}

TEST(KserveGrpc, MetadataAndStatisticsComeBack) {
  EXPECT_TRUE(*flag_in(encode_flag(true)));
  EXPECT_FALSE(*flag_in(""));
  EXPECT_EQ(model_name_in(encode(ModelName{"m", "1"}))->version, "1");
  EXPECT_EQ(server_metadata_in(encode(ServerMetadata{"s", "2", {"e"}}))->extensions, std::vector<std::string>{"e"});
  ModelMetadata model = model_metadata_in(encode(ModelMetadata{"m", {"1"}, "p", {{"x", "FP32", {-1}}}, {}})).value();
  EXPECT_EQ(model.inputs[0].shape, Shape{-1});
  ModelStatistics sent;
  sent.name = "m";
  sent.compute_infer = {2, 30};
  sent.batches = {{8, {1, 2}, {3, 4}, {5, 6}}};
  std::vector<ModelStatistics> got = statistics_in(encode(std::vector{sent})).value();
  EXPECT_EQ(got[0].compute_infer.ns, 30U);
  EXPECT_EQ(got[0].batches[0].compute_infer.count, 3U);
}

}  // namespace
}  // namespace lynxbench::protocol::grpc
