// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/dns_server.h"

#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/testing/status_matchers.h"
#include "base/unique_fd.h"
#include "dns/types.h"
#include "edgenode/serve/testing/answer_world.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using ::testing::HasSubstr;

int OpenDescriptors() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

// 0 where a sanitizer has an allocator of its own.
size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class DnsServerTest : public ::testing::Test {
 protected:
  DnsServerTest() {
    world_.Serve("example.org", ZoneHead(7) + "www 60 A 192.0.2.2\n");
    std::string lines = ZoneHead(1);
    for (int i = 0; i < 200; ++i) {
      absl::StrAppend(&lines, "big 60 TXT ", std::string(200, 'x'), i, "\n");
    }
    world_.Serve("big.test", lines);
  }

  void Start(DnsServerOptions options) {
    auto server = DnsServer::Start(options, {.zones = world_.table,
                                             .epochs = world_.epochs,
                                             .notifies = world_.notifies,
                                             .clock = clock_,
                                             .metrics = metrics_});
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  void StartOne(absl::string_view listen = "127.0.0.1:0") {
    Start({.listen = {*SocketAddress::Parse(listen)}, .workers = 2});
  }

  UniqueFd Connect(int type) {
    const SocketAddress& to = server_->addresses()[0];
    UniqueFd fd(socket(to.is_v6() ? AF_INET6 : AF_INET, type, 0));
    EXPECT_EQ(connect(fd.get(), to.sockaddr_ptr(), to.sockaddr_size()), 0);
    return fd;
  }
  // What comes within five seconds; "" at the end or when nothing does.
  std::string Receive(int fd, size_t size) {
    pollfd waiting{fd, POLLIN, 0};
    if (poll(&waiting, 1, 5000) != 1) return "";
    std::string bytes(size, '\0');
    const ssize_t n = recv(fd, bytes.data(), size, 0);
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return bytes;
  }
  std::string ReceiveTcp(int fd) {
    std::string bytes;
    size_t want = 2;
    while (bytes.size() < want) {
      std::string more = Receive(fd, want - bytes.size());
      if (more.empty()) return "";
      bytes += more;
      if (bytes.size() == 2) {
        want = 2 + (static_cast<uint8_t>(bytes[0]) << 8 |
                    static_cast<uint8_t>(bytes[1]));
      }
    }
    return bytes.substr(2);
  }
  static std::string Framed(const std::string& message) {
    std::string out;
    out.push_back(static_cast<char>(message.size() >> 8));
    out.push_back(static_cast<char>(message.size()));
    return out + message;
  }
  static void Send(int fd, absl::string_view bytes) {
    ASSERT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  const std::string query_ = EncodeQuery({.name = "www.example.org"});
  SystemClock clock_;
  AnswerWorld world_;
  Metrics metrics_;
  std::unique_ptr<DnsServer> server_;
};

TEST_F(DnsServerTest, AnswersOverUdpFromTheAddressAsked) {
  // The wildcard address has several; a connected socket takes answers from
  // the one alone that it asked.
  StartOne("0.0.0.0:0");
  for (const char* ip : {"127.0.0.1", "127.0.0.2"}) {
    UniqueFd fd(socket(AF_INET, SOCK_DGRAM, 0));
    const auto to = *SocketAddress::FromIp(ip, server_->addresses()[0].port());
    ASSERT_EQ(connect(fd.get(), to.sockaddr_ptr(), to.sockaddr_size()), 0);
    Send(fd.get(), query_);
    auto response = DecodeResponse(Receive(fd.get(), 4096));
    ASSERT_TRUE(response) << ip;
    EXPECT_EQ(response->answer.size(), 1u);
  }
}

TEST_F(DnsServerTest, AnswersOverIpv6) {
  StartOne("[::1]:0");
  UniqueFd fd = Connect(SOCK_DGRAM);
  Send(fd.get(), query_);
  EXPECT_TRUE(DecodeResponse(Receive(fd.get(), 4096)));
}

TEST_F(DnsServerTest, AnswersPipelinedTcpQueriesInAnyPieces) {
  StartOne();
  UniqueFd fd = Connect(SOCK_STREAM);
  const std::string two = Framed(query_) + Framed(query_);
  for (char c : two) Send(fd.get(), absl::string_view(&c, 1));
  Send(fd.get(), two);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(DecodeResponse(ReceiveTcp(fd.get()))) << i;
  }
}

TEST_F(DnsServerTest, AHalfClosedClientStillGetsItsAnswers) {
  StartOne();
  UniqueFd fd = Connect(SOCK_STREAM);
  Send(fd.get(), Framed(query_) + Framed(query_));
  shutdown(fd.get(), SHUT_WR);
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(fd.get())));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(fd.get())));
  EXPECT_EQ(Receive(fd.get(), 1), "");
}

TEST_F(DnsServerTest, AClientThatDoesNotReadHoldsUpNobodyAndLosesNothing) {
  StartOne();
  UniqueFd greedy = Connect(SOCK_STREAM);
  const std::string big =
      Framed(EncodeQuery({.name = "big.big.test", .type = 16}));
  // Some 43 kB for each answer; far more than all buffers between.
  constexpr int kQueries = 500;
  for (int i = 0; i < kQueries; ++i) Send(greedy.get(), big);
  UniqueFd other = Connect(SOCK_STREAM);
  Send(other.get(), Framed(query_));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(other.get())));
  for (int i = 0; i < kQueries; ++i) {
    auto response = DecodeResponse(ReceiveTcp(greedy.get()));
    ASSERT_TRUE(response) << i;
    ASSERT_EQ(response->answer.size(), 200u);
  }
}

TEST_F(DnsServerTest, AClientThatNeverTakesAllCostsNoMoreMemory) {
  std::string lines = ZoneHead(1);
  for (int i = 0; i < 290; ++i) {
    absl::StrAppend(&lines, "huge 60 TXT ", std::string(200, 'x'), i, "\n");
  }
  world_.Serve("huge.test", lines);
  StartOne();
  UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  const int small = 8192;
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  // As on a real line: the system's own buffer is smaller than ours.
  for (int listener = 0; listener < 100; ++listener) {
    int is_listener = 0;
    socklen_t size = sizeof is_listener;
    getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &is_listener, &size);
    if (is_listener == 0) continue;
    setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  const SocketAddress& to = server_->addresses()[0];
  ASSERT_EQ(connect(fd.get(), to.sockaddr_ptr(), to.sockaddr_size()), 0);
  const std::string query =
      Framed(EncodeQuery({.name = "huge.huge.test", .type = 16}));
  // Answers always wait: 62 kB each, of which one at a time is taken.
  constexpr int kAhead = 200;
  constexpr int kQueries = 1000;
  size_t before = 0;
  for (int i = 0; i < kQueries; ++i) {
    Send(fd.get(), query);
    if (i < kAhead) continue;
    ASSERT_FALSE(ReceiveTcp(fd.get()).empty()) << i;
    if (i == kAhead) before = HeapBytes();
  }
  EXPECT_LT(HeapBytes(), before + (size_t{8} << 20));
}

TEST_F(DnsServerTest, TheQuietestConnectionGoesWhenThereAreTooMany) {
  Start({.listen = {*SocketAddress::Parse("127.0.0.1:0")},
         .workers = 1,
         .tcp_connections = 2});
  UniqueFd a = Connect(SOCK_STREAM);
  UniqueFd b = Connect(SOCK_STREAM);
  Send(b.get(), Framed(query_));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(b.get())));
  Send(a.get(), Framed(query_));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(a.get())));
  UniqueFd c = Connect(SOCK_STREAM);
  Send(c.get(), Framed(query_));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(c.get())));
  EXPECT_EQ(Receive(b.get(), 1), "");  // Closed.
  Send(a.get(), Framed(query_));
  EXPECT_TRUE(DecodeResponse(ReceiveTcp(a.get())));
}

TEST_F(DnsServerTest, GarbageLeaksNothing) {
  const uint64_t seed = 5;
  SCOPED_TRACE(seed);
  FakeRandom random(seed);
  StartOne();
  const int before = OpenDescriptors();
  UniqueFd udp = Connect(SOCK_DGRAM);
  for (int i = 0; i < 300; ++i) {
    const std::string junk = random.Bytes(1 + random.Uint64() % 600);
    Send(udp.get(), junk);
    UniqueFd tcp = Connect(SOCK_STREAM);
    (void)!send(tcp.get(), junk.data(), junk.size(), MSG_NOSIGNAL);
  }
  udp.reset();
  // Everything is closed once this one is answered, or soon after.
  for (int i = 0; i < 1000 && OpenDescriptors() != before; ++i) {
    UniqueFd fd = Connect(SOCK_STREAM);
    Send(fd.get(), Framed(query_));
    ASSERT_TRUE(DecodeResponse(ReceiveTcp(fd.get())));
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(DnsServerTest, CountsWhatItDoes) {
  StartOne();
  UniqueFd fd = Connect(SOCK_DGRAM);
  Send(fd.get(), query_);
  ASSERT_TRUE(DecodeResponse(Receive(fd.get(), 4096)));
  const std::string text = metrics_.Text();
  EXPECT_THAT(text,
              HasSubstr("understudy_edge_queries_total{transport=\"udp\"} 1"));
  EXPECT_THAT(text, HasSubstr("understudy_edge_answers_total{rcode=\"0\","
                              "transport=\"udp\"} 1"));
}

TEST_F(DnsServerTest, SaysThatAnotherListensThere) {
  StartOne();
  auto second = DnsServer::Start({.listen = server_->addresses()},
                                 {.zones = world_.table,
                                  .epochs = world_.epochs,
                                  .notifies = world_.notifies,
                                  .clock = clock_,
                                  .metrics = metrics_});
  EXPECT_THAT(second, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("another process listens there"));
}

}  // namespace
}  // namespace understudy::edge
