// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/deadline_heap.h"

#include <algorithm>
#include <deque>

#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

struct Item {
  DeadlineNode node;
};

TEST(DeadlineHeap, GivesTheEarliestFirst) {
  Item a, b, c;
  DeadlineHeap<Item> heap;
  EXPECT_EQ(heap.first(), nullptr);
  heap.Set(&a, absl::Seconds(3));
  heap.Set(&b, absl::Seconds(1));
  heap.Set(&c, absl::Seconds(2));
  EXPECT_EQ(heap.first(), &b);
  heap.Set(&b, absl::Seconds(9));
  EXPECT_EQ(heap.first(), &c);
  heap.Remove(&c);
  heap.Remove(&c);
  EXPECT_EQ(heap.first(), &a);
  heap.Set(&a, absl::InfiniteDuration());
  EXPECT_EQ(heap.first(), &b);
  EXPECT_EQ(heap.size(), 1u);
}

// Against a naive search, over random changes.
TEST(DeadlineHeapProperty, IsAHeap) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    FakeRandom random(seed);
    std::deque<Item> items(20);
    DeadlineHeap<Item> heap;
    for (int step = 0; step < 300; ++step) {
      Item& item = items[random.Uint64() % items.size()];
      if (random.Unit() < 0.3) {
        heap.Remove(&item);
      } else {
        heap.Set(&item,
                 absl::Seconds(static_cast<int64_t>(random.Uint64() % 50)));
      }
      absl::Duration least = absl::InfiniteDuration();
      size_t inside = 0;
      for (const Item& one : items) {
        if (one.node.heap_at == DeadlineNode::kNowhere) continue;
        ++inside;
        least = std::min(least, one.node.deadline);
      }
      ASSERT_EQ(heap.size(), inside) << seed;
      if (inside == 0) continue;
      ASSERT_EQ(heap.first()->node.deadline, least) << seed;
    }
  }
}

}  // namespace
}  // namespace understudy::edge
