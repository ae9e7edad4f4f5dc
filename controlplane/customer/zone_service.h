// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "controlplane/customer/api_parts.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace understudy::control {

// understudy.v1.ZoneService: each call is parse, authorise, validate, store,
// reply. Calls block a thread of gRPC's while they ask the store, but for
// WaitForSerial, which holds none. Thread-safe.
class ZoneService {
 public:
  explicit ZoneService(const ApiParts& parts);
  // Stops. The gRPC server that has service() must be shut down by then.
  ~ZoneService();

  // For the gRPC server. Owned here.
  grpc::Service* service();

  void Start();
  // Ends the calls that wait. Idempotent.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
