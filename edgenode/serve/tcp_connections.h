// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/epoch.h"
#include "base/socket_address.h"
#include "base/unique_fd.h"
#include "edgenode/serve/answerer.h"
#include "edgenode/serve/worker_stats.h"

namespace understudy::edge {

// The TCP clients of one serving thread (RFC 7766): pipelined queries are
// answered in order, a client that does not read is not read from, an idle or
// half-finished one is closed. Used by its thread alone.
class TcpConnections {
 public:
  struct Limits {
    size_t connections = 10'000;
    // Without a whole query for so long: closed.
    absl::Duration idle = absl::Seconds(10);
    // Answers that a client has not taken; more are not made until it has
    // (CVE-2024-0760).
    size_t unsent_bytes = 64 * 1024;
  };

  // A connection's events come back with `this` cookie. All must outlive it.
  TcpConnections(int epoll_fd, const Limits& limits, Answerer& answerer,
                 EpochDomain::Reader& epoch, WorkerStats& stats);
  ~TcpConnections();

  // Takes the connections that wait at a listening socket.
  void Accept(int listen_fd, absl::Duration now);

  // epoll said something about the connection with this cookie.
  void OnEvent(void* cookie, uint32_t events, absl::Duration now);

  // Closes those that were idle for too long; the time until the next is due.
  absl::Duration CloseIdle(absl::Duration now);

  size_t size() const { return connections_.size(); }

 private:
  struct Connection;
  using List = std::list<std::unique_ptr<Connection>>;

  bool Read(Connection& connection);
  bool AnswerWhatIsWhole(Connection& connection, absl::Duration now);
  bool Write(Connection& connection);
  void Watch(Connection& connection);
  void Close(Connection& connection);

  const int epoll_fd_;
  const Limits limits_;
  Answerer& answerer_;
  EpochDomain::Reader& epoch_;
  WorkerStats& stats_;
  List connections_;  // By time of the last whole query, oldest first.
  std::vector<uint8_t> answer_;
};

}  // namespace understudy::edge
