// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Gets the database ready, as soon as it is there, and looks after it from then
// on: tells whether it answers, once a second, and purges it once an hour. Its
// own thread; thread-safe.
class Upkeep {
 public:
  // Brings the schema up to date and makes the first project. Unavailable: to
  // be tried again.
  using Prepare = std::function<absl::Status()>;
  // Something to do once a day, that logs for itself.
  using Daily = std::function<void()>;

  // All must outlive it.
  Upkeep(Store& store, const Clock& clock, Metrics& metrics,
         const Logger& logger, Prepare prepare, Daily daily);
  // Stops.
  ~Upkeep();

  // Prepares in the caller's thread, then starts the thread, which goes on
  // trying when the database is away. An error is one that no waiting mends.
  absl::Status Start();
  void Stop();

  // OK when the database is prepared and answered the last time.
  absl::Status readiness() const;

  // What is due. The thread does it; a test may, instead of Start.
  void Turn();

 private:
  void Loop();
  void SetReadiness(absl::Status status);

  Store& store_;
  const Clock& clock_;
  const Logger& logger_;
  const Prepare prepare_;
  const Daily daily_;
  GaugeMetric& database_up_;

  // The thread's, or the test's.
  bool prepared_ = false;
  absl::Duration next_purge_;
  absl::Duration next_daily_;

  mutable Mutex mu_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status readiness_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace understudy::control
