// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/status_matchers.h"
#include "controlplane/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {

// What every Store does. A test of an implementation says
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(NewStore));
//
// where NewStore makes an empty store. Two projects, "acme" and "globex", are
// what each case begins with; store_contract_edges.h goes on.
using StoreFactory = std::function<std::unique_ptr<Store>()>;

class StoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  using Code = absl::StatusCode;

  void SetUp() override {
    store_ = GetParam()();
    ASSERT_NE(store_, nullptr);
    ASSERT_OK(
        store_->Bootstrap("acme", {Token('a', TokenKind::kProjectOwner, "acme"),
                                   Token('b', TokenKind::kOperator, "")}));
    ASSERT_OK(store_->CreateProject("globex", {}));
  }

  static TokenRow Token(char digit, TokenKind kind, std::string subject) {
    return TokenRow{std::string(64, digit), kind, std::move(subject)};
  }
  static ZoneRow Wanted(std::string zone, std::string project = "acme") {
    ZoneRow row;
    row.project = std::move(project);
    row.zone = std::move(zone);
    row.primaries = {{"192.0.2.1", 53}, {"2001:db8::1", 5353}};
    return row;
  }
  ZoneRow Create(const std::string& zone, const std::string& project = "acme") {
    auto created = store_->CreateZone(Wanted(zone, project), "", true);
    EXPECT_OK(created);
    return created.ok() ? created->row : ZoneRow();
  }
  int64_t Revision() {
    auto revision = store_->LatestRevision();
    EXPECT_OK(revision);
    return revision.value_or(-1);
  }

  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, BootstrapsOnce) {
  auto again = store_->Bootstrap(
      "other", {Token('c', TokenKind::kProjectOwner, "other")});
  ASSERT_OK(again);
  EXPECT_FALSE(*again);
  EXPECT_THAT(store_->FindToken(std::string(64, 'c')),
              HasCode(Code::kNotFound));
}

TEST_P(StoreContract, FindsTokensByHash) {
  auto owner = store_->FindToken(std::string(64, 'a'));
  ASSERT_OK(owner);
  EXPECT_EQ(owner->kind, TokenKind::kProjectOwner);
  EXPECT_EQ(owner->subject, "acme");
  auto operators = store_->FindToken(std::string(64, 'b'));
  ASSERT_OK(operators);
  EXPECT_EQ(operators->kind, TokenKind::kOperator);
  EXPECT_EQ(operators->subject, "");
}

TEST_P(StoreContract, StartsAtRevisionZero) {
  EXPECT_EQ(Revision(), 0);
  auto changes = store_->ChangesAfter(0, 10);
  ASSERT_OK(changes);
  EXPECT_TRUE(changes->empty());
}

TEST_P(StoreContract, CreatesAZoneAndReadsItBack) {
  ZoneRow wanted = Wanted("example.org");
  wanted.claim_proven = false;
  auto created = store_->CreateZone(wanted, "", false);
  ASSERT_OK(created);
  EXPECT_FALSE(created->replayed);
  EXPECT_EQ(created->row.uid.size(), 36u);
  EXPECT_FALSE(created->row.etag.empty());
  EXPECT_EQ(created->row.revision, 1);
  EXPECT_EQ(Revision(), 1);

  auto read = store_->GetZone("acme", "example.org");
  ASSERT_OK(read);
  EXPECT_EQ(read->uid, created->row.uid);
  EXPECT_EQ(read->etag, created->row.etag);
  EXPECT_EQ(read->project, "acme");
  EXPECT_EQ(read->zone, "example.org");
  EXPECT_EQ(read->primaries, wanted.primaries);
  EXPECT_FALSE(read->claim_proven);
  EXPECT_EQ(read->create_time, created->row.create_time);
  EXPECT_EQ(read->update_time, read->create_time);
  EXPECT_EQ(read->delete_time, std::nullopt);
}

TEST_P(StoreContract, KeepsAZoneInItsProject) {
  Create("example.org");
  EXPECT_THAT(store_->GetZone("globex", "example.org"),
              HasCode(Code::kNotFound));
  EXPECT_THAT(store_->DeleteZone("globex", "example.org", ""),
              HasCode(Code::kNotFound));
  EXPECT_THAT(store_->RequestRefresh("globex", "example.org"),
              HasCode(Code::kNotFound));
}

TEST_P(StoreContract, RefusesAZoneOfAnUnknownProject) {
  EXPECT_THAT(store_->CreateZone(Wanted("a.example", "nobody"), "", true),
              HasCode(Code::kNotFound));
  EXPECT_THAT(store_->CheckCreateZone(Wanted("a.example", "nobody"), true),
              HasCode(Code::kNotFound));
}

TEST_P(StoreContract, RefusesANameThatIsTaken) {
  Create("example.org");
  EXPECT_THAT(store_->CreateZone(Wanted("example.org"), "", true),
              HasCode(Code::kAlreadyExists));
  EXPECT_THAT(store_->CheckCreateZone(Wanted("example.org"), true),
              HasCode(Code::kAlreadyExists));
  EXPECT_EQ(Revision(), 1) << "a refused request takes no revision";
}

TEST_P(StoreContract, ChecksWithoutStoring) {
  EXPECT_OK(store_->CheckCreateZone(Wanted("example.org"), false));
  EXPECT_THAT(store_->GetZone("acme", "example.org"), HasCode(Code::kNotFound));
  EXPECT_EQ(Revision(), 0);
}

TEST_P(StoreContract, AllowsNestedZonesOfOneProject) {
  ASSERT_OK(store_->CreateZone(Wanted("example.org"), "", false));
  EXPECT_OK(store_->CreateZone(Wanted("www.example.org"), "", false));
  EXPECT_OK(store_->CreateZone(Wanted("org"), "", false));
  EXPECT_OK(store_->CreateZone(Wanted("."), "", false));
}

TEST_P(StoreContract, RefusesZonesNestedInAnotherProjectsZone) {
  Create("example.org");
  for (const char* zone : {"www.example.org", "a.b.example.org", "org", "."}) {
    EXPECT_THAT(store_->CreateZone(Wanted(zone, "globex"), "", false),
                HasCode(Code::kAlreadyExists))
        << zone;
    EXPECT_THAT(store_->CheckCreateZone(Wanted(zone, "globex"), false),
                HasCode(Code::kAlreadyExists))
        << zone;
    EXPECT_OK(store_->CheckCreateZone(Wanted(zone, "globex"), true)) << zone;
  }
  for (const char* zone : {"anexample.org", "example.com", "-.org",
                           "a\\.example.org", "example0.org"}) {
    EXPECT_OK(store_->CheckCreateZone(Wanted(zone, "globex"), false)) << zone;
  }
  ASSERT_OK(store_->DeleteZone("acme", "example.org", ""));
  EXPECT_OK(store_->CreateZone(Wanted("www.example.org", "globex"), "", false));
}

TEST_P(StoreContract, MakesProjects) {
  ASSERT_OK(store_->CreateProject(
      "initech", {Token('d', TokenKind::kProjectOwner, "initech")}));
  EXPECT_EQ(store_->FindToken(std::string(64, 'd'))->subject, "initech");
  EXPECT_THAT(store_->CreateProject("initech", {}),
              HasCode(Code::kAlreadyExists));
}

TEST_P(StoreContract, ReplaysARequestId) {
  auto first = store_->CreateZone(Wanted("example.org"), "id-1", false);
  ASSERT_OK(first);
  ASSERT_OK(store_->RequestRefresh("acme", "example.org"));
  auto second = store_->CreateZone(Wanted("example.org"), "id-1", false);
  ASSERT_OK(second);
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->row.uid, first->row.uid);
  EXPECT_EQ(second->row.etag, first->row.etag);
  EXPECT_EQ(second->row.revision, first->row.revision);
  EXPECT_EQ(second->row.create_time, first->row.create_time);
  EXPECT_EQ(second->row.primaries, first->row.primaries);
  EXPECT_EQ(Revision(), 2) << "a replay takes no revision";
  EXPECT_THAT(store_->CreateZone(Wanted("other.org"), "id-1", false),
              HasCode(Code::kFailedPrecondition));
}

TEST_P(StoreContract, ListsZonesByNameInPages) {
  for (const char* zone : {"c.org", "a.org", "b.org", "-.org"}) Create(zone);
  auto page = store_->ListZones("acme", "", 3);
  ASSERT_OK(page);
  ASSERT_EQ(page->size(), 3u);
  EXPECT_EQ((*page)[0].zone, "-.org");
  EXPECT_EQ((*page)[2].zone, "b.org");
  page = store_->ListZones("acme", "b.org", 3);
  ASSERT_OK(page);
  ASSERT_EQ(page->size(), 1u);
  EXPECT_EQ((*page)[0].zone, "c.org");
  EXPECT_TRUE(store_->ListZones("globex", "", 3)->empty());
}

TEST_P(StoreContract, DeletesIntoATombstone) {
  ZoneRow zone = Create("example.org");
  ASSERT_OK(store_->DeleteZone("acme", "example.org", zone.etag));
  EXPECT_THAT(store_->GetZone("acme", "example.org"), HasCode(Code::kNotFound));
  EXPECT_THAT(store_->DeleteZone("acme", "example.org", ""),
              HasCode(Code::kNotFound));
  EXPECT_TRUE(store_->ListZones("acme", "", 10)->empty());
  auto changes = store_->ChangesAfter(1, 10);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ((*changes)[0].uid, zone.uid);
  EXPECT_EQ((*changes)[0].revision, 2);
  EXPECT_TRUE((*changes)[0].delete_time.has_value());

  ZoneRow again = Create("example.org");
  EXPECT_NE(again.uid, zone.uid);
  EXPECT_EQ(again.revision, 3);
}

TEST_P(StoreContract, RefusesToDeleteUnderAnotherEtag) {
  Create("example.org");
  EXPECT_THAT(store_->DeleteZone("acme", "example.org", "other"),
              HasCode(Code::kAborted));
  EXPECT_OK(store_->GetZone("acme", "example.org"));
}

TEST_P(StoreContract, RequestsTakeARevisionAndKeepTheEtag) {
  ZoneRow zone = Create("example.org");
  ASSERT_OK(store_->RequestRefresh("acme", "example.org"));
  ASSERT_OK(store_->RequestRetransfer("acme", "example.org"));
  ASSERT_OK(store_->RequestRefresh("acme", "example.org"));
  auto read = store_->GetZone("acme", "example.org");
  ASSERT_OK(read);
  EXPECT_EQ(read->refresh_generation, 2);
  EXPECT_EQ(read->retransfer_generation, 1);
  EXPECT_EQ(read->revision, 4);
  EXPECT_EQ(read->etag, zone.etag);
  EXPECT_THAT(store_->RequestRetransfer("acme", "nosuch.org"),
              HasCode(Code::kNotFound));
}

TEST_P(StoreContract, FeedsChangesInOrderAndOncePerZone) {
  Create("a.org");
  Create("b.org");
  Create("c.org");
  ASSERT_OK(store_->RequestRefresh("acme", "a.org"));
  auto changes = store_->ChangesAfter(0, 2);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ((*changes)[0].zone, "b.org");
  EXPECT_EQ((*changes)[1].zone, "c.org");
  EXPECT_EQ((*changes)[1].primaries.size(), 2u);
  changes = store_->ChangesAfter((*changes)[1].revision, 2);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ((*changes)[0].zone, "a.org");
  EXPECT_EQ((*changes)[0].revision, Revision());
}

TEST_P(StoreContract, CountsLiveZones) {
  Create("a.org");
  Create("b.org");
  ASSERT_OK(store_->DeleteZone("acme", "a.org", ""));
  EXPECT_EQ(store_->CountZones().value(), 1);
}

TEST_P(StoreContract, InterruptEndsTheWait) {
  store_->Interrupt();
  store_->WaitForHint(absl::Hours(1));
  store_->WaitForHint(absl::Hours(1));
}

TEST_P(StoreContract, Answers) { EXPECT_OK(store_->Ping()); }

}  // namespace understudy::control
