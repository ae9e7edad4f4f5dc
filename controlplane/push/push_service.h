// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "controlplane/push/edge_authenticator.h"
#include "controlplane/store/store.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace understudy::control {

// Everything between the store and the edges: the change feed, the hub with a
// session for each edge, the gRPC streams and the writer of what the edges
// say. Five threads at most: feed, hub, writer, authentication, and gRPC's own.
//
//   PushService push(store, authenticator, clock, random, metrics, log);
//   push.Start();
//   builder.RegisterService(push.service());
//   auto server = builder.BuildAndStart();
//   ...
//   push.Stop();            // ends the streams, writes what waits
//   server->Shutdown(...);  // before `push` is destroyed
class PushService {
 public:
  // All references must outlive the service.
  PushService(Store& store, EdgeAuthenticator& authenticator,
              const Clock& clock, Random& random, Metrics& metrics,
              Logger& log);
  // Stops. The gRPC server that has service() must be shut down by then.
  ~PushService();
  PushService(const PushService&) = delete;
  PushService& operator=(const PushService&) = delete;

  // understudy.edge.v1.EdgeSyncService, a callback service. Owned here.
  grpc::Service* service();

  // Edges that connect before the store was read for the first time wait; the
  // store may be away meanwhile.
  void Start();

  // Interrupts the store's WaitForHint for ever, ends all streams with
  // Unavailable and writes what the edges said last. Idempotent.
  void Stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy::control
