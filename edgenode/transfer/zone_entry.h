// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/socket_address.h"
#include "edgenode/assignment/zone_assignment.h"
#include "edgenode/transfer/admission_queue.h"
#include "edgenode/transfer/deadline_heap.h"
#include "edgenode/transfer/zone_agent.h"
#include "edgenode/transfer/zone_check.h"
#include "edgenode/zone/zone.h"
#include "understudy/edge/v1/zone_report.pb.h"

namespace understudy::edge {

// All that the zone loop knows of one zone. Owned by ZoneKeeper.
struct ZoneEntry {
  ZoneEntry(uint64_t zone_id, ZoneAssignment wanted, const Clock& clock,
            Random& random)
      : id(zone_id), assignment(std::move(wanted)), agent(clock, random) {}

  const uint64_t id;  // ZoneSlot::id; never used twice.
  ZoneAssignment assignment;
  ZoneAgent agent;
  ZoneRef zone;         // The copy, while it may be answered from.
  bool on_disk = true;  // False: the archive has an older one, or none.
  bool in_table = false;
  bool report_due = false;
  // Where the last NOTIFY came from, until a check took it up.
  std::optional<SocketAddress> notifier;
  // A check that waits for its place, or that runs.
  std::unique_ptr<AdmissionQueue::Place> place;
  std::shared_ptr<ZoneCheck> check;
  DeadlineNode node;
};

// How the zone stands, for the controller.
understudy::edge::v1::ZoneReport MakeReport(const ZoneEntry& entry);

}  // namespace understudy::edge
