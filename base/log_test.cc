// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include "base/testing/fake_clock.h"
#include "base/testing/log_capture.h"
#include "gtest/gtest.h"

namespace understudy {
namespace {

TEST(Logger, WritesLogfmt) {
  FakeClock clock(absl::FromUnixSeconds(0));
  LogCapture capture;
  Logger log(capture, clock);
  log.Info("zone published", {{"zone", "example.org"}, {"serial", 7}});
  EXPECT_EQ(capture.text(),
            "time=1970-01-01T00:00:00.000Z level=info msg=\"zone published\" "
            "zone=example.org serial=7\n");
}

TEST(Logger, QuotesWhatWouldBreakTheLine) {
  FakeClock clock;
  LogCapture capture;
  Logger log(capture, clock);
  log.Warning("odd", {{"error", "a \"b\"\nlevel=error"}});
  EXPECT_NE(capture.text().find(R"(error="a \"b\"\nlevel=error")"),
            std::string::npos)
      << capture.text();
}

TEST(Logger, DropsBelowItsLevel) {
  FakeClock clock;
  LogCapture capture;
  Logger log(capture, clock, LogLevel::kWarning);
  log.Info("quiet");
  EXPECT_EQ(capture.text(), "");
}

TEST(ParseLogLevel, KnowsTheFour) {
  LogLevel level;
  EXPECT_TRUE(ParseLogLevel("warning", &level));
  EXPECT_EQ(level, LogLevel::kWarning);
  EXPECT_FALSE(ParseLogLevel("loud", &level));
}

}  // namespace
}  // namespace understudy
