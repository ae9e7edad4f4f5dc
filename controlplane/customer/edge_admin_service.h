// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "controlplane/customer/api_parts.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace understudy::control {

// understudy.admin.v1.EdgeService, for operators. Calls block a thread of
// gRPC's while they ask the store. Thread-safe.
class EdgeAdminService {
 public:
  explicit EdgeAdminService(const ApiParts& parts);
  // The gRPC server that has service() must be shut down by then.
  ~EdgeAdminService();

  // For the gRPC server. Owned here.
  grpc::Service* service();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
