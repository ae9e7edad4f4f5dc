// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/random.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "edgenode/assignment/zone_assignment.h"
#include "edgenode/transfer/deadline_heap.h"
#include "edgenode/transfer/notify_box.h"
#include "edgenode/transfer/transfer_metrics.h"
#include "edgenode/transfer/xfr_client.h"
#include "edgenode/transfer/zone_check.h"
#include "edgenode/transfer/zone_entry.h"
#include "edgenode/zonestore/zone_archive.h"
#include "edgenode/zonestore/zone_table.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::edge {

// The zones of this edge: keeps their agents, starts the checks that these ask
// for, and carries what comes of them to the archive, to the table and into
// reports, in this order. Everything happens on the thread that runs `loop`,
// but for Load, which comes before it.
class ZoneKeeper {
 public:
  // All outlive the keeper.
  struct Parts {
    boost::asio::io_context* loop;
    const XfrContext* xfr;
    TransferQueues* queues;
    ZoneArchive* archive;
    ZoneTable* table;
    TransferMetrics* metrics;
    const Logger* log;
    // The first deadline may have changed, or a report may be due.
    std::function<void()> on_change;
  };

  explicit ZoneKeeper(Parts parts);
  ~ZoneKeeper();

  // What the archive holds, at start. Zones that are whole are answered when
  // it returns.
  void Load(const std::vector<ZoneAssignment>& assignments,
            std::vector<StoredZone> zones);

  // Takes over accepted changes: removals first.
  void Apply(std::vector<ZoneAssignment> upserts,
             const std::vector<std::string>& removals);
  void OnNotify(uint64_t zone_id, const NotifyBox::Notify& notify);
  // Does what is due.
  void OnTimer();
  // When OnTimer wants to be called, on Clock::Monotonic.
  absl::Duration deadline() const;

  // The next at most `most` zones that are to be reported.
  understudy::edge::v1::Report TakeReport(int most);
  bool has_reports() const { return !report_queue_.empty(); }
  // Every zone is to be reported anew.
  void ReportAll();

  // Nothing new is begun; checks that run end soon.
  void Stop();

  size_t zone_count() const { return by_id_.size(); }

 private:
  using Entries = std::unordered_map<uint64_t, std::unique_ptr<ZoneEntry>>;

  ZoneEntry* Find(uint64_t id);
  ZoneEntry* FindByName(const std::string& assignment);
  ZoneEntry& Insert(ZoneAssignment assignment);
  void Add(ZoneAssignment assignment);
  void Update(ZoneEntry& entry, ZoneAssignment assignment);
  void Remove(const std::string& assignment);
  // Makes the table say what the entry says.
  void ShowInTable(ZoneEntry& entry);

  // Calls the agent and does what it says; `event` returns its step.
  void Step(ZoneEntry& entry, absl::FunctionRef<ZoneAgent::Step()> event);
  void Act(ZoneEntry& entry, const ZoneAgent::Step& step);
  void QueueCheck(ZoneEntry& entry, const CheckOrder& order);
  void CancelCheck(ZoneEntry& entry);
  // A place is there: begins the check, unless it was cancelled meanwhile.
  void BeginCheck(uint64_t id, const std::shared_ptr<ZoneCheck>& check);
  boost::asio::awaitable<void> RunCheck(
      uint64_t id, std::shared_ptr<ZoneCheck> check,
      std::unique_ptr<AdmissionQueue::Place> place);
  // Waits for the disk; its status.
  boost::asio::awaitable<absl::Status> Archive(const ZoneEntry& entry,
                                               ZoneRef zone);
  void FinishCheck(ZoneEntry& entry, ZoneCheck::Result result);
  void LogCheck(const ZoneEntry& entry, const CheckResult& result,
                bool failed_before);
  void MarkForReport(ZoneEntry& entry);

  const Parts parts_;
  bool stopping_ = false;
  uint64_t last_id_ = 0;
  Entries by_id_;
  std::unordered_map<std::string, ZoneEntry*> by_name_;
  DeadlineHeap<ZoneEntry> deadlines_;
  std::deque<uint64_t> report_queue_;
};

}  // namespace understudy::edge
