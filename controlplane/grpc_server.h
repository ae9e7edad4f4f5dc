// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/socket_address.h"

namespace grpc {
class ChannelInterface;
class Service;
}  // namespace grpc

namespace understudy::control {

// The gRPC server of the API: TLS, health and reflection services. The
// certificate's files are looked at again every minute, so that a renewed one
// is taken without a restart. Thread-safe.
class GrpcServer {
 public:
  // Binds and serves; port 0 takes a free one. The services must outlive it.
  // InvalidArgument when certificate and key cannot be read or do not belong
  // together, Unavailable when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const SocketAddress& listen, const std::string& certificate_file,
      const std::string& key_file, const std::vector<grpc::Service*>& services);
  // Stops.
  ~GrpcServer();

  // Takes no new calls, gives those under way two seconds, then cancels them.
  // Idempotent.
  void Stop();

  // As bound.
  const SocketAddress& address() const;
  // Within the process, without TLS. Must go before the server does.
  std::shared_ptr<grpc::ChannelInterface> LocalChannel();

 private:
  struct Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
