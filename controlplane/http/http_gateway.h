// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/socket_address.h"

namespace grpc {
class ChannelInterface;
}  // namespace grpc

namespace understudy::control {

// The REST/JSON face of the gRPC API: each request becomes one unary call over
// `channel`, with the caller's Authorization header, so that there is one API
// with one set of checks.
//
// Plain HTTP, and therefore only for loopback addresses: a proxy with TLS
// stands before it, or everybody is on this machine. Limits: path and query
// 4 KiB, each header 8 KiB, body 4 MiB and not compressed, one request for each
// connection, 64 at once, 10 s of silence.
//
// A call's deadline is that of the header X-Server-Timeout (seconds, at most
// 660), else 30 s, or the request's own `timeout` field and 5 s more.
class HttpGateway {
 public:
  // Binds and serves; port 0 takes a free one. `services` are full names, such
  // as "understudy.v1.ZoneService", and must be linked in. The channel should
  // take messages as large as the server's. `metrics` and `log` must outlive
  // the gateway. InvalidArgument for an address that is not loopback.
  static absl::StatusOr<std::unique_ptr<HttpGateway>> Start(
      const SocketAddress& listen,
      std::shared_ptr<grpc::ChannelInterface> channel,
      const std::vector<std::string>& services, Metrics& metrics, Logger& log);

  // Takes no more requests, cancels calls that are under way, and joins. To be
  // done before the gRPC server is shut down.
  ~HttpGateway();
  HttpGateway(const HttpGateway&) = delete;
  HttpGateway& operator=(const HttpGateway&) = delete;

  // As bound.
  const SocketAddress& address() const;

 private:
  struct Impl;
  explicit HttpGateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
