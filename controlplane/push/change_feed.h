// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/random.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// A piece of what the store's change feed says.
struct FeedPage {
  // Forget everything first: the store is not the one that it was (a backup
  // was restored).
  bool reset = false;
  // By revision ascending.
  std::vector<ZoneRow> rows;
  // This is the end of what there is now: everything up to `revision` is in
  // this page and those before it.
  bool drained = false;
  int64_t revision = 0;
};

// Reads the store's changes and passes them on, each once and in order, from a
// thread of its own. Hints only make it look sooner: it looks at least once a
// second, and the revision alone says what is new.
class ChangeFeed {
 public:
  static constexpr int kPageRows = 1'000;

  // Takes a page; may block to slow the feed down. False: stop.
  using Sink = std::function<bool(FeedPage page)>;

  // All references must outlive the feed.
  ChangeFeed(Store& store, const Clock& clock, Random& random, Metrics& metrics,
             Logger& log, Sink sink);
  // Stops.
  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  void Start();
  // Interrupts the store's WaitForHint, for ever, and joins.
  void Stop();

  // Reads to the end of what there is. The feed's thread does it; a test may,
  // instead of Start. On an error what was passed on stays so, and the next
  // call goes on behind it. Cancelled when the sink wants no more.
  absl::Status Drain();

 private:
  void Loop();
  bool IsStopping();

  Store& store_;
  const Clock& clock_;
  Logger& log_;
  const Sink sink_;
  Backoff backoff_;
  CounterMetric& failures_;
  GaugeMetric& revision_;
  GaugeMetric& read_time_;

  // The feed's thread only.
  int64_t last_ = 0;
  bool reset_ = false;

  Mutex mu_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace understudy::control
