// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/postgres_errors.h"

#include <pqxx/pqxx>
#include <stdexcept>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

TEST(StatusOfSqlState, SortsTheStates) {
  for (const char* state : {"", "08006", "25006", "40001", "40P01", "53300",
                            "55P03", "57P01", "57014", "42P01"}) {
    EXPECT_THAT(StatusOfSqlState(state, "x"), HasCode(Code::kUnavailable))
        << state;
  }
  EXPECT_THAT(StatusOfSqlState("23505", "x"), HasCode(Code::kAlreadyExists));
  for (const char* state : {"23514", "42601", "42501", "22P02"}) {
    EXPECT_THAT(StatusOfSqlState(state, "x"), HasCode(Code::kInternal))
        << state;
  }
  EXPECT_EQ(StatusOfSqlState("42601", "ERROR:  a\n\tb\nc\n").message(),
            "the database says (SQLSTATE 42601): ERROR:  a b c");
}

TEST(CatchPostgresErrors, CatchesWhatTheLibraryThrows) {
  EXPECT_OK(CatchPostgresErrors([] { return absl::OkStatus(); }));
  EXPECT_THAT(CatchPostgresErrors([] { return absl::NotFoundError("x"); }),
              HasCode(Code::kNotFound));
  EXPECT_THAT(CatchPostgresErrors([]() -> absl::Status {
                throw pqxx::broken_connection("gone");
              }),
              HasCode(Code::kUnavailable));
  EXPECT_THAT(CatchPostgresErrors([]() -> absl::Status {
                throw pqxx::in_doubt_error("perhaps");
              }),
              HasCode(Code::kUnavailable));
  EXPECT_THAT(CatchPostgresErrors([]() -> absl::Status {
                throw pqxx::unique_violation("twice", "q", "23505");
              }),
              HasCode(Code::kAlreadyExists));
  EXPECT_THAT(CatchPostgresErrors(
                  []() -> absl::Status { throw std::logic_error("bug"); }),
              HasCode(Code::kInternal));
}

TEST(CatchPostgresErrors, TellsWhetherTheConnectionIsLost) {
  const auto lost_by = [](const char* state) {
    bool lost = false;
    EXPECT_FALSE(
        CatchPostgresErrors(
            [&]() -> absl::Status { throw pqxx::sql_error("x", "q", state); },
            &lost)
            .ok());
    return lost;
  };
  EXPECT_TRUE(lost_by(""));
  EXPECT_TRUE(lost_by("57P01"));
  EXPECT_TRUE(lost_by("25006"));
  EXPECT_FALSE(lost_by("55P03"));
  EXPECT_FALSE(lost_by("23505"));
}

}  // namespace
}  // namespace understudy::control
