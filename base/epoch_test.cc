// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/epoch.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(EpochDomain, FreesAtOnceWithoutReaders) {
  EpochDomain domain;
  bool freed = false;
  domain.Retire([&] { freed = true; });
  EXPECT_TRUE(freed);
}

TEST(EpochDomain, WaitsForAReaderInItsSection) {
  EpochDomain domain;
  auto reader = domain.NewReader();
  bool freed = false;
  reader->Enter();
  domain.Retire([&] { freed = true; });
  EXPECT_FALSE(freed);
  EXPECT_EQ(domain.Reclaim(), 1u);
  reader->Leave();
  EXPECT_EQ(domain.Reclaim(), 0u);
  EXPECT_TRUE(freed);
}

TEST(EpochDomain, AReaderThatEnteredLaterDoesNotHold) {
  EpochDomain domain;
  auto early = domain.NewReader();
  auto late = domain.NewReader();
  early->Enter();
  bool freed = false;
  domain.Retire([&] { freed = true; });
  late->Enter();
  early->Leave();
  domain.Reclaim();
  EXPECT_TRUE(freed);
  late->Leave();
}

TEST(EpochDomain, ReadersNeverSeeFreedMemory) {
  struct Box {
    explicit Box(int v) : value(v) {}
    ~Box() { value = -1; }
    std::atomic<int> value;
  };
  EpochDomain domain;
  std::atomic<Box*> published{new Box(1)};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      auto reader = domain.NewReader();
      while (!stop.load(std::memory_order_relaxed)) {
        reader->Enter();
        EXPECT_GT(published.load(std::memory_order_acquire)->value.load(), 0);
        reader->Leave();
      }
    });
  }
  for (int i = 2; i < 20000; ++i) {
    Box* old = published.exchange(new Box(i));
    domain.Retire([old] { delete old; });
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  domain.Reclaim();
  delete published.load();
}

}  // namespace
}  // namespace understudy
