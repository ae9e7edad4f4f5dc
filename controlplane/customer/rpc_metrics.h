// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <grpcpp/support/status.h>

#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/mutex.h"

namespace understudy::control {

// Times the calls of a service, by method and code. Thread-safe.
class RpcMetrics {
 public:
  // Both must outlive it.
  RpcMetrics(Metrics& metrics, const Clock& clock)
      : metrics_(metrics), clock_(clock) {}

  // Runs `body` and counts how it ended.
  template <typename Body>
  grpc::Status Record(const char* method, Body body) {
    const absl::Duration start = Start();
    grpc::Status status = body();
    Finish(method, start, status);
    return status;
  }

  // For calls that end elsewhere.
  absl::Duration Start() const { return clock_.Monotonic(); }
  void Finish(const char* method, absl::Duration start,
              const grpc::Status& status);

 private:
  Metrics& metrics_;
  const Clock& clock_;
  Mutex mu_;
  std::map<std::pair<std::string, int>, HistogramMetric*> histograms_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy::control
