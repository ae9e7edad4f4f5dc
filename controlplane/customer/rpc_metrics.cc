// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/rpc_metrics.h"

#include "absl/status/status.h"

namespace understudy::control {

void RpcMetrics::Finish(const char* method, absl::Duration start,
                        const grpc::Status& status) {
  const double seconds = absl::ToDoubleSeconds(clock_.Monotonic() - start);
  const int code = static_cast<int>(status.error_code());
  HistogramMetric* histogram = nullptr;
  {
    MutexLock lock(mu_);
    HistogramMetric*& known = histograms_[{method, code}];
    if (known == nullptr) {
      known = &metrics_.Histogram(
          "understudy_controller_rpc_duration_seconds",
          "How long calls of the API took.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
           10, 60},
          {{"method", method},
           {"code",
            absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
    }
    histogram = known;
  }
  histogram->Observe(seconds);
}

}  // namespace understudy::control
