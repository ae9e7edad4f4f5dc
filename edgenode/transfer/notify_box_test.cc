// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/notify_box.h"

#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using Verdict = NotifyBox::Verdict;

SocketAddress Source(const char* ip) {
  return SocketAddress::FromIp(ip, 5353).value();
}

TEST(NotifyBox, KeepsOneOfEachZoneWithTheNewestSerial) {
  NotifyBox box(10);
  EXPECT_EQ(box.Put(1, Source("192.0.2.1"), 5), Verdict::kFirst);
  EXPECT_EQ(box.Put(2, Source("192.0.2.1"), 7), Verdict::kQueued);
  EXPECT_EQ(box.Put(1, Source("192.0.2.2"), 6), Verdict::kCoalesced);
  EXPECT_EQ(box.Put(1, Source("192.0.2.3"), 4), Verdict::kCoalesced);
  auto all = box.TakeAll();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].serial, 6u);
  EXPECT_EQ(all[1].source.ip(), "192.0.2.2");
  EXPECT_TRUE(box.TakeAll().empty());
  EXPECT_EQ(box.Put(1, Source("192.0.2.1"), 5), Verdict::kFirst);
}

TEST(NotifyBox, OneWithoutSerialWins) {
  NotifyBox box(10);
  box.Put(1, Source("192.0.2.1"), 5);
  box.Put(1, Source("192.0.2.1"), std::nullopt);
  box.Put(1, Source("192.0.2.1"), 9);
  EXPECT_FALSE(box.TakeAll()[1].serial);
}

TEST(NotifyBox, IsBounded) {
  NotifyBox box(2);
  box.Put(1, Source("192.0.2.1"), 5);
  box.Put(2, Source("192.0.2.1"), 5);
  EXPECT_EQ(box.Put(3, Source("192.0.2.1"), 5), Verdict::kFull);
  EXPECT_EQ(box.Put(2, Source("192.0.2.1"), 6), Verdict::kCoalesced);
  EXPECT_EQ(box.TakeAll().size(), 2u);
}

}  // namespace
}  // namespace understudy::edge
