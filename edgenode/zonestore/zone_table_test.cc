// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_table.h"

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/testing/fake_random.h"
#include "base/testing/status_matchers.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

dns::Name N(absl::string_view text) { return *dns::Name::FromText(text); }

class ZoneTableTest : public ::testing::Test {
 protected:
  // The apex found for a name, "" when none is.
  std::string Find(absl::string_view name) {
    auto reader = epochs_.NewReader();
    reader->Enter();
    size_t apex_size = 0;
    dns::Name qname = N(name);
    const ZoneSlot* slot = table_.Find(qname.wire(), &apex_size);
    std::string found = slot ? slot->apex.ToText() : "";
    if (slot) {
      EXPECT_EQ(apex_size, slot->apex.size());
    }
    reader->Leave();
    return found;
  }

  FakeRandom random_{1};
  EpochDomain epochs_;
  ZoneTable table_{epochs_, random_};
};

TEST_F(ZoneTableTest, FindsTheLongestApex) {
  ASSERT_OK(table_.Add(1, N("example.org"), {}));
  ASSERT_OK(table_.Add(2, N("a.b.Example.ORG"), {}));
  EXPECT_EQ(Find("www.example.org"), "example.org");
  EXPECT_EQ(Find("EXAMPLE.org"), "example.org");
  EXPECT_EQ(Find("b.example.org"), "example.org");
  EXPECT_EQ(Find("x.A.b.example.org"), "a.b.example.org");
  EXPECT_EQ(Find("org"), "");
  EXPECT_EQ(Find("."), "");
  EXPECT_EQ(Find("notexample.org"), "");
}

TEST_F(ZoneTableTest, TheRootTakesEverything) {
  ASSERT_OK(table_.Add(1, N("."), {}));
  EXPECT_EQ(Find("."), ".");
  EXPECT_EQ(Find("a.b.c"), ".");
}

TEST_F(ZoneTableTest, RefusesASecondOfTheName) {
  ASSERT_OK(table_.Add(1, N("example.org"), {}));
  EXPECT_THAT(table_.Add(2, N("Example.org"), {}),
              HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_F(ZoneTableTest, PublishesExpiresAndRemoves) {
  ASSERT_OK(table_.Add(1, N("example.org"), {}));
  size_t apex_size;
  const dns::Name name = N("example.org");
  const ZoneSlot* slot = table_.Find(name.wire(), &apex_size);
  EXPECT_EQ(slot->zone(), nullptr);
  EXPECT_EQ(slot->state(), ZoneSlot::State::kLoading);
  table_.Publish(name, MustBuildZone("example.org", ZoneHead(5)));
  EXPECT_EQ(slot->zone()->serial(), 5u);
  EXPECT_EQ(slot->state(), ZoneSlot::State::kServing);
  table_.Expire(name);
  EXPECT_EQ(slot->zone(), nullptr);
  EXPECT_EQ(slot->state(), ZoneSlot::State::kExpired);
  table_.Remove(name);
  EXPECT_EQ(Find("example.org"), "");
  EXPECT_EQ(table_.zone_count(), 0u);
}

TEST_F(ZoneTableTest, NotifySourcesIgnorePorts) {
  const auto a = *SocketAddress::Parse("192.0.2.1:53");
  const auto b = *SocketAddress::Parse("192.0.2.2:53");
  ASSERT_OK(table_.Add(1, N("example.org"), {a}));
  size_t apex_size;
  const dns::Name name = N("example.org");
  const ZoneSlot* slot = table_.Find(name.wire(), &apex_size);
  EXPECT_TRUE(slot->MayNotify(a.WithPort(40000)));
  EXPECT_FALSE(slot->MayNotify(b));
  table_.SetNotifySources(name, {b});
  EXPECT_TRUE(slot->MayNotify(b));
  EXPECT_FALSE(slot->MayNotify(a));
}

TEST_F(ZoneTableTest, GrowsAndForgetsRemovedPlaces) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) {
      ASSERT_OK(table_.Add(static_cast<uint64_t>(i),
                           N(absl::StrCat("z", i, ".test")), {}));
    }
    for (int i = 0; i < 5000; i += 97) {
      ASSERT_EQ(Find(absl::StrCat("www.z", i, ".test")),
                absl::StrCat("z", i, ".test"));
    }
    for (int i = 0; i < 5000; ++i)
      table_.Remove(N(absl::StrCat("z", i, ".test")));
    ASSERT_EQ(Find("z1.test"), "");
  }
}

TEST_F(ZoneTableTest, ReadersSeeOneWholeVersionWhileItChanges) {
  ASSERT_OK(table_.Add(1, N("example.org"), {}));
  const ZoneRef versions[] = {MustBuildZone("example.org", ZoneHead(1)),
                              MustBuildZone("example.org", ZoneHead(2))};
  table_.Publish(N("example.org"), versions[0]);
  std::atomic<bool> stop{false};
  std::thread reading([&] {
    auto reader = epochs_.NewReader();
    const dns::Name qname = N("www.example.org");
    while (!stop.load(std::memory_order_relaxed)) {
      reader->Enter();
      size_t apex_size;
      const ZoneSlot* slot = table_.Find(qname.wire(), &apex_size);
      ASSERT_NE(slot, nullptr);
      const Zone* zone = slot->zone();
      ASSERT_NE(zone, nullptr);
      ASSERT_GE(zone->serial(), 1u);
      reader->Leave();
    }
  });
  for (int i = 0; i < 3000; ++i) {
    // A new version each time, so that the old one is really freed; and other
    // zones come and go, so that the table is rebuilt meanwhile.
    table_.Publish(N("example.org"),
                   Zone::Make(N("example.org"), versions[i % 2]->names(),
                              versions[i % 2]->nsec3()));
    const dns::Name other = N(absl::StrCat("o", i, ".test"));
    ASSERT_OK(table_.Add(2, other, {}));
    if (i % 3) table_.Remove(other);
  }
  stop = true;
  reading.join();
}

}  // namespace
}  // namespace understudy::edge
