// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "controlplane/store/store_contract.h"

namespace understudy::control {

// The half of the contract that is about edges and what they say.
class StoreEdgeContract : public StoreContract {
 protected:
  EdgeRow CreateEdge(const std::string& id, char digit = 'e') {
    auto edge = store_->CreateEdge(id, Token(digit, TokenKind::kEdge, id));
    EXPECT_OK(edge);
    return edge.value_or(EdgeRow());
  }
  static PlacementRow Placement(const std::string& uid,
                                const std::string& edge) {
    PlacementRow row;
    row.zone_uid = uid;
    row.edge = edge;
    row.state = PlacementRow::State::kServing;
    row.report_time = absl::FromUnixSeconds(1'800'000'000);
    return row;
  }
};

TEST_P(StoreEdgeContract, CreatesAnEdgeWithItsToken) {
  EdgeRow edge = CreateEdge("fra1");
  EXPECT_EQ(edge.uid.size(), 36u);
  EXPECT_FALSE(edge.connected);
  auto token = store_->FindToken(std::string(64, 'e'));
  ASSERT_OK(token);
  EXPECT_EQ(token->kind, TokenKind::kEdge);
  EXPECT_EQ(token->subject, "fra1");
  EXPECT_EQ(store_->GetEdge("fra1")->uid, edge.uid);
  EXPECT_THAT(store_->CreateEdge("fra1", Token('f', TokenKind::kEdge, "fra1")),
              HasCode(Code::kAlreadyExists));
  EXPECT_THAT(store_->FindToken(std::string(64, 'f')),
              HasCode(Code::kNotFound));
}

TEST_P(StoreEdgeContract, ListsEdgesByIdInPages) {
  CreateEdge("b", '1');
  CreateEdge("a", '2');
  CreateEdge("c", '3');
  auto page = store_->ListEdges("", 2);
  ASSERT_OK(page);
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].id, "a");
  EXPECT_EQ(store_->EdgeIds().value(),
            (std::vector<std::string>{"a", "b", "c"}));
  page = store_->ListEdges("b", 2);
  ASSERT_EQ(page->size(), 1u);
  EXPECT_EQ((*page)[0].id, "c");
}

TEST_P(StoreEdgeContract, UpdatesAnEdge) {
  EdgeRow edge = CreateEdge("fra1");
  edge.connected = true;
  edge.last_contact_time = absl::FromUnixMicros(1'800'000'000'123'456);
  edge.version = "1.2.3";
  edge.instance = "x";
  edge.acked_revision = 42;
  ASSERT_OK(store_->UpdateEdge(edge));
  EdgeRow read = store_->GetEdge("fra1").value();
  EXPECT_TRUE(read.connected);
  EXPECT_EQ(read.last_contact_time, edge.last_contact_time);
  EXPECT_EQ(read.version, "1.2.3");
  EXPECT_EQ(read.instance, "x");
  EXPECT_EQ(read.acked_revision, 42);
  edge.id = "nosuch";
  EXPECT_THAT(store_->UpdateEdge(edge), HasCode(Code::kNotFound));
}

TEST_P(StoreEdgeContract, DeletesAnEdgeWithAllItSaid) {
  CreateEdge("fra1");
  ZoneRow zone = Create("example.org");
  ASSERT_OK(store_->WritePlacements({Placement(zone.uid, "fra1")}));
  ASSERT_OK(store_->WriteRejections({{"fra1", zone.uid, 1, "too big"}}));
  ASSERT_OK(store_->DeleteEdge("fra1"));
  EXPECT_THAT(store_->GetEdge("fra1"), HasCode(Code::kNotFound));
  EXPECT_THAT(store_->DeleteEdge("fra1"), HasCode(Code::kNotFound));
  EXPECT_THAT(store_->FindToken(std::string(64, 'e')),
              HasCode(Code::kNotFound));
  EXPECT_TRUE(store_->PlacementsOf({zone.uid})->empty());
  EXPECT_TRUE(store_->RejectionsOf("fra1", 10)->empty());
}

TEST_P(StoreEdgeContract, KeepsEveryFieldOfAPlacement) {
  CreateEdge("fra1");
  ZoneRow zone = Create("example.org");
  PlacementRow row = Placement(zone.uid, "fra1");
  row.state = PlacementRow::State::kExpired;
  row.serial = 4'294'967'295u;
  row.primary_serial = 0;
  row.publish_time = absl::FromUnixMicros(1'800'000'001'000'001);
  row.last_check_time = absl::FromUnixMicros(1'800'000'002'000'002);
  row.next_check_time = absl::FromUnixMicros(1'800'000'003'000'003);
  row.expire_time = absl::FromUnixMicros(1'800'000'004'000'004);
  row.consecutive_failures = 7;
  row.record_count = 10'000'000'000;
  row.error_reason = "RCODE_REFUSED";
  row.error_evidence = "say \"no\", {a,b} \\ 'x' NULL";
  row.error_primary = "192.0.2.1";
  row.error_time = absl::FromUnixMicros(1'800'000'005'000'005);
  ASSERT_OK(store_->WritePlacements({row}));

  auto rows = store_->PlacementsOf({zone.uid});
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 1u);
  const PlacementRow& read = (*rows)[0];
  EXPECT_EQ(read.zone_uid, row.zone_uid);
  EXPECT_EQ(read.edge, row.edge);
  EXPECT_EQ(read.state, row.state);
  EXPECT_EQ(read.serial, row.serial);
  EXPECT_EQ(read.primary_serial, row.primary_serial);
  EXPECT_EQ(read.publish_time, row.publish_time);
  EXPECT_EQ(read.last_check_time, row.last_check_time);
  EXPECT_EQ(read.next_check_time, row.next_check_time);
  EXPECT_EQ(read.expire_time, row.expire_time);
  EXPECT_EQ(read.consecutive_failures, row.consecutive_failures);
  EXPECT_EQ(read.record_count, row.record_count);
  EXPECT_EQ(read.error_reason, row.error_reason);
  EXPECT_EQ(read.error_evidence, row.error_evidence);
  EXPECT_EQ(read.error_primary, row.error_primary);
  EXPECT_EQ(read.error_time, row.error_time);
  EXPECT_EQ(read.report_time, row.report_time);
}

TEST_P(StoreEdgeContract, KeepsTheLatestPlacement) {
  CreateEdge("fra1");
  ZoneRow zone = Create("example.org");
  PlacementRow first = Placement(zone.uid, "fra1");
  first.serial = 1;
  first.error_reason = "NO_ROUTE";
  PlacementRow second = Placement(zone.uid, "fra1");
  second.serial = 2;
  ASSERT_OK(store_->WritePlacements({first, second}));
  EXPECT_EQ(store_->PlacementsOf({zone.uid})->at(0).serial, 2u);
  second.serial.reset();
  second.state = PlacementRow::State::kLoading;
  ASSERT_OK(store_->WritePlacements({second}));
  PlacementRow read = store_->PlacementsOf({zone.uid})->at(0);
  EXPECT_EQ(read.serial, std::nullopt);
  EXPECT_EQ(read.error_reason, "");
  EXPECT_EQ(read.publish_time, std::nullopt);
}

TEST_P(StoreEdgeContract, SkipsPlacementsOfWhatIsGone) {
  CreateEdge("fra1");
  ZoneRow zone = Create("example.org");
  ZoneRow gone = Create("gone.org");
  ASSERT_OK(store_->DeleteZone("acme", "gone.org", ""));
  ASSERT_OK(store_->WritePlacements(
      {Placement(gone.uid, "fra1"),
       Placement("6f1c3c52-0000-4000-8000-000000000000", "fra1"),
       Placement(zone.uid, "nosuch"), Placement(zone.uid, "fra1")}));
  EXPECT_TRUE(store_->PlacementsOf({gone.uid})->empty());
  EXPECT_EQ(store_->PlacementsOf({zone.uid})->size(), 1u);
}

TEST_P(StoreEdgeContract, SkipsPlacementsWhoseUidIsNone) {
  CreateEdge("fra1");
  EXPECT_OK(store_->WritePlacements({Placement("not a uuid", "fra1")}));
  auto rows = store_->PlacementsOf({"not a uuid"});
  ASSERT_OK(rows);
  EXPECT_TRUE(rows->empty());
}

TEST_P(StoreEdgeContract, OrdersPlacementsByZoneAndEdge) {
  CreateEdge("b", '1');
  CreateEdge("a", '2');
  std::vector<std::string> uids = {Create("x.org").uid, Create("y.org").uid};
  std::vector<PlacementRow> rows;
  for (const std::string& uid : uids) {
    rows.push_back(Placement(uid, "b"));
    rows.push_back(Placement(uid, "a"));
  }
  ASSERT_OK(store_->WritePlacements(rows));
  auto read = store_->PlacementsOf(uids);
  ASSERT_OK(read);
  ASSERT_EQ(read->size(), 4u);
  std::sort(uids.begin(), uids.end());
  EXPECT_EQ((*read)[0].zone_uid, uids[0]);
  EXPECT_EQ((*read)[0].edge, "a");
  EXPECT_EQ((*read)[1].edge, "b");
  EXPECT_EQ((*read)[2].zone_uid, uids[1]);
  EXPECT_TRUE(store_->PlacementsOf({})->empty());
}

TEST_P(StoreEdgeContract, CountsTheZonesThatAnEdgeServes) {
  CreateEdge("fra1");
  ZoneRow a = Create("a.org");
  ZoneRow b = Create("b.org");
  PlacementRow loading = Placement(b.uid, "fra1");
  loading.state = PlacementRow::State::kLoading;
  ASSERT_OK(store_->WritePlacements({Placement(a.uid, "fra1"), loading}));
  EXPECT_EQ(store_->GetEdge("fra1")->zones_serving, 1);
  EXPECT_EQ(store_->ListEdges("", 10)->at(0).zones_serving, 1);
  ASSERT_OK(store_->DeleteZone("acme", "a.org", ""));
  EXPECT_EQ(store_->GetEdge("fra1")->zones_serving, 0);
}

TEST_P(StoreEdgeContract, ReplacesAndClearsRejections) {
  CreateEdge("fra1");
  ZoneRow zone = Create("example.org");
  ASSERT_OK(store_->WriteRejections({{"fra1", zone.uid, 1, "too big"},
                                     {"fra1", "", 2, "would empty me"},
                                     {"nosuch", zone.uid, 1, "skipped"}}));
  ASSERT_OK(store_->WriteRejections({{"fra1", zone.uid, 3, "still too big"}}));
  auto rows = store_->RejectionsOf("fra1", 10);
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].zone_uid, "");
  EXPECT_EQ((*rows)[1].revision, 3);
  EXPECT_EQ((*rows)[1].reason, "still too big");
  EXPECT_EQ(store_->RejectionsOf("fra1", 1)->size(), 1u);
  ASSERT_OK(store_->WriteRejections(
      {{"fra1", zone.uid, 4, ""}, {"fra1", "", 4, ""}}));
  EXPECT_TRUE(store_->RejectionsOf("fra1", 10)->empty());
}

TEST_P(StoreEdgeContract, PurgesTombstonesThatAllEdgesAcknowledged) {
  EdgeRow edge = CreateEdge("fra1");
  Create("a.org");
  ASSERT_OK(store_->DeleteZone("acme", "a.org", ""));
  const absl::Time later = absl::FromUnixSeconds(4'000'000'000);
  ASSERT_OK(store_->Purge(later));
  EXPECT_EQ(store_->ChangesAfter(0, 10)->size(), 1u)
      << "the edge has not acknowledged it";
  edge.acked_revision = 2;
  ASSERT_OK(store_->UpdateEdge(edge));
  ASSERT_OK(store_->Purge(absl::FromUnixSeconds(0)));
  EXPECT_EQ(store_->ChangesAfter(0, 10)->size(), 1u) << "it is too young";
  ASSERT_OK(store_->Purge(later));
  EXPECT_TRUE(store_->ChangesAfter(0, 10)->empty());
  EXPECT_EQ(Revision(), 2) << "revisions never go back";
}

TEST_P(StoreEdgeContract, PurgeKeepsLiveZonesAndFreshRequestIds) {
  ASSERT_OK(store_->CreateZone(Wanted("a.org"), "id-1", false));
  ASSERT_OK(store_->Purge(absl::FromUnixSeconds(4'000'000'000)));
  EXPECT_OK(store_->GetZone("acme", "a.org"));
  EXPECT_TRUE(store_->CreateZone(Wanted("a.org"), "id-1", false)->replayed);
}

}  // namespace understudy::control
