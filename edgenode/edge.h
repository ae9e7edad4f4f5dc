// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/epoch.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/status_server.h"
#include "edgenode/assignment/zone_assignment.h"
#include "edgenode/config.h"
#include "edgenode/link/controller_stream.h"
#include "edgenode/serve/dns_server.h"
#include "edgenode/transfer/zone_loop.h"
#include "edgenode/zonestore/zone_archive.h"
#include "edgenode/zonestore/zone_table.h"

namespace understudy::edge {

// A whole edge: its parts, joined, in the order in which they start and stop.
class Edge {
 public:
  // Starts all of it; when it returns, zones that are on disk are answered,
  // and the address file is written. The settings' paths and addresses may
  // turn out unusable: the status says which and what to do. The clock, the
  // random source and the log must outlive the edge.
  static absl::StatusOr<std::unique_ptr<Edge>> Start(
      const EdgeSettings& settings, const Clock& clock, Random& random,
      const Logger& log);

  // Stops: first what changes zones, answering last.
  ~Edge();

 private:
  Edge(const EdgeSettings& settings, const Clock& clock, Random& random,
       const Logger& log);

  absl::Status StartParts();
  absl::Status StartStatusServer();
  // From the archive; what can no longer be read is logged and left out.
  absl::StatusOr<std::vector<ZoneAssignment>> ReadAssignments();
  absl::Status StartDnsServer();
  void StartLink(const std::vector<ZoneAssignment>& assignments);
  absl::Status WriteAddressFile() const;

  const EdgeSettings settings_;
  const Clock& clock_;
  Random& random_;
  const Logger& log_;
  Metrics metrics_;
  EpochDomain epochs_;
  ZoneTable table_;
  std::atomic<bool> is_ready_{false};
  std::unique_ptr<ZoneArchive> archive_;
  std::unique_ptr<ZoneLoop> loop_;
  std::unique_ptr<DnsServer> dns_;
  std::unique_ptr<StatusServer> status_server_;
  std::unique_ptr<ControllerStream> link_;
};

}  // namespace understudy::edge
