// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/change_feed.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace understudy::control {
namespace {

// Hints may be lost, so this bounds how late a change can be seen.
constexpr absl::Duration kLongestWait = absl::Seconds(1);
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(5);

}  // namespace

ChangeFeed::ChangeFeed(Store& store, const Clock& clock, Random& random,
                       Metrics& metrics, Logger& log, Sink sink)
    : store_(store),
      clock_(clock),
      log_(log),
      sink_(std::move(sink)),
      backoff_(kFirstDelay, kLongestDelay, random),
      failures_(metrics.Counter(
          "understudy_controller_feed_failures_total",
          "Attempts to read changes that the database did not answer.")),
      revision_(metrics.Gauge("understudy_controller_revision",
                              "The newest revision that was read.")),
      read_time_(metrics.Gauge(
          "understudy_controller_feed_read_timestamp_seconds",
          "When the changes were last read to their end, in Unix time.")) {}

ChangeFeed::~ChangeFeed() { Stop(); }

void ChangeFeed::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void ChangeFeed::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stopped_.NotifyAll();
  if (!thread_.joinable()) return;
  store_.Interrupt();
  thread_.join();
}

bool ChangeFeed::IsStopping() {
  MutexLock lock(mu_);
  return stopping_;
}

absl::Status ChangeFeed::Drain() {
  UNDERSTUDY_ASSIGN_OR_RETURN(const int64_t latest, store_.LatestRevision());
  if (latest < last_) {
    log_.Error(
        "the database is older than what was read from it; was a backup "
        "restored? reading all of it anew",
        {{"revision", latest}, {"read", last_}});
    last_ = 0;
    reset_ = true;
  }
  while (true) {
    FeedPage page;
    if (latest > last_) {
      UNDERSTUDY_ASSIGN_OR_RETURN(page.rows,
                                  store_.ChangesAfter(last_, kPageRows));
    }
    page.drained = page.rows.size() < kPageRows;
    page.reset = std::exchange(reset_, false);
    if (!page.rows.empty()) last_ = page.rows.back().revision;
    // Revisions whose rows were changed again or purged have no row left, and
    // `latest` was asked for before the rows were.
    if (page.drained) last_ = std::max(last_, latest);
    page.revision = last_;
    const bool drained = page.drained;
    if (!sink_(std::move(page))) return absl::CancelledError("stopped");
    if (drained) break;
  }
  revision_.Set(static_cast<double>(last_));
  read_time_.Set(absl::ToDoubleSeconds(clock_.Now() - absl::UnixEpoch()));
  return absl::OkStatus();
}

void ChangeFeed::Loop() {
  while (!IsStopping()) {
    absl::Status status = Drain();
    if (status.ok()) {
      backoff_.Reset();
      store_.WaitForHint(kLongestWait);
      continue;
    }
    if (absl::IsCancelled(status)) return;
    failures_.Increment();
    const absl::Duration pause = backoff_.Next();
    log_.Warning("cannot read changes; edges go on with what they have",
                 {{"error", status.ToString()},
                  {"retry_in", absl::FormatDuration(pause)}});
    const absl::Duration until = clock_.Monotonic() + pause;
    MutexLock lock(mu_);
    while (!stopping_ && clock_.Monotonic() < until) {
      stopped_.WaitFor(mu_, until - clock_.Monotonic());
    }
  }
}

}  // namespace understudy::control
