// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/admission_queue.h"

#include <map>
#include <string>
#include <vector>

#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using Place = std::unique_ptr<AdmissionQueue::Place>;

class AdmissionQueueTest : public testing::Test {
 protected:
  Place Enter(const std::string& address, Urgency urgency = Urgency::kRoutine,
              const std::string& as = "") {
    return queue.Enter(address, urgency, [this, label = as + address] {
      admitted.push_back(label);
    });
  }
  std::vector<std::string> admitted;
  AdmissionQueue queue{4, 2};
};

TEST_F(AdmissionQueueTest, AdmitsUpToTheTotal) {
  Place a = Enter("a"), b = Enter("b"), c = Enter("c"), d = Enter("d");
  Place e = Enter("e");
  EXPECT_TRUE(d->is_admitted());
  EXPECT_FALSE(e->is_admitted());
  EXPECT_EQ(queue.active(), 4u);
  EXPECT_EQ(queue.waiting(), 1u);
  b.reset();
  EXPECT_TRUE(e->is_admitted());
}

TEST_F(AdmissionQueueTest, OneAddressTakesNoMoreThanItsShare) {
  Place a = Enter("slow"), b = Enter("slow"), c = Enter("slow");
  EXPECT_FALSE(c->is_admitted());
  Place d = Enter("quick");
  EXPECT_TRUE(d->is_admitted());
  a.reset();
  EXPECT_TRUE(c->is_admitted());
}

TEST_F(AdmissionQueueTest, AddressesTakeTurns) {
  std::vector<Place> full;
  for (const char* address : {"w", "x", "y", "z"})
    full.push_back(Enter(address));
  std::vector<Place> many;
  for (int i = 0; i < 5; ++i) many.push_back(Enter("many"));
  Place few = Enter("few");
  admitted.clear();
  full.clear();
  // The one that came last with one wish is not behind five others.
  ASSERT_GE(admitted.size(), 3u);
  EXPECT_EQ(admitted[0], "many");
  EXPECT_EQ(admitted[1], "few");
  EXPECT_EQ(admitted[2], "many");
}

TEST_F(AdmissionQueueTest, TheUrgentGoFirstButNotForEver) {
  AdmissionQueue one(1, 1);
  int routine = 0, now = 0, now_before_routine = 0;
  std::vector<Place> places;
  places.push_back(one.Enter("x", Urgency::kNow, [] {}));
  places.push_back(one.Enter("r", Urgency::kRoutine, [&] { ++routine; }));
  for (int i = 0; i < 20; ++i) {
    places.push_back(one.Enter("n" + std::to_string(i), Urgency::kNow, [&] {
      ++now;
      if (routine == 0) ++now_before_routine;
    }));
  }
  while (now + routine < 21) {
    for (Place& place : places) {
      if (place && place->is_admitted()) {
        place.reset();
        break;
      }
    }
  }
  EXPECT_EQ(routine, 1);
  EXPECT_GE(now_before_routine, 5);
  EXPECT_LT(now_before_routine, AdmissionQueue::kFloorEvery);
}

TEST_F(AdmissionQueueTest, WhoStopsWaitingIsPassedOver) {
  Place a = Enter("a"), b = Enter("a"), c = Enter("a"), d = Enter("a");
  c.reset();
  EXPECT_EQ(queue.waiting(), 1u);
  a.reset();
  EXPECT_TRUE(d->is_admitted());
}

// Whatever comes and goes: the bounds hold, and nobody waits who could enter.
TEST(AdmissionQueueProperty, KeepsItsBounds) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    FakeRandom random(seed);
    AdmissionQueue queue(6, 2);
    std::vector<std::pair<std::string, Place>> places;
    for (int step = 0; step < 500; ++step) {
      if (places.empty() || random.Unit() < 0.55) {
        std::string address(1, static_cast<char>('a' + random.Uint64() % 6));
        places.emplace_back(
            address,
            queue.Enter(address, static_cast<Urgency>(random.Uint64() % 3),
                        [] {}));
      } else {
        places.erase(places.begin() +
                     static_cast<ptrdiff_t>(random.Uint64() % places.size()));
      }
      std::map<std::string, size_t> active;
      size_t total = 0;
      for (auto& [address, place] : places) {
        if (place->is_admitted()) ++active[address], ++total;
      }
      ASSERT_LE(total, 6u) << seed;
      ASSERT_EQ(total, queue.active()) << seed;
      ASSERT_EQ(places.size() - total, queue.waiting()) << seed;
      for (auto& [address, place] : places) {
        ASSERT_LE(active[address], 2u) << seed;
        if (!place->is_admitted()) {
          ASSERT_TRUE(total == 6 || active[address] == 2) << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace understudy::edge
