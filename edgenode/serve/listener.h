// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/statusor.h"
#include "base/socket_address.h"
#include "base/unique_fd.h"

namespace understudy::edge {

// The sockets of one serving thread for one address: one UDP socket and one
// listening TCP socket on the same port, non-blocking, shared with the other
// threads by SO_REUSEPORT, so that the kernel spreads clients over them.
struct Listener {
  SocketAddress address;  // As bound.
  UniqueFd udp;
  UniqueFd tcp;

  // Port 0 takes a port that is free for both. Unavailable, with the way out,
  // when the address is taken or is not this machine's.
  static absl::StatusOr<Listener> Bind(const SocketAddress& address);

  // For the second thread and the others: the port is in use, by us.
  static absl::StatusOr<Listener> BindShared(const SocketAddress& address);
};

}  // namespace understudy::edge
