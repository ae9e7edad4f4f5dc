// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/status_writer.h"

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

class StatusWriterTest : public testing::Test {
 protected:
  StatusWriterTest() {
    EXPECT_OK(store_.Bootstrap("acme", {}));
    for (const char* edge : {"fra1", "ams1"}) {
      TokenRow token;
      token.sha256_hex = std::string("hash of ") + edge;
      token.kind = TokenKind::kEdge;
      token.subject = edge;
      EXPECT_OK(store_.CreateEdge(edge, token));
    }
    for (const char* name : {"a.example", "b.example"}) {
      ZoneRow row;
      row.project = "acme";
      row.zone = name;
      row.primaries = {{"192.0.2.1", 53}};
      auto created = store_.CreateZone(row, "", true);
      EXPECT_OK(created);
      uids_.push_back(created->row.uid);
    }
  }

  PlacementRow Serving(const std::string& zone, uint32_t serial) {
    PlacementRow row;
    row.edge = "fra1";
    row.zone_uid = zone;
    row.state = PlacementRow::State::kServing;
    row.serial = serial;
    row.report_time = clock_.Now();
    return row;
  }

  std::vector<PlacementRow> Stored(const std::string& zone) {
    auto rows = store_.PlacementsOf({zone});
    EXPECT_OK(rows);
    return *rows;
  }

  std::vector<RejectionRow> Rejections() {
    auto rows = store_.RejectionsOf("fra1", 10);
    EXPECT_OK(rows);
    return *rows;
  }

  FakeClock clock_;
  FakeRandom random_{1};
  Metrics metrics_;
  LogCapture lines_;
  Logger log_{lines_, clock_};
  MemoryStore store_{clock_, random_};
  std::vector<std::string> uids_;
  std::vector<std::string> gone_;
  StatusWriter writer_{
      store_,  clock_,
      random_, metrics_,
      log_,    [this](const std::string& edge) {
                         gone_.push_back(edge); }};
};

TEST_F(StatusWriterTest, WritesTheLatestReport) {
  writer_.Report({Serving(uids_[0], 1), Serving(uids_[1], 5)});
  writer_.Report({Serving(uids_[0], 2)});
  ASSERT_OK(writer_.WriteRound());
  ASSERT_EQ(Stored(uids_[0]).size(), 1u);
  EXPECT_EQ(Stored(uids_[0])[0].serial, 2u);
  EXPECT_EQ(Stored(uids_[1])[0].serial, 5u);
}

TEST_F(StatusWriterTest, KeepsTheLatestWhileTheStoreIsAway) {
  store_.SetAvailable(false);
  EdgeRow edge;
  edge.id = "fra1";
  edge.connected = true;
  edge.acked_revision = 1;
  writer_.Report({Serving(uids_[0], 1), Serving(uids_[1], 5)});
  writer_.UpdateEdge(edge);
  EXPECT_THAT(writer_.WriteRound(), HasCode(absl::StatusCode::kUnavailable));
  writer_.Report({Serving(uids_[0], 2)});
  edge.acked_revision = 2;
  writer_.UpdateEdge(edge);
  EXPECT_THAT(writer_.WriteRound(), HasCode(absl::StatusCode::kUnavailable));
  store_.SetAvailable(true);
  ASSERT_OK(writer_.WriteRound());
  EXPECT_EQ(Stored(uids_[0])[0].serial, 2u);
  EXPECT_EQ(Stored(uids_[1])[0].serial, 5u);
  EXPECT_EQ(store_.GetEdge("fra1")->acked_revision, 2);
  EXPECT_TRUE(store_.GetEdge("fra1")->connected);
}

TEST_F(StatusWriterTest, WritesMoreThanABatch) {
  std::vector<PlacementRow> rows;
  for (size_t i = 0; i < 2 * StatusWriter::kMaxRows + 1; ++i) {
    // Of zones that are gone: skipped by the store, but taken.
    rows.push_back(Serving("zone" + std::to_string(i), 1));
  }
  rows.push_back(Serving(uids_[0], 3));
  writer_.Report(std::move(rows));
  ASSERT_OK(writer_.WriteRound());
  EXPECT_EQ(Stored(uids_[0])[0].serial, 3u);
}

TEST_F(StatusWriterTest, StoresAndClearsRejections) {
  writer_.Reject({{"fra1", uids_[0], 4, "no"}});
  ASSERT_OK(writer_.WriteRound());
  ASSERT_EQ(Rejections().size(), 1u);
  EXPECT_EQ(Rejections()[0].reason, "no");
  EXPECT_EQ(Stored(uids_[0])[0].state, PlacementRow::State::kRejected);
  EXPECT_EQ(Stored(uids_[0])[0].error_reason, "EDGE_REJECTED");
  writer_.Accept("fra1", {uids_[0]});
  ASSERT_OK(writer_.WriteRound());
  EXPECT_TRUE(Rejections().empty());
  EXPECT_EQ(Stored(uids_[0])[0].state, PlacementRow::State::kLoading);
}

TEST_F(StatusWriterTest, ReconcilesWithTheRejectionsOfEarlierStreams) {
  ASSERT_OK(store_.WriteRejections(
      {{"fra1", uids_[0], 1, "old"}, {"fra1", uids_[1], 2, "old"}}));
  writer_.EdgeOpened("fra1");
  writer_.Reject({{"fra1", uids_[1], 2, "still"}});
  writer_.Reconcile("fra1");
  store_.SetAvailable(false);
  EXPECT_THAT(writer_.WriteRound(), HasCode(absl::StatusCode::kUnavailable));
  store_.SetAvailable(true);
  ASSERT_OK(writer_.WriteRound());
  ASSERT_EQ(Rejections().size(), 1u);
  EXPECT_EQ(Rejections()[0].zone_uid, uids_[1]);
  EXPECT_EQ(Rejections()[0].reason, "still");
}

TEST_F(StatusWriterTest, TellsWhenAnEdgeIsGone) {
  ASSERT_OK(store_.DeleteEdge("fra1"));
  EdgeRow edge;
  edge.id = "fra1";
  writer_.UpdateEdge(edge);
  ASSERT_OK(writer_.WriteRound());
  EXPECT_EQ(gone_, (std::vector<std::string>{"fra1"}));
}

TEST_F(StatusWriterTest, WritesWhatWaitsBeforeItStops) {
  writer_.Start();
  writer_.Report({Serving(uids_[0], 9)});
  writer_.Stop();
  EXPECT_EQ(Stored(uids_[0])[0].serial, 9u);
}

}  // namespace
}  // namespace understudy::control
