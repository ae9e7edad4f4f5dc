// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "controlplane/push/edge_authenticator.h"
#include "controlplane/push/hub.h"
#include "controlplane/push/push_metrics.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace understudy::control {

// The gRPC side of the push streams: understudy.edge.v1.EdgeSyncService. Each
// stream is authenticated, on a thread of its own since that asks the store,
// and then handed to the hub.
class EdgeStreamService {
 public:
  // All references must outlive the service.
  EdgeStreamService(EdgeAuthenticator& authenticator, Hub& hub,
                    const Clock& clock, PushMetrics& metrics, Logger& log);
  // Stops. The gRPC server must be shut down by then.
  ~EdgeStreamService();
  EdgeStreamService(const EdgeStreamService&) = delete;
  EdgeStreamService& operator=(const EdgeStreamService&) = delete;

  // For grpc::ServerBuilder::RegisterService. Owned here.
  grpc::Service* service();

  void Start();
  // Streams that come from now on end with Unavailable. Those that the hub has
  // are the hub's matter.
  void Stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
