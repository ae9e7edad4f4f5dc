// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/socket_address.h"

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(SocketAddress, ParsesAndPrints) {
  for (const char* text : {"192.0.2.1:53", "[2001:db8::1]:5300", "0.0.0.0:0"}) {
    auto address = SocketAddress::Parse(text);
    ASSERT_OK(address);
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(SocketAddress, TakesTheDefaultPort) {
  EXPECT_EQ(SocketAddress::Parse("192.0.2.1", 53)->ToString(), "192.0.2.1:53");
  EXPECT_EQ(SocketAddress::Parse("2001:db8::1", 53)->ToString(),
            "[2001:db8::1]:53");
  EXPECT_EQ(SocketAddress::Parse("[::1]", 53)->ToString(), "[::1]:53");
}

TEST(SocketAddress, RefusesWhatIsNone) {
  for (absl::string_view text :
       {"", "192.0.2.1", "192.0.2.256:53", "192.0.2.1:65536",
        "192.0.2.1:", "192.0.2.1:-1", "host:53", "[192.0.2.1]:53", "[::1",
        "[::1]53", "2001:db8::1", "192.0.2.1:053535", "[fe80::1%lo]:53"}) {
    EXPECT_THAT(SocketAddress::Parse(text),
                HasCode(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_FALSE(
      SocketAddress::FromIp(absl::string_view("1.2.3.4\0x", 9), 1).ok());
}

TEST(SocketAddress, MappedAddressIsTheV4OneItMeans) {
  EXPECT_EQ(*SocketAddress::Parse("[::ffff:192.0.2.1]:53"),
            *SocketAddress::Parse("192.0.2.1:53"));
}

TEST(SocketAddress, SameIpIgnoresThePort) {
  auto a = *SocketAddress::Parse("192.0.2.1:1");
  EXPECT_TRUE(a.SameIp(a.WithPort(2)));
  EXPECT_FALSE(a == a.WithPort(2));
}

}  // namespace
}  // namespace understudy
