#include "attribution/request_sides.h"

#include <gtest/gtest.h>

namespace lynxbench::attribution {
namespace {

Timeline requests_of(RequestsOf side, std::string_view file,
                     const std::vector<std::pair<std::int64_t, std::int64_t>>& times) {
  Timeline timeline;
  timeline.file = file;
  timeline.requests_of = side;
  for (const auto& [begin, end] : times) {
    TracedRequest request;
    request.begin_ns = begin;
    request.end_ns = end;
    if (side == RequestsOf::kServer) {
      request.stages = {{RequestStage::kQueue, 10}, {RequestStage::kCompute, 20}};
    }
    timeline.requests.push_back(request);
  }
  return timeline;
}

std::vector<RequestSide> sides_of(const Timeline& client, const Timeline& server) {
  return {*request_side(client), *request_side(server)};
}

TEST(RequestSides, TheClientsStayIsTheServersStagesAndWhatIsOutside) {
  const Timeline client = requests_of(RequestsOf::kClient, "load.jsonl", {{0, 100}, {50, 200}});
  // Clocks need not agree.
  const Timeline server = requests_of(RequestsOf::kServer, "otlp.json", {{1'000, 1'060}, {1'080, 1'150}});
  const auto both = compare_sides(sides_of(client, server));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->client_ns, 250);
  EXPECT_EQ(both->server_ns, 130);
  EXPECT_EQ(both->outside_ns, 120);
  std::int64_t sum = *both->outside_ns;
  for (const auto& [name, ns] : both->stages) sum += ns;
  EXPECT_EQ(sum, both->client_ns);
  EXPECT_EQ(both->stages.back(), (std::pair<std::string, std::int64_t>("unattributed", 70)));
}

TEST(RequestSides, OtherRequestsAreNotSetBesideEachOther) {
  const Timeline client = requests_of(RequestsOf::kClient, "load.jsonl", {{0, 100}});
  const Timeline more = requests_of(RequestsOf::kServer, "otlp.json", {{0, 60}, {80, 120}});
  const auto counts = compare_sides(sides_of(client, more));
  ASSERT_TRUE(counts);
  EXPECT_FALSE(counts->outside_ns);
  EXPECT_NE(counts->unknown_because.find("1 requests succeeded for the client, 2"), std::string::npos);
  const Timeline longer = requests_of(RequestsOf::kServer, "otlp.json", {{0, 160}});
  EXPECT_FALSE(compare_sides(sides_of(client, longer))->outside_ns);
}

TEST(RequestSides, SeveralServersAreAddedUpAndFailuresCountedApart) {
  Timeline client = requests_of(RequestsOf::kClient, "load.jsonl", {{0, 100}, {0, 100}, {0, 100}});
  client.requests[2].failed = true;
  const std::vector<RequestSide> sides{*request_side(client),
                                       *request_side(requests_of(RequestsOf::kServer, "a", {{0, 40}})),
                                       *request_side(requests_of(RequestsOf::kServer, "b", {{0, 50}}))};
  const auto both = compare_sides(sides);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->server, "a, b");
  EXPECT_EQ(both->server_requests, 2U);
  EXPECT_EQ(both->left_out, 1U);
  EXPECT_EQ(both->outside_ns, 110);
}

TEST(RequestSides, OneSideAloneIsNoComparison) {
  const Timeline client = requests_of(RequestsOf::kClient, "load.jsonl", {{0, 100}});
  const std::vector<RequestSide> sides{*request_side(client)};
  EXPECT_FALSE(compare_sides(sides));
  EXPECT_FALSE(request_side(Timeline{}));
}

}  // namespace
}  // namespace lynxbench::attribution
