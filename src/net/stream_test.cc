#include "net/stream.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

#include "net/test_server.h"

namespace lynxbench::net {
namespace {

using namespace std::chrono_literals;

class Client final : public StreamOwner {
 public:
  explicit Client(const std::string& url, const TlsOptions& tls = {})
      : poller_(Poller::make().value()),
        there_(Destination::resolve(*parse_url(url), tls).value()),
        stream_(std::make_unique<Stream>(*poller_, *there_, *this)) {}

  StreamEnd start() { return stream_->start(); }
  // At most 20 s.
  void run_until(const std::function<bool()>& done) {
    Nanos end = Poller::now() + 20s;
    while (!done() && Poller::now() < end) poller_->wait(Poller::now() + 50ms);
    EXPECT_TRUE(done());
  }
  void run_to_the_end() {
    run_until([&] { return ended.fault != StreamFault::kNone; });
  }
  Stream& stream() { return *stream_; }
  Destination& there() { return *there_; }

  void stream_connected(Stream& stream) override {
    connected = true;
    if (!to_send.empty()) handed_over = stream.write(to_send);
  }
  void stream_received(Stream&, std::string_view bytes, const Receipt& receipt) override {
    got += bytes;
    receipts.push_back(receipt);
    if (destroy_when_received) stream_.reset();
  }
  void stream_drained(Stream&) override { ++drained; }
  void stream_ended(Stream&, const StreamEnd& end) override { ended = end; }

  std::string to_send;
  bool connected = false;
  bool handed_over = false;
  bool destroy_when_received = false;
  int drained = 0;
  std::string got;
  std::vector<Receipt> receipts;
  StreamEnd ended;

 private:
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Destination> there_;
  std::unique_ptr<Stream> stream_;
};

void echo(TestPeer& peer) {
  for (std::string got = peer.read(); !got.empty(); got = peer.read()) peer.send(got);
}

std::string long_text(std::size_t length) {
  std::string text(length, ' ');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + i * 7919 % 26);
  return text;
}

TEST(Stream, BytesGoThereAndBackWithTheKernelsTime) {
  TestServer server(echo);
  Client client(server.url());
  client.to_send = "hello";
  Nanos before = Poller::now();
  ASSERT_FALSE(client.start());
  client.run_until([&] { return client.got == "hello"; });
  EXPECT_TRUE(client.handed_over);
  EXPECT_GT(client.stream().connect_time(), 0ns);
  EXPECT_EQ(client.there().counts().opened, 1u);
  EXPECT_EQ(client.there().counts().open, 1u);
  for (const Receipt& receipt : client.receipts) {
    EXPECT_GE(receipt.at, before);
    EXPECT_LE(receipt.at, receipt.read);
  }
}

TEST(Stream, ReadLateItKnowsWhenTheBytesCame) {
  TestServer server(echo);
  Client client(server.url());
  client.to_send = "first";
  ASSERT_FALSE(client.start());
  client.run_until([&] { return client.got == "first"; });
  client.stream().write("second");
  Nanos looked = Poller::now() + 100ms;
  SystemClock().sleep_until(looked);
  client.run_until([&] { return client.got == "firstsecond"; });
  const Receipt& last = client.receipts.back();
  if (!last.by_kernel) GTEST_SKIP() << "this kernel gives no time of receipt";
  EXPECT_GE(last.read, looked);
  EXPECT_LT(last.at, looked);  // it came while nobody looked
}

TEST(Stream, MoreThanTheKernelTakesIsSentInTime) {
  for (bool secure : {false, true}) {
    TestCertificate certificate = make_test_certificate();
    std::string received;
    const std::string text = long_text(20'000'000);
    TestServer server(
        [&](TestPeer& peer) {
          std::string all;
          while (all.size() < text.size()) all += peer.read();
          peer.send(all);
          peer.wait_for_end();
        },
        secure ? &certificate : nullptr);
    Client client(server.url(), {.verify = true, .ca_file = certificate.certificate_file, .alpn = {}});
    client.to_send = text;
    ASSERT_FALSE(client.start());
    client.run_until([&] { return client.got.size() >= text.size() || client.ended; });
    EXPECT_FALSE(client.handed_over);
    EXPECT_EQ(client.drained, 1);
    EXPECT_EQ(client.stream().pending(), 0u);
    EXPECT_TRUE(client.got == text);
  }
}

TEST(Stream, TlsAgreesOnAProtocolAndTrustsWhatItShould) {
  TestCertificate certificate = make_test_certificate();
  TestServer server(echo, &certificate);
  Client client(server.url(), {.verify = true, .ca_file = certificate.certificate_file, .alpn = {"h2"}});
  client.to_send = "hello";
  ASSERT_FALSE(client.start());
  client.run_until([&] { return client.got == "hello"; });
  EXPECT_EQ(client.stream().alpn(), "h2");
  EXPECT_EQ(client.stream().tls_version(), "TLSv1.3");
}

TEST(Stream, AnUntrustedCertificateIsNamed) {
  TestCertificate certificate = make_test_certificate();
  TestCertificate other = make_test_certificate("elsewhere");
  TestServer server(echo, &certificate);
  TestServer misnamed(echo, &other);
  Client unknown(server.url(), {});
  ASSERT_FALSE(unknown.start());
  unknown.run_to_the_end();
  EXPECT_EQ(unknown.ended.fault, StreamFault::kTls);
  EXPECT_NE(unknown.ended.text.find("not trusted"), std::string::npos) << unknown.ended.text;
  Client wrong_name(misnamed.url(), {.verify = true, .ca_file = other.certificate_file, .alpn = {}});
  ASSERT_FALSE(wrong_name.start());
  wrong_name.run_to_the_end();
  EXPECT_EQ(wrong_name.ended.fault, StreamFault::kTls);
  EXPECT_NE(wrong_name.ended.text.find("mismatch"), std::string::npos) << wrong_name.ended.text;
  Client trusting(misnamed.url(), {.verify = false, .ca_file = std::nullopt, .alpn = {}});
  trusting.to_send = "hello";
  ASSERT_FALSE(trusting.start());
  trusting.run_until([&] { return trusting.got == "hello"; });
}

TEST(Stream, AServerWithoutTlsIsNamed) {
  TestServer server([](TestPeer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  std::string url = server.url();
  Client client("https" + url.substr(4));
  ASSERT_FALSE(client.start());
  client.run_to_the_end();
  EXPECT_EQ(client.ended.fault, StreamFault::kTls);
  EXPECT_NE(client.ended.text.find("does not speak TLS"), std::string::npos) << client.ended.text;
  TestServer silent([](TestPeer&) {});
  url = silent.url();
  Client cut("https" + url.substr(4));
  ASSERT_FALSE(cut.start());
  cut.run_to_the_end();
  EXPECT_EQ(cut.ended.fault, StreamFault::kTls);
}

TEST(Stream, AClosedPortIsRefused) {
  std::string url;
  { url = TestServer([](TestPeer&) {}).url(); }
  Client client(url);
  StreamEnd end = client.start();
  if (!end) {
    client.run_to_the_end();
    end = client.ended;
  }
  EXPECT_EQ(end.fault, StreamFault::kConnect);
  EXPECT_NE(end.text.find("refused"), std::string::npos) << end.text;
  EXPECT_EQ(client.there().counts().failed, 1u);
  EXPECT_EQ(client.there().counts().open, 0u);
}

TEST(Stream, EndAndResetAreToldApartAndWhatCameBeforeIsRead) {
  TestServer ends([](TestPeer& peer) { peer.send("bye"); });
  Client client(ends.url());
  ASSERT_FALSE(client.start());
  client.run_to_the_end();
  EXPECT_EQ(client.got, "bye");
  EXPECT_EQ(client.ended.fault, StreamFault::kClosed);
  TestServer resets([](TestPeer& peer) {
    peer.read();
    peer.reset_at_end();
  });
  Client broken(resets.url());
  broken.to_send = "x";
  ASSERT_FALSE(broken.start());
  broken.run_to_the_end();
  EXPECT_EQ(broken.ended.fault, StreamFault::kReset);
  EXPECT_NE(broken.ended.text.find("reset"), std::string::npos) << broken.ended.text;
}

TEST(Stream, MayBeDestroyedInItsOwnCall) {
  TestServer server(echo);
  Client client(server.url());
  client.to_send = "hello";
  client.destroy_when_received = true;
  ASSERT_FALSE(client.start());
  client.run_until([&] { return client.got == "hello"; });
  EXPECT_EQ(client.there().counts().open, 0u);
}

TEST(Stream, WithoutDescriptorsItIsThisMachinesFault) {
  TestServer server(echo);
  Client client(server.url());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 3;
  setrlimit(RLIMIT_NOFILE, &none);
  StreamEnd end = client.start();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(end.fault, StreamFault::kLocal);
  EXPECT_NE(end.text.find("descriptor"), std::string::npos) << end.text;
  EXPECT_EQ(client.there().counts().local, 1u);
}

TEST(Destination, AHostWithoutAddressIsNamed) {
  Result<std::unique_ptr<Destination>> there = Destination::resolve(*parse_url("http://no-such-host.invalid/"));
  ASSERT_FALSE(there.ok());
  EXPECT_EQ(there.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(there.error().message.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::net
