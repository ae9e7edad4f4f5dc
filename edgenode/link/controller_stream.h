// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "edgenode/assignment/zone_assignment.h"
#include "edgenode/link/assignment_client.h"
#include "edgenode/zonestore/zone_archive.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::edge {

struct ControllerStreamOptions {
  std::vector<std::string> controllers;  // HOST:PORT, tried in turn.
  std::string ca_file;                   // PEM; empty: the system's.
  std::string token_file;
  std::string version;
  // Between attempts, doubling with jitter; from the start again after the
  // first message of a controller.
  absl::Duration first_delay = absl::Milliseconds(500);
  absl::Duration longest_delay = absl::Seconds(30);
};

// All must outlive the stream.
struct ControllerStreamDeps {
  const Clock& clock;
  Random& random;
  const Logger& log;
  Metrics& metrics;
  ZoneArchive& archive;
};

// Holds a push stream to one of the controllers, for ever, over TLS: greets,
// takes batches (saved, then acknowledged, then applied), sends reports. What
// happens on it is decided by AssignmentClient; this is the thread, gRPC and
// the back-off. Certificate and token files are read anew for each attempt.
// A controller that is dead or hangs is noticed within some 20 seconds.
class ControllerStream {
 public:
  // Called on the stream's thread; must not block.
  struct Callbacks {
    // Takes over accepted changes: removals first.
    std::function<void(std::vector<ZoneAssignment> upserts,
                       std::vector<std::string> removals)>
        apply;
    // One report can be sent now; `all`: to a controller that knows nothing
    // yet, of every zone.
    std::function<void(bool all)> reports_wanted;
  };

  // Starts the thread. `options.controllers` is not empty. `held`: what was
  // accepted before.
  ControllerStream(const ControllerStreamOptions& options,
                   const ControllerStreamDeps& deps,
                   const std::vector<ZoneAssignment>& held,
                   Callbacks callbacks);
  // Ends the stream and joins.
  ~ControllerStream();

  // Any thread. Lost without harm when there is no stream: the next one asks
  // for everything.
  void SendReport(understudy::edge::v1::Report report);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::edge
