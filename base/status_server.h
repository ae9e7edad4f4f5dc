// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/metrics.h"
#include "base/socket_address.h"

namespace understudy {

// Serves /metrics (Prometheus text), /healthz (the process lives) and /readyz
// (it is fit to serve) over HTTP. For the management address: no
// authentication, requests of at most 4 KiB.
class StatusServer {
 public:
  // OK when fit to serve; otherwise its message becomes the body of a 503.
  // Called from the server's threads.
  using Readiness = std::function<absl::Status()>;

  // Binds and serves; port 0 takes a free one. `metrics` must outlive it.
  static absl::StatusOr<std::unique_ptr<StatusServer>> Start(
      const SocketAddress& listen, Metrics& metrics, Readiness readiness);

  // Stops and joins.
  ~StatusServer();

  // As bound.
  const SocketAddress& address() const;

 private:
  struct Impl;
  explicit StatusServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy
