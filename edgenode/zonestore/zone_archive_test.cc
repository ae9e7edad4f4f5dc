// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zonestore/zone_archive.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/testing/fake_clock.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using ::understudy::edge::v1::Assignment;

constexpr uint64_t kMax = uint64_t{1} << 30;

class ZoneArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/archive.XXXXXX";
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    Reopen();
  }
  void Reopen(uint64_t max = kMax) {
    archive_.reset();
    auto archive = ZoneArchive::Open(directory_, max, metrics_, log_);
    ASSERT_OK(archive);
    archive_ = *std::move(archive);
  }
  ZoneRef BigZone(int names) {
    std::string lines = ZoneHead(1);
    for (int i = 0; i < names; ++i) {
      absl::StrAppend(&lines, "h", i, " 60 A 192.0.2.1\n");
    }
    return MustBuildZone("example.org", lines);
  }

  ZoneRef LargeZone(int names) {
    std::string lines = ZoneHead(1);
    const std::string text(250, 't');
    for (int i = 0; i < names; ++i) {
      absl::StrAppend(&lines, "h", i, " 60 TXT ", text, "\n");
    }
    return MustBuildZone("example.org", lines);
  }

  FakeClock clock_;
  LogCapture capture_;
  Logger log_{capture_, clock_};
  Metrics metrics_;
  std::string directory_;
  std::unique_ptr<ZoneArchive> archive_;
  const ZoneTimers timers_{absl::FromUnixSeconds(1), absl::FromUnixSeconds(2),
                           absl::FromUnixSeconds(3)};
};

TEST_F(ZoneArchiveTest, KeepsZonesWithTheirTimers) {
  ZoneRef zone = BigZone(3000);
  absl::Status saved = absl::UnknownError("not called");
  archive_->SaveZone("assignments/1", zone, timers_,
                     [&](absl::Status s) { saved = s; });
  archive_->Flush();
  EXPECT_OK(saved);
  Reopen();
  auto zones = archive_->LoadZones();
  ASSERT_OK(zones);
  ASSERT_EQ(zones->size(), 1u);
  const StoredZone& stored = zones->front();
  EXPECT_EQ(stored.assignment, "assignments/1");
  EXPECT_EQ(stored.timers.last_check, timers_.last_check);
  EXPECT_EQ(stored.timers.expire, timers_.expire);
  EXPECT_EQ(stored.timers.publish, timers_.publish);
  EXPECT_EQ(stored.zone->apex().ToText(), "example.org");
  EXPECT_EQ(stored.zone->record_count(), zone->record_count());
  ASSERT_EQ(stored.zone->names().blocks().size(),
            zone->names().blocks().size());
  for (size_t i = 0; i < zone->names().blocks().size(); ++i) {
    EXPECT_EQ(stored.zone->names().blocks()[i]->bytes(),
              zone->names().blocks()[i]->bytes());
  }
}

TEST_F(ZoneArchiveTest, ANewVersionReplacesTheOld) {
  for (uint32_t serial = 1; serial <= 20; ++serial) {
    archive_->SaveZone("assignments/1",
                       MustBuildZone("example.org", ZoneHead(serial)), timers_,
                       nullptr);
  }
  Reopen();
  auto zones = archive_->LoadZones();
  ASSERT_EQ(zones->size(), 1u);
  EXPECT_EQ(zones->front().zone->serial(), 20u);
}

TEST_F(ZoneArchiveTest, TimersFollowTheirZoneOnly) {
  archive_->SaveTimers("assignments/none", timers_);
  archive_->SaveZone("assignments/1", BigZone(1), {}, nullptr);
  archive_->SaveTimers("assignments/1", timers_);
  Reopen();
  auto zones = archive_->LoadZones();
  ASSERT_EQ(zones->size(), 1u);
  EXPECT_EQ(zones->front().timers.expire, timers_.expire);
}

TEST_F(ZoneArchiveTest, RemovedZonesStayAway) {
  archive_->SaveZone("assignments/1", BigZone(1), timers_, nullptr);
  archive_->RemoveZone("assignments/1");
  archive_->RemoveZone("assignments/none");
  Reopen();
  EXPECT_TRUE(archive_->LoadZones()->empty());
}

TEST_F(ZoneArchiveTest, KeepsAssignments) {
  Assignment a, b;
  a.set_name("assignments/a");
  a.set_revision(4);
  b.set_name("assignments/b");
  archive_->SaveAssignments({a, b}, {}, nullptr);
  a.set_revision(5);
  archive_->SaveAssignments({a}, {"assignments/b"}, nullptr);
  Reopen();
  auto assignments = archive_->LoadAssignments();
  ASSERT_OK(assignments);
  ASSERT_EQ(assignments->size(), 1u);
  EXPECT_EQ(assignments->front().revision(), 5);
}

TEST_F(ZoneArchiveTest, AZoneThatDoesNotFitFailsAloneAndIsSaid) {
  Reopen(uint64_t{1} << 20);
  absl::Status big, small = absl::UnknownError("not called");
  archive_->SaveZone("assignments/big", BigZone(100000), timers_,
                     [&](absl::Status s) { big = s; });
  archive_->SaveZone("assignments/small", BigZone(1), timers_,
                     [&](absl::Status s) { small = s; });
  archive_->Flush();
  EXPECT_THAT(big, HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_OK(small);
  EXPECT_NE(capture_.text().find("store write failed"), std::string::npos);
  EXPECT_NE(metrics_.Text().find("understudy_edge_store_errors_total 1"),
            std::string::npos);
}

TEST_F(ZoneArchiveTest, AFullStoreDoesNotFloodTheLog) {
  Reopen(uint64_t{1} << 20);
  const ZoneRef big = BigZone(100000);
  for (int i = 0; i < 20; ++i) {
    archive_->SaveZone("assignments/big", big, timers_, nullptr);
  }
  archive_->Flush();
  const std::string text = capture_.text();
  size_t lines = 0;
  for (size_t at = text.find("store write failed"); at != std::string::npos;
       at = text.find("store write failed", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 5u);  // The 1st, 2nd, 4th, 8th and 16th.
}

TEST_F(ZoneArchiveTest, ADamagedZoneIsDroppedAlone) {
  archive_->SaveZone(
      "assignments/1",
      MustBuildZone("example.org", ZoneHead(1) + "x 60 TXT harm-me\n"), timers_,
      nullptr);
  archive_->SaveZone("assignments/2", MustBuildZone("other.org", ZoneHead(9)),
                     timers_, nullptr);
  archive_.reset();
  const std::string path = directory_ + "/data.mdb";
  std::string file = *ReadFile(path);
  // Pages that are no longer used may hold a copy.
  size_t at = file.find("harm-me");
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = file.find("harm-me")) file[at] = 'X';
  ASSERT_OK(ReplaceFile(path, file, 0600));
  Reopen();
  auto zones = archive_->LoadZones();
  ASSERT_OK(zones);
  ASSERT_EQ(zones->size(), 1u);
  EXPECT_EQ(zones->front().assignment, "assignments/2");
  EXPECT_NE(capture_.text().find("stored zone damaged"), std::string::npos);
  Reopen();
  EXPECT_EQ(archive_->LoadZones()->size(), 1u);
}

TEST_F(ZoneArchiveTest, ARuinedFileIsMovedAside) {
  archive_->SaveZone("assignments/1", BigZone(1), timers_, nullptr);
  archive_.reset();
  ASSERT_OK(
      ReplaceFile(directory_ + "/data.mdb", std::string(40960, 'x'), 0600));
  Reopen();
  EXPECT_TRUE(archive_->LoadZones()->empty());
  EXPECT_OK(ReadFile(directory_ + "/data.mdb.damaged"));
}

TEST_F(ZoneArchiveTest, PiecesOfAZoneThatDoesNotFitTakeNoRoom) {
  Reopen(uint64_t{48} << 20);
  ZoneRef zone = LargeZone(200000);
  ASSERT_GT(zone->byte_size(), size_t{48} << 20);
  absl::Status large, half;
  archive_->SaveZone("assignments/large", zone, timers_,
                     [&](absl::Status s) { large = s; });
  archive_->Flush();
  EXPECT_THAT(large, HasCode(absl::StatusCode::kResourceExhausted));
  // Pages are free again for the next commit but one.
  archive_->SaveZone("assignments/small", BigZone(1), timers_, nullptr);
  archive_->Flush();
  archive_->SaveZone("assignments/half", LargeZone(100000), timers_,
                     [&](absl::Status s) { half = s; });
  archive_->Flush();
  EXPECT_OK(half);
}

TEST_F(ZoneArchiveTest, LargeZonesAreWrittenInPieces) {
  ZoneRef zone = LargeZone(200000);
  ASSERT_GT(zone->byte_size(), size_t{33} << 20);
  archive_->SaveZone("assignments/1", zone, timers_, nullptr);
  archive_->SaveZone("assignments/1", zone, timers_, nullptr);
  Reopen();
  auto zones = archive_->LoadZones();
  ASSERT_EQ(zones->size(), 1u);
  EXPECT_EQ(zones->front().zone->record_count(), zone->record_count());
}

}  // namespace
}  // namespace understudy::edge
