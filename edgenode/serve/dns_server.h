// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/epoch.h"
#include "base/metrics.h"
#include "base/socket_address.h"
#include "edgenode/serve/notify_sink.h"
#include "edgenode/zonestore/zone_table.h"

namespace understudy::edge {

struct DnsServerOptions {
  // UDP and TCP each; port 0 takes a free one.
  std::vector<SocketAddress> listen;
  // Threads; at least one.
  int workers = 1;
  // TCP clients at once, over all threads.
  size_t tcp_connections = 10'000;
};

// What the server stands on; all must outlive it.
struct DnsServerDeps {
  const ZoneTable& zones;
  EpochDomain& epochs;
  NotifySink& notifies;
  const Clock& clock;
  Metrics& metrics;
};

// Answers the world's queries over UDP and TCP: a thread per worker, each with
// sockets of its own on every address. Declares the understudy_edge_queries,
// _answers and _tcp metrics, whose scrapes must end before the server does.
class DnsServer {
 public:
  // Binds and serves. Unavailable, with the way out, when it cannot bind.
  static absl::StatusOr<std::unique_ptr<DnsServer>> Start(
      const DnsServerOptions& options, const DnsServerDeps& deps);

  // Stops answering and joins the threads.
  ~DnsServer();

  // As bound, in the order of the options.
  const std::vector<SocketAddress>& addresses() const { return addresses_; }

 private:
  class Worker;
  DnsServer();
  void DeclareMetrics(Metrics& metrics);

  std::vector<SocketAddress> addresses_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace understudy::edge
