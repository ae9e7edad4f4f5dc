// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/status_book.h"

#include "gtest/gtest.h"

namespace understudy::control {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

PlacementRow Serving(const std::string& edge, const std::string& zone,
                     uint32_t serial) {
  PlacementRow row;
  row.edge = edge;
  row.zone_uid = zone;
  row.state = PlacementRow::State::kServing;
  row.serial = serial;
  row.report_time = kNow;
  return row;
}

RejectionRow Refused(const std::string& reason) {
  return {.edge = "e", .zone_uid = "z", .revision = 3, .reason = reason};
}

PlacementRow OnlyPlacement(StatusBook& book) {
  auto taken = book.placements().Take(10);
  EXPECT_EQ(taken.size(), 1u);
  return taken.empty() ? PlacementRow() : taken[0].fact;
}

RejectionRow OnlyRejection(StatusBook& book) {
  auto taken = book.rejections().Take(10);
  EXPECT_EQ(taken.size(), 1u);
  return taken.empty() ? RejectionRow() : taken[0].fact;
}

TEST(StatusBook, KeepsTheLatestReport) {
  StatusBook book;
  book.Report(Serving("e", "z", 1));
  book.Report(Serving("e", "z", 2));
  EXPECT_EQ(OnlyPlacement(book).serial, 2u);
}

TEST(StatusBook, KeepsEdgesApart) {
  StatusBook book;
  book.Report(Serving("e", "z", 1));
  book.Report(Serving("f", "z", 2));
  EXPECT_EQ(book.placements().size(), 2u);
}

TEST(StatusBook, ARejectionShowsAsPlacement) {
  StatusBook book;
  book.Reject(Refused("bad address"), kNow);
  PlacementRow row = OnlyPlacement(book);
  EXPECT_EQ(row.state, PlacementRow::State::kRejected);
  EXPECT_EQ(row.error_reason, "EDGE_REJECTED");
  EXPECT_EQ(row.error_evidence, "bad address");
  EXPECT_EQ(row.error_time, kNow);
  EXPECT_EQ(row.report_time, kNow);
  RejectionRow rejection = OnlyRejection(book);
  EXPECT_EQ(rejection.revision, 3);
  EXPECT_EQ(rejection.reason, "bad address");
}

TEST(StatusBook, ARejectionWithoutReasonIsStillOne) {
  StatusBook book;
  book.Reject(Refused(""), kNow);
  EXPECT_EQ(OnlyRejection(book).reason, "no reason given");
}

TEST(StatusBook, AReportDoesNotHideARejection) {
  StatusBook book;
  book.Reject(Refused("bad"), kNow);
  book.Report(Serving("e", "z", 7));
  PlacementRow row = OnlyPlacement(book);
  EXPECT_EQ(row.state, PlacementRow::State::kRejected);
  EXPECT_EQ(row.serial, 7u);
  book.Report(Serving("e", "y", 8));
  EXPECT_EQ(OnlyPlacement(book).state, PlacementRow::State::kServing);
}

TEST(StatusBook, AfterAcceptanceTheReportShowsAgain) {
  StatusBook book;
  book.Reject(Refused("bad"), kNow);
  book.Report(Serving("e", "z", 7));
  book.Accept("e", "z", kNow);
  PlacementRow row = OnlyPlacement(book);
  EXPECT_EQ(row.state, PlacementRow::State::kServing);
  EXPECT_EQ(row.serial, 7u);
  EXPECT_EQ(row.error_reason, "");
  EXPECT_EQ(OnlyRejection(book).reason, "");
  book.Report(Serving("e", "z", 8));
  EXPECT_EQ(OnlyPlacement(book).state, PlacementRow::State::kServing);
}

TEST(StatusBook, AfterAcceptanceWithoutReportItIsLoading) {
  StatusBook book;
  book.Reject(Refused("bad"), kNow);
  book.Accept("e", "z", kNow);
  PlacementRow row = OnlyPlacement(book);
  EXPECT_EQ(row.state, PlacementRow::State::kLoading);
  EXPECT_EQ(row.zone_uid, "z");
  EXPECT_EQ(row.edge, "e");
}

TEST(StatusBook, ANewStreamForgetsRefusals) {
  StatusBook book;
  book.Reject(Refused("bad"), kNow);
  book.ForgetRefusals("e");
  book.Report(Serving("e", "z", 7));
  EXPECT_EQ(OnlyPlacement(book).state, PlacementRow::State::kServing);
}

TEST(StatusBook, ReconcileClearsWhatWasNotRepeated) {
  StatusBook book;
  book.Reject(Refused("still bad"), kNow);
  book.rejections().Take(10);
  RejectionRow old{.edge = "e", .zone_uid = "y", .revision = 1, .reason = "x"};
  book.Reconcile("e", {Refused("bad before"), old});
  RejectionRow cleared = OnlyRejection(book);
  EXPECT_EQ(cleared.zone_uid, "y");
  EXPECT_EQ(cleared.reason, "");
}

}  // namespace
}  // namespace understudy::control
