#include "target/command/command_target.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <set>

#include "base/files.h"
#include "target/network_client_for_tests.h"

namespace lynxbench::target {
namespace {

using namespace std::chrono_literals;

Contract contract_for(std::vector<std::string> command, CommandMode mode = CommandMode::kPerRequest) {
  Contract contract;
  contract.target.kind = "command";
  contract.target.endpoint.command = std::move(command);
  contract.target.endpoint.command_mode = mode;
  contract.target.endpoint.timeout = 10s;
  return contract;
}
Contract shell(const std::string& script, CommandMode mode = CommandMode::kPerRequest) {
  return contract_for({"sh", "-c", script}, mode);
}

Inputs bodies(const std::vector<std::string>& texts) {
  Inputs inputs;
  for (const std::string& text : texts) inputs.inputs.emplace_back().body = text;
  return inputs;
}

// No process of this one is left, not even as a zombie.
void expect_no_children() {
  errno = 0;
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}
bool is_alive(pid_t pid) { return kill(pid, 0) == 0; }
pid_t pid_in(const fs::path& file) {
  for (int i = 0; i < 400; ++i) {
    std::optional<std::string> text = read_small_file(file);
    if (text && !text->empty()) return std::atoi(text->c_str());
    usleep(10'000);
  }
  return -1;
}

TEST(Command, AProcessGetsTheBodyAndItsOutputIsTheAnswer) {
  NetworkClient client(contract_for({"cat"}), bodies({"abc", "", std::string(1 << 20, 'x')}));
  Nanos before = client.now();
  std::vector<Kept> kept = client.run(3);
  EXPECT_EQ(kept[0].bytes, 3U);
  EXPECT_EQ(kept[1].bytes, 0U);
  EXPECT_EQ(kept[2].bytes, 1U << 20);
  for (const Kept& one : kept) {
    EXPECT_EQ(one.status, RequestStatus::kOk) << one.exchange.detail;
    EXPECT_TRUE(one.exchange.new_connection);
    EXPECT_GT(one.exchange.connect_ns, 0);
    EXPECT_GE(one.exchange.written_ns, before.count());
    EXPECT_GE(one.done, one.first_byte);
    EXPECT_FALSE(one.exchange.kernel_times);
  }
  EXPECT_EQ(client.get().resources().connections_opened, 3U);
  EXPECT_EQ(client.get().request_bytes(2), 1U << 20);
  expect_no_children();
}

TEST(Command, TheFirstByteIsTheFirstOneOfStdout) {
  NetworkClient client(shell("printf a; sleep 0.2; printf b; sleep 0.2"));
  Kept kept = client.run_one();
  EXPECT_GE(kept.done - kept.first_byte, 300ms);
}

TEST(Command, AnExitCodeIsAFailureWithTheLastOfStderr) {
  NetworkClient client(shell("cat >/dev/null; echo reading >&2; echo 'no such model' >&2; exit 3"));
  expect_failure(client.run_one(), Failure::kProcess, "exit code 3: reading no such model");
  NetworkClient long_winded(shell("i=0; while [ $i -lt 3000 ]; do echo $i >&2; i=$((i+1)); done; exit 1"));
  Kept kept = long_winded.run_one();
  expect_failure(kept, Failure::kProcess, "2998 2999");
  EXPECT_LT(kept.exchange.detail.size(), 2100U);
}

TEST(Command, ASignalIsNamed) {
  NetworkClient client(shell("kill -SEGV $$"));
  expect_failure(client.run_one(), Failure::kProcess, "ended by signal 11 (SEGV)");
}

TEST(Command, InputThatIsNotReadIsNoFailure) {
  NetworkClient client(shell("exec 0<&-; echo done"), bodies({std::string(1 << 20, 'x')}));
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
}

TEST(Command, AProcessThatIsLateIsKilledWithWhatItStarted) {
  fs::path file = fs::path(::testing::TempDir()) / "command_late_pid";
  fs::remove(file);
  Contract contract = shell("sleep 100 & echo $! > " + file.string() + "; wait");
  contract.target.endpoint.timeout = 300ms;
  NetworkClient client(contract);
  Kept kept = client.run_one();
  expect_failure(kept, Failure::kTimeout, "within 300 ms");
  client.poll_for(200ms);
  expect_no_children();
  pid_t grandchild = pid_in(file);
  ASSERT_GT(grandchild, 0);
  for (int i = 0; i < 200 && is_alive(grandchild); ++i) usleep(10'000);  // adopted, and collected by whoever that is
  std::optional<std::string> state = read_small_file("/proc/" + std::to_string(grandchild) + "/stat");
  EXPECT_TRUE(!is_alive(grandchild) || (state && state->find(") Z ") != std::string::npos));
}

TEST(Command, WhatAProcessLeavesBehindEndsWithIt) {
  fs::path file = fs::path(::testing::TempDir()) / "command_left_pid";
  fs::remove(file);
  NetworkClient client(shell("sleep 100 & echo $! > " + file.string() + "; echo answer"));
  Kept kept = client.run_one();  // though the other one holds its stdout open
  EXPECT_EQ(kept.status, RequestStatus::kOk);
  EXPECT_EQ(kept.bytes, 7U);
  pid_t left = pid_in(file);
  for (int i = 0; i < 200 && is_alive(left); ++i) usleep(10'000);
  std::optional<std::string> state = read_small_file("/proc/" + std::to_string(left) + "/stat");
  EXPECT_TRUE(!is_alive(left) || (state && state->find(") Z ") != std::string::npos));
}

TEST(Command, AnAnswerThatIsTooLargeEndsTheProcess) {
  Contract contract = shell("cat /dev/zero");
  contract.target.endpoint.most_answer_bytes = 100'000;
  NetworkClient client(contract);
  expect_failure(client.run_one(), Failure::kTooLarge, "more than 100000 bytes");
  client.poll_for(200ms);
  expect_no_children();
}

TEST(Command, ALimitOfProcessesMakesRequestsWait) {
  Contract contract = shell("sleep 0.05");
  contract.target.endpoint.connections = 2;
  NetworkClient client(contract);
  Nanos before = client.now();
  client.run(6);
  EXPECT_GE(client.now() - before, 150ms);
  EXPECT_EQ(client.get().resources().connections_most, 2U);
  EXPECT_EQ(client.get().resources().waited_for_connection, 4U);
}

TEST(Command, AnAnswerIsHeldAgainstWhatWasExpected) {
  Contract contract = contract_for({"cat"});
  contract.workload.accuracy.method = ScoreMethod::kExact;
  Inputs inputs = bodies({"yes\n", "no", "maybe"});
  inputs.inputs[0].expected = "yes";
  inputs.inputs[1].expected = "yes";
  NetworkClient client(contract, inputs);
  std::vector<Kept> kept = client.run(3);
  EXPECT_EQ(kept[0].exchange.score, true);
  EXPECT_EQ(kept[1].exchange.score, false);
  EXPECT_EQ(kept[2].exchange.score, std::nullopt);
}

TEST(Command, AfterAbandonTheProcessesAreGone) {
  for (CommandMode mode : {CommandMode::kPerRequest, CommandMode::kPipe}) {
    NetworkClient client(shell("sleep 100", mode));
    for (std::uint64_t i = 0; i < 3; ++i) client.submit(i, 0);
    client.get().abandon();
    client.poll_for(200ms);
    EXPECT_TRUE(client.kept().empty());
    expect_no_children();
  }
}

TEST(Command, ATargetThatGoesTakesItsProcessesWithIt) {
  for (CommandMode mode : {CommandMode::kPerRequest, CommandMode::kPipe}) {
    {
      NetworkClient client(shell("sleep 100", mode));
      client.submit(0, 0);
    }
    expect_no_children();
  }
}

TEST(Command, WithoutAProgramItSaysSo) {
  Error error = refusal_of(contract_for({"lynxbench-no-such-program"}));
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("no program \"lynxbench-no-such-program\" in $PATH"), std::string::npos) << error.message;
  EXPECT_EQ(refusal_of(contract_for({"/etc/passwd"})).code, ErrorCode::kUnavailable);
  EXPECT_EQ(refusal_of(contract_for({})).code, ErrorCode::kInvalidArgument);
}

TEST(Command, APipesLinesAreAnsweredInOrder) {
  Contract contract = shell("while read -r line; do echo \"got $line\"; done", CommandMode::kPipe);
  contract.workload.accuracy.method = ScoreMethod::kExact;
  Inputs inputs = bodies({"a", "bb", "ccc"});
  for (Input& input : inputs.inputs) input.expected = "got " + input.body;
  NetworkClient client(contract, inputs);
  std::vector<Kept> kept = client.run(300);
  for (const Kept& one : kept) {
    EXPECT_EQ(one.status, RequestStatus::kOk) << one.exchange.detail;
    EXPECT_EQ(one.exchange.score, true);
    EXPECT_EQ(one.bytes, 5 + one.index % 3);
    EXPECT_FALSE(one.exchange.new_connection);
    EXPECT_GT(one.exchange.written_ns, 0);
    EXPECT_LE(one.exchange.written_ns, one.done.count());
  }
  EXPECT_EQ(client.get().resources().connections_opened, 1U);
  EXPECT_EQ(client.get().request_bytes(1), 3U);
}

TEST(Command, APipeTakesMoreThanItsBufferHolds) {
  std::string large(300'000, 'x');
  NetworkClient client(contract_for({"cat"}, CommandMode::kPipe), bodies({large, "small", large}));
  std::vector<Kept> kept = client.run(9);
  for (const Kept& one : kept) {
    EXPECT_EQ(one.status, RequestStatus::kOk) << one.exchange.detail;
    EXPECT_EQ(one.bytes, one.index % 3 == 1 ? 5U : 300'000U);
  }
}

TEST(Command, APipeMayHaveSeveralProcesses) {
  Contract contract = shell("while read -r line; do sleep 0.1; echo $$; done", CommandMode::kPipe);
  contract.target.endpoint.connections = 3;
  NetworkClient client(contract);
  Nanos before = client.now();
  client.run(6);
  EXPECT_GE(client.now() - before, 200ms);
  EXPECT_EQ(client.get().resources().connections_opened, 3U);
}

TEST(Command, APipesProcessThatEndsFailsWhatItHadAndIsStartedAnew) {
  NetworkClient client(shell("read -r line; echo $line; read -r line; echo tired >&2; exit 5", CommandMode::kPipe), bodies({"a"}));
  std::vector<Kept> kept = client.run(3, 1);
  EXPECT_EQ(kept[0].status, RequestStatus::kOk);
  for (int i : {1, 2}) expect_failure(kept[static_cast<std::size_t>(i)], Failure::kProcess, "the process ended: exit code 5: tired");
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
  EXPECT_EQ(client.get().resources().connections_opened, 2U);
}

TEST(Command, APipesLateAnswerIsNotTakenForTheNextOne) {
  Contract contract = shell("while read -r line; do [ $line = slow ] && sleep 100; echo $line; done", CommandMode::kPipe);
  contract.target.endpoint.timeout = 500ms;
  NetworkClient client(contract, bodies({"quick", "slow", "quick"}));
  std::vector<Kept> kept = client.run(3);
  EXPECT_EQ(kept[0].status, RequestStatus::kOk);
  expect_failure(kept[1], Failure::kTimeout, "within 500 ms");
  EXPECT_EQ(kept[2].status, RequestStatus::kFailed);
  Kept next = client.run_one();
  EXPECT_EQ(next.status, RequestStatus::kOk);
  EXPECT_EQ(next.bytes, 5U);
}

TEST(Command, ALineThatNobodyAskedForIsNoAnswer) {
  NetworkClient client(shell("while read -r line; do echo $line; echo $line; done", CommandMode::kPipe), bodies({"a"}));
  EXPECT_EQ(client.run_one().status, RequestStatus::kOk);
  client.poll_for(100ms);
  expect_no_children();
}

TEST(Command, APipesRequestIsOneLine) {
  Error error = refusal_of(contract_for({"cat"}, CommandMode::kPipe), bodies({"a", "b\nc"}));
  EXPECT_NE(error.message.find("input 1 has a line end"), std::string::npos);
}

TEST(Command, StatesItsCommandAndTheProgramsDigest) {
  NetworkClient client(shell("cat; exit 0"));
  EXPECT_EQ(client.fact("server.name"), "sh -c 'cat; exit 0'");
  EXPECT_EQ(client.fact("command.sha256").size(), 64U);
  EXPECT_EQ(client.fact("command.mode"), "a process for each request");
}

}  // namespace
}  // namespace lynxbench::target
