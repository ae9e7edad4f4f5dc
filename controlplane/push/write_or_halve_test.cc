// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/write_or_halve.h"

#include <algorithm>

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Entry {
  int fact;
};

std::vector<Entry> Entries(int count) {
  std::vector<Entry> entries;
  for (int i = 1; i <= count; ++i) entries.push_back({i});
  return entries;
}

std::vector<int> Facts(const std::vector<Entry>& entries) {
  std::vector<int> facts;
  for (const Entry& entry : entries) facts.push_back(entry.fact);
  return facts;
}

// A store that refuses one row for good and can be away after so many calls.
struct FakeTable {
  int poison = 0;
  int calls_until_away = 1000;
  std::vector<int> written;
  int dropped = 0;

  absl::Status Run(std::vector<Entry>& entries) {
    return WriteOrHalve<int>(
        entries,
        [&](const std::vector<int>& rows) -> absl::Status {
          if (calls_until_away-- <= 0) return absl::UnavailableError("away");
          if (std::count(rows.begin(), rows.end(), poison) > 0) {
            return absl::InvalidArgumentError("poison");
          }
          written.insert(written.end(), rows.begin(), rows.end());
          return absl::OkStatus();
        },
        [&](const absl::Status&) { ++dropped; });
  }
};

TEST(WriteOrHalve, WritesAllAtOnce) {
  FakeTable table;
  table.calls_until_away = 1;
  auto entries = Entries(4);
  EXPECT_OK(table.Run(entries));
  EXPECT_THAT(table.written, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Facts(entries), IsEmpty());
}

TEST(WriteOrHalve, DropsOnlyTheRowThatIsRefused) {
  FakeTable table;
  table.poison = 3;
  auto entries = Entries(7);
  EXPECT_OK(table.Run(entries));
  EXPECT_THAT(table.written, ElementsAre(1, 2, 4, 5, 6, 7));
  EXPECT_EQ(table.dropped, 1);
  EXPECT_THAT(Facts(entries), IsEmpty());
}

TEST(WriteOrHalve, KeepsWhatIsNotWrittenWhenTheStoreGoesAway) {
  for (int calls = 0; calls < 8; ++calls) {
    FakeTable table;
    table.poison = 6;
    table.calls_until_away = calls;
    auto entries = Entries(8);
    absl::Status status = table.Run(entries);
    std::vector<int> all = table.written;
    for (int fact : Facts(entries)) all.push_back(fact);
    if (status.ok()) {
      EXPECT_THAT(Facts(entries), IsEmpty());
    } else {
      EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
    }
    EXPECT_EQ(all.size() + static_cast<size_t>(table.dropped), 8u) << calls;
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end())) << calls;
  }
}

}  // namespace
}  // namespace understudy::control
