// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy {

// An IPv4 or IPv6 address with a port. A value; an IPv4-mapped IPv6 address is
// kept as the IPv4 address it means, so that equal means equal.
class SocketAddress {
 public:
  // 0.0.0.0:0.
  SocketAddress();

  // An address without port: "192.0.2.1", "2001:db8::1". Names and scopes
  // are refused.
  static absl::StatusOr<SocketAddress> FromIp(absl::string_view ip,
                                              uint16_t port);

  // "192.0.2.1:53", "[2001:db8::1]:53", and without port when default_port is
  // given: "192.0.2.1", "2001:db8::1", "[2001:db8::1]".
  static absl::StatusOr<SocketAddress> Parse(absl::string_view text,
                                             int default_port = -1);

  // From the system; other families become 0.0.0.0:0.
  static SocketAddress FromSockaddr(const sockaddr* address);

  // For the system.
  const sockaddr* sockaddr_ptr() const {
    return reinterpret_cast<const sockaddr*>(&storage_);
  }
  socklen_t sockaddr_size() const;

  bool is_v6() const { return storage_.v4.sin_family == AF_INET6; }
  uint16_t port() const;
  SocketAddress WithPort(uint16_t port) const;

  // "192.0.2.1" or "2001:db8::1".
  std::string ip() const;
  // "192.0.2.1:53" or "[2001:db8::1]:53".
  std::string ToString() const;

  bool SameIp(const SocketAddress& other) const;
  friend bool operator==(const SocketAddress& a, const SocketAddress& b) {
    return a.port() == b.port() && a.SameIp(b);
  }

 private:
  union Storage {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace understudy
