// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/mailbox.h"

#include <thread>

#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(Mailbox, KeepsOrder) {
  Mailbox<int> box(10);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(box.TryPut(i));
  EXPECT_EQ(box.TakeAll(absl::ZeroDuration()),
            (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Mailbox, RefusesWhenFull) {
  Mailbox<int> box(1);
  EXPECT_TRUE(box.TryPut(1));
  EXPECT_FALSE(box.TryPut(2));
}

TEST(Mailbox, PutWaitsForRoom) {
  Mailbox<int> box(1);
  ASSERT_TRUE(box.TryPut(1));
  std::thread putter([&] { EXPECT_TRUE(box.Put(2)); });
  std::vector<int> got;
  while (got.size() < 2) {
    for (int i : box.TakeAll(absl::Seconds(10))) got.push_back(i);
  }
  putter.join();
  EXPECT_EQ(got, (std::vector<int>{1, 2}));
}

TEST(Mailbox, CloseWakesTheTakerAndRefusesPuts) {
  Mailbox<int> box(1);
  std::thread taker([&] {
    while (!box.is_closed()) box.TakeAll(absl::Seconds(10));
  });
  box.Close();
  taker.join();
  EXPECT_FALSE(box.Put(1));
}

}  // namespace
}  // namespace understudy
