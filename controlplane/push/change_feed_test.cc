// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/change_feed.h"

#include <set>
#include <string>

#include "base/mailbox.h"
#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

class ChangeFeedTest : public testing::Test {
 protected:
  ChangeFeedTest() { Open(); }

  // A database, empty but for a project, in the place of the one before.
  void Open() {
    store_.emplace(clock_, random_);
    EXPECT_OK(store().Bootstrap("acme", {}));
  }
  MemoryStore& store() { return *store_; }

  void Create(int n) {
    ZoneRow row;
    row.project = "acme";
    row.zone = "zone" + std::to_string(n) + ".example";
    row.primaries = {{"192.0.2.1", 53}};
    ASSERT_OK(store().CreateZone(row, "", true));
  }

  ChangeFeed MakeFeed() {
    return ChangeFeed(store(), clock_, random_, metrics_, log_,
                      [this](FeedPage page) {
                        pages_.push_back(std::move(page));
                        return wanted_;
                      });
  }

  FakeClock clock_;
  FakeRandom random_{1};
  Metrics metrics_;
  LogCapture lines_;
  Logger log_{lines_, clock_};
  std::optional<MemoryStore> store_;
  std::vector<FeedPage> pages_;
  bool wanted_ = true;
};

TEST_F(ChangeFeedTest, TellsTheEndOfAnEmptyStore) {
  ChangeFeed feed = MakeFeed();
  ASSERT_OK(feed.Drain());
  ASSERT_EQ(pages_.size(), 1u);
  EXPECT_TRUE(pages_[0].drained);
  EXPECT_TRUE(pages_[0].rows.empty());
  EXPECT_EQ(pages_[0].revision, *store().LatestRevision());
}

TEST_F(ChangeFeedTest, PassesOnEachChangeOnceInPages) {
  constexpr int kZones = 2 * ChangeFeed::kPageRows;
  for (int n = 0; n < kZones; ++n) Create(n);
  ChangeFeed feed = MakeFeed();
  ASSERT_OK(feed.Drain());
  std::set<std::string> seen;
  int64_t last = 0;
  for (const FeedPage& page : pages_) {
    EXPECT_LE(page.rows.size(), static_cast<size_t>(ChangeFeed::kPageRows));
    for (const ZoneRow& row : page.rows) {
      EXPECT_GT(row.revision, last);
      last = row.revision;
      EXPECT_TRUE(seen.insert(row.uid).second);
    }
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kZones));
  EXPECT_TRUE(pages_.back().drained);
  EXPECT_EQ(pages_.back().revision, last);

  pages_.clear();
  ASSERT_OK(store().DeleteZone("acme", "zone7.example", ""));
  ASSERT_OK(feed.Drain());
  ASSERT_EQ(pages_.size(), 1u);
  ASSERT_EQ(pages_[0].rows.size(), 1u);
  EXPECT_TRUE(pages_[0].rows[0].delete_time.has_value());
}

TEST_F(ChangeFeedTest, GoesOnBehindWhatItReadWhenTheStoreIsBack) {
  Create(1);
  ChangeFeed feed = MakeFeed();
  ASSERT_OK(feed.Drain());
  Create(2);
  store().SetAvailable(false);
  EXPECT_THAT(feed.Drain(), HasCode(absl::StatusCode::kUnavailable));
  store().SetAvailable(true);
  pages_.clear();
  ASSERT_OK(feed.Drain());
  ASSERT_EQ(pages_.size(), 1u);
  ASSERT_EQ(pages_[0].rows.size(), 1u);
  EXPECT_EQ(pages_[0].rows[0].zone, "zone2.example");
  EXPECT_FALSE(pages_[0].reset);
}

TEST_F(ChangeFeedTest, ReadsAllAnewFromADatabaseThatIsOlder) {
  for (int n = 1; n <= 3; ++n) Create(n);
  ChangeFeed feed = MakeFeed();
  ASSERT_OK(feed.Drain());
  Open();  // As when a backup was restored.
  Create(7);
  pages_.clear();
  ASSERT_OK(feed.Drain());
  ASSERT_EQ(pages_.size(), 1u);
  EXPECT_TRUE(pages_[0].reset);
  ASSERT_EQ(pages_[0].rows.size(), 1u);
  EXPECT_EQ(pages_[0].rows[0].zone, "zone7.example");
  EXPECT_EQ(pages_[0].revision, 1);
  Create(8);
  pages_.clear();
  ASSERT_OK(feed.Drain());
  EXPECT_FALSE(pages_[0].reset);
  EXPECT_EQ(pages_[0].rows.size(), 1u);
}

TEST_F(ChangeFeedTest, StopsWhenNobodyWantsMore) {
  wanted_ = false;
  ChangeFeed feed = MakeFeed();
  EXPECT_THAT(feed.Drain(), HasCode(absl::StatusCode::kCancelled));
}

TEST_F(ChangeFeedTest, TheThreadFollowsTheStore) {
  Mailbox<FeedPage> box(1000);
  SystemClock clock;
  ChangeFeed feed(store(), clock, random_, metrics_, log_,
                  [&](FeedPage page) { return box.Put(std::move(page)); });
  Create(1);
  feed.Start();
  std::set<std::string> seen;
  auto take = [&] {
    for (FeedPage& page : box.TakeAll(absl::Seconds(10))) {
      for (const ZoneRow& row : page.rows) seen.insert(row.zone);
    }
  };
  for (int i = 0; i < 20 && seen.size() < 1; ++i) take();
  store().SetAvailable(false);
  store().SetAvailable(true);
  Create(2);
  for (int i = 0; i < 20 && seen.size() < 2; ++i) take();
  EXPECT_EQ(seen, (std::set<std::string>{"zone1.example", "zone2.example"}));
  box.Close();
  feed.Stop();
}

}  // namespace
}  // namespace understudy::control
