// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/postgres_store.h"

#include <atomic>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "controlplane/store/store_contract.h"
#include "controlplane/store/store_contract_edges.h"
#include "controlplane/store/testing/postgres_fixture.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

const StoreFactory kFactory = []() -> std::unique_ptr<Store> {
  return FreshPostgresStore();
};
INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, testing::Values(kFactory));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreEdgeContract,
                         testing::Values(kFactory));

class PostgresStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = FreshPostgresStore(&database_);
    ASSERT_NE(store_, nullptr);
    ASSERT_OK(store_->Bootstrap("acme", {}));
    ASSERT_OK(store_->CreateProject("globex", {}));
  }
  static ZoneRow Wanted(const std::string& zone,
                        const std::string& project = "acme") {
    ZoneRow row;
    row.project = project;
    row.zone = zone;
    row.primaries = {{"192.0.2.1", 53}};
    return row;
  }

  std::string database_;
  std::unique_ptr<PostgresStore> store_;
};

// Who has read up to a revision has missed nothing below it, however many
// write at the same time.
TEST_F(PostgresStoreTest, RevisionOrderIsCommitOrder) {
  constexpr int kWriters = 6;
  constexpr int kZones = 40;
  std::atomic<int> writing{kWriters};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kZones; ++i) {
        const std::string zone = absl::StrCat("z", i, ".w", writer, ".example");
        EXPECT_OK(store_->CreateZone(Wanted(zone), "", false));
        if (i % 3 == 0) {
          EXPECT_OK(store_->RequestRefresh("acme", zone));
        }
      }
      --writing;
    });
  }
  std::set<std::string> seen;
  int64_t last = 0;
  bool done = false;
  while (!done) {
    done = writing == 0;
    auto changes = store_->ChangesAfter(last, 7);
    ASSERT_OK(changes);
    for (const ZoneRow& row : *changes) {
      EXPECT_GT(row.revision, last);
      last = row.revision;
      seen.insert(row.zone);
    }
    done = done && changes->empty();
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(seen.size(), size_t{kWriters * kZones});
  EXPECT_EQ(store_->LatestRevision().value(), last);
}

TEST_F(PostgresStoreTest, OneOfManyWithTheSameRequestIdCreates) {
  std::vector<std::thread> threads;
  std::atomic<int> created{0};
  std::atomic<int> replayed{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto result = store_->CreateZone(Wanted("example.org"), "same", false);
      ASSERT_OK(result);
      ++(result->replayed ? replayed : created);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(replayed, 7);
  EXPECT_EQ(store_->LatestRevision().value(), 1);
}

TEST_F(PostgresStoreTest, OneOfTwoNestedZonesWins) {
  for (int round = 0; round < 20; ++round) {
    const std::string above = absl::StrCat("r", round, ".example");
    absl::Status first;
    absl::Status second;
    std::thread other([&] {
      second = store_->CreateZone(Wanted("www." + above, "globex"), "", false)
                   .status();
    });
    first = store_->CreateZone(Wanted(above, "acme"), "", false).status();
    other.join();
    EXPECT_NE(first.ok(), second.ok()) << first << second;
  }
}

TEST_F(PostgresStoreTest, OneOfManyBootstraps) {
  std::string database = FreshDatabase();
  SystemClock clock;
  SystemRandom random;
  std::vector<std::thread> threads;
  std::atomic<int> made{0};
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      auto store =
          PostgresStore::Open({.connection_string = database}, clock, random);
      ASSERT_OK(store);
      ASSERT_OK((*store)->Migrate());
      auto first = (*store)->Bootstrap("acme", {});
      ASSERT_OK(first);
      if (*first) ++made;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST_F(PostgresStoreTest, HintsAtACommit) {
  // The first wait connects, and says so.
  store_->WaitForHint(absl::Hours(1));
  std::thread writer(
      [&] { EXPECT_OK(store_->CreateZone(Wanted("example.org"), "", false)); });
  store_->WaitForHint(absl::Hours(1));
  writer.join();
}

TEST_F(PostgresStoreTest, WritesThousandsOfPlacementsAtOnce) {
  ASSERT_OK(store_->CreateEdge(
      "fra1", {std::string(64, 'e'), TokenKind::kEdge, "fra1"}));
  RunSql(database_,
         "INSERT INTO zones (uid, project, name, tree_key, primaries, "
         "claim_proven, revision, etag) SELECT gen_random_uuid(), 'acme', 'z' "
         "|| i, 'z' || i || '.', '[{\"address\":\"192.0.2.1\",\"port\":53}]', "
         "true, i, 'x' FROM generate_series(1, 5000) AS i");
  std::vector<PlacementRow> rows;
  std::vector<std::string> uids;
  auto zones = store_->ChangesAfter(0, 10'000);
  ASSERT_OK(zones);
  for (const ZoneRow& zone : *zones) {
    PlacementRow row;
    row.zone_uid = zone.uid;
    row.edge = "fra1";
    row.state = PlacementRow::State::kServing;
    row.report_time = absl::FromUnixSeconds(1'800'000'000);
    rows.push_back(row);
    uids.push_back(zone.uid);
  }
  ASSERT_EQ(rows.size(), 5000u);
  ASSERT_OK(store_->WritePlacements(rows));
  ASSERT_OK(store_->WritePlacements(rows));
  EXPECT_EQ(store_->PlacementsOf(uids)->size(), 5000u);
  EXPECT_EQ(store_->GetEdge("fra1")->zones_serving, 5000);
}

TEST_F(PostgresStoreTest, StoresWhateverAnEdgeSays) {
  ASSERT_OK(store_->CreateEdge(
      "fra1", {std::string(64, 'e'), TokenKind::kEdge, "fra1"}));
  auto zone = store_->CreateZone(Wanted("example.org"), "", false);
  ASSERT_OK(zone);
  PlacementRow row;
  row.zone_uid = zone->row.uid;
  row.edge = "fra1";
  row.record_count = UINT64_MAX;
  row.error_reason = std::string(10'000, 'x');
  row.error_evidence = std::string("a\0\xff", 3);
  ASSERT_OK(store_->WritePlacements({row}));
  auto read = store_->PlacementsOf({zone->row.uid});
  EXPECT_EQ(read->at(0).error_reason.size(), 64u);
  EXPECT_EQ(read->at(0).error_evidence, "a??");
  EdgeRow edge = store_->GetEdge("fra1").value();
  edge.version = std::string("\0", 1);
  edge.instance = std::string(1'000'000, 'i');
  EXPECT_OK(store_->UpdateEdge(edge));
}

TEST_F(PostgresStoreTest, ForgetsRequestIdsAfterADay) {
  ASSERT_OK(store_->CreateZone(Wanted("a.org"), "old", false));
  RunSql(database_,
         "UPDATE request_ids SET create_time = now() - interval '25 hours'");
  ASSERT_OK(store_->Purge(absl::FromUnixSeconds(0)));
  EXPECT_THAT(store_->CreateZone(Wanted("a.org"), "old", false),
              HasCode(Code::kAlreadyExists));
}

TEST(PostgresStore, RefusesWhatIsNoConnectionString) {
  SystemClock clock;
  SystemRandom random;
  EXPECT_THAT(
      PostgresStore::Open({.connection_string = "nonsense=1"}, clock, random),
      HasCode(Code::kInvalidArgument));
}

}  // namespace
}  // namespace understudy::control
