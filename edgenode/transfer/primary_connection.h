// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/socket_address.h"
#include "boost/asio/any_io_executor.hpp"
#include "boost/asio/awaitable.hpp"
#include "edgenode/zone/failure.h"

namespace understudy::edge {

// A TCP connection to a primary that carries DNS messages behind their
// two-octet sizes (RFC 1035 s4.2.2). Every wait has a limit. Used from one
// strand or thread; Abort may be called between two steps of a coroutine that
// waits here, and ends it.
class PrimaryConnection {
 public:
  explicit PrimaryConnection(boost::asio::any_io_executor executor);
  ~PrimaryConnection();
  PrimaryConnection(const PrimaryConnection&) = delete;
  PrimaryConnection& operator=(const PrimaryConnection&) = delete;

  // Leaves from `source` when it is of the same family.
  boost::asio::awaitable<Failure> Connect(
      const SocketAddress& primary, const std::optional<SocketAddress>& source,
      absl::Duration limit);

  // Sends one message.
  boost::asio::awaitable<Failure> Send(absl::string_view message,
                                       absl::Duration limit);

  // A whole message that is here already; false when there is none. The view
  // is valid until the next Receive.
  bool Next(absl::string_view* message);

  // Waits for more bytes. When the primary has closed or reset the connection,
  // is_closed() is true and the failure says so as kConnectRefused: what it
  // means depends on what was due.
  boost::asio::awaitable<Failure> Receive(absl::Duration limit);

  // Reads in large pieces from now on.
  void ExpectMuch();

  // Ends what waits and all that comes later.
  void Abort();

  bool is_open() const;
  bool is_closed() const { return closed_; }
  uint64_t bytes_received() const { return bytes_received_; }

 private:
  struct Io;

  // Makes room for at least one more octet, and for a whole message.
  void MakeRoom();
  void Grow(size_t capacity);

  std::shared_ptr<Io> io_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t bytes_received_ = 0;
  bool closed_ = false;
};

}  // namespace understudy::edge
