// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/latest_queue.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Queue = LatestQueue<std::string, int>;

std::vector<std::pair<std::string, int>> Drain(Queue& queue, size_t max) {
  std::vector<std::pair<std::string, int>> result;
  for (auto& entry : queue.Take(max)) result.push_back({entry.key, entry.fact});
  return result;
}

using testing::ElementsAre;
using testing::Pair;

TEST(LatestQueue, KeepsTheNewestInTheOrderOfTheFirst) {
  Queue queue;
  queue.Put("a", 1);
  queue.Put("b", 2);
  queue.Put("a", 3);
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_THAT(Drain(queue, 10), ElementsAre(Pair("a", 3), Pair("b", 2)));
  EXPECT_TRUE(queue.empty());
}

TEST(LatestQueue, TakesAtMostSoMany) {
  Queue queue;
  for (int i = 0; i < 5; ++i) queue.Put(std::to_string(i), i);
  EXPECT_EQ(queue.Take(3).size(), 3u);
  EXPECT_THAT(Drain(queue, 3), ElementsAre(Pair("3", 3), Pair("4", 4)));
}

TEST(LatestQueue, WhatIsPutBackYieldsToWhatIsNewer) {
  Queue queue;
  queue.Put("a", 1);
  queue.Put("b", 2);
  auto taken = queue.Take(2);
  queue.Put("b", 9);
  queue.Put("c", 3);
  queue.PutBack(std::move(taken));
  EXPECT_THAT(Drain(queue, 10),
              ElementsAre(Pair("a", 1), Pair("b", 9), Pair("c", 3)));
}

}  // namespace
}  // namespace understudy::control
