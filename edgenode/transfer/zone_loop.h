// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/epoch.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/socket_address.h"
#include "edgenode/assignment/zone_assignment.h"
#include "edgenode/serve/notify_sink.h"
#include "edgenode/transfer/xfr_client.h"
#include "edgenode/zonestore/zone_archive.h"
#include "edgenode/zonestore/zone_table.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::edge {

struct ZoneLoopOptions {
  TransferLimits limits;
  // Transfers at once, in all and from one address.
  size_t transfers = 200;
  size_t transfers_per_address = 20;
  // Checks at once: they are short, and those of dead primaries must not hold
  // up the others.
  size_t checks = 2000;
  size_t checks_per_address = 20;
  // Zones with a NOTIFY that was not looked at yet.
  size_t pending_notifies = 100'000;
  // Threads that build zones.
  size_t build_threads = 1;
  // Where transfers leave from; absent: the system's choice.
  std::optional<SocketAddress> source;
};

// All must outlive the loop.
struct ZoneLoopDeps {
  const Clock& clock;
  Random& random;
  const Logger& log;
  Metrics& metrics;
  ZoneArchive& archive;
  ZoneTable& table;
  EpochDomain& epochs;
};

// The thread that owns all zones: it keeps them fresh (ZoneKeeper), takes
// NOTIFYs and changes of assignments, and gives reports. The other methods may
// be called from any thread unless they say otherwise.
class ZoneLoop final : public NotifySink {
 public:
  // Takes at most kMaxReport zones; called on the loop's thread, at most once
  // for each OnReportsWanted. Must not block.
  using SendReport = std::function<void(understudy::edge::v1::Report)>;
  static constexpr int kMaxReport = 5000;

  ZoneLoop(const ZoneLoopOptions& options, const ZoneLoopDeps& deps);
  ~ZoneLoop() override;

  // Reads the archive's zones and publishes those that may be answered. Before
  // Start, on the starting thread.
  absl::Status Load(const std::vector<ZoneAssignment>& assignments);

  // Begins to check, and to call `send`, which must stay callable until Stop
  // has returned. Once.
  void Start(SendReport send);

  // Takes over changes that were accepted, in the order of the calls: removals
  // first, then upserts.
  void Apply(std::vector<ZoneAssignment> upserts,
             std::vector<std::string> removals);

  // Somebody can take one report now; `all`: it knows nothing yet, every zone
  // is to be reported.
  void OnReportsWanted(bool all);

  void OnNotify(uint64_t zone_id, const SocketAddress& source,
                std::optional<uint32_t> serial) override;

  // Ends what runs, waits for the disk and joins. A zone that is being built
  // is waited for. Once; the destructor does it otherwise.
  void Stop();

  // Looks at the clock now; for tests that turn one.
  void PokeForTesting();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::edge
