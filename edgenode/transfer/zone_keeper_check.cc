// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// The part of ZoneKeeper that runs checks: coroutines on the loop.

#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/associated_executor.hpp"
#include "boost/asio/async_result.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "edgenode/transfer/zone_keeper.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;
using Outcome = CheckResult::Outcome;

// The first failures of a row are told, then every power of two: a zone whose
// primary is gone for good must not fill the log.
bool IsWorthALine(uint32_t failures) {
  return (failures & (failures - 1)) == 0;
}

// Our code does not throw; if the library does, it is out of memory or broken.
void OnCoroutineEnd(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

void ZoneKeeper::BeginCheck(uint64_t id,
                            const std::shared_ptr<ZoneCheck>& check) {
  ZoneEntry* entry = Find(id);
  if (entry == nullptr || entry->check != check || !entry->place) return;
  asio::co_spawn(*parts_.loop, RunCheck(id, check, std::move(entry->place)),
                 OnCoroutineEnd);
}

asio::awaitable<void> ZoneKeeper::RunCheck(
    uint64_t id, std::shared_ptr<ZoneCheck> check,
    std::unique_ptr<AdmissionQueue::Place> place) {
  ZoneCheck::Result result = co_await check->Run(std::move(place));
  ZoneEntry* entry = Find(id);
  // The zone was removed: nobody wants to know.
  if (entry == nullptr || entry->check != check) co_return;
  ZoneRef unsaved = result.zone;
  // A copy that the disk did not take is offered to it again.
  if (result.check.outcome == Outcome::kUpToDate && !entry->on_disk) {
    unsaved = entry->zone;
  }
  if (unsaved) {
    absl::Status archived = co_await Archive(*entry, unsaved);
    entry = Find(id);
    if (entry == nullptr || entry->check != check) co_return;
    entry->on_disk = archived.ok();
    // The disk may fail us; the answers must not. The archive has said why.
    if (!archived.ok()) parts_.metrics->OnArchiveFailure();
  }
  FinishCheck(*entry, std::move(result));
}

asio::awaitable<absl::Status> ZoneKeeper::Archive(const ZoneEntry& entry,
                                                  ZoneRef zone) {
  const ZoneTimers timers = entry.agent.TimersWith(zone->soa());
  const std::string name = entry.assignment.name;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(absl::Status)>(
      [&](auto handler) {
        // The archive calls back from its own thread and wants to copy.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto executor = asio::get_associated_executor(*shared);
        parts_.archive->SaveZone(
            name, zone, timers, [shared, executor](absl::Status status) {
              asio::post(executor, [shared, status]() mutable {
                std::move (*shared)(std::move(status));
              });
            });
      },
      asio::use_awaitable);
}

void ZoneKeeper::FinishCheck(ZoneEntry& entry, ZoneCheck::Result result) {
  entry.check.reset();
  if (stopping_) return;
  const bool failed_before = entry.agent.consecutive_failures() > 0;
  if (result.zone) {
    entry.zone = std::move(result.zone);
    if (entry.in_table) {
      parts_.table->Publish(entry.assignment.zone, entry.zone);
    }
  }
  Step(entry, [&] { return entry.agent.OnCheckDone(result.check); });
  if (result.check.outcome == Outcome::kCancelled) return;
  // An older copy on the disk must not pass for one that was confirmed.
  if (result.check.outcome == Outcome::kUpToDate && entry.on_disk &&
      entry.agent.phase() == ZoneAgent::Phase::kServing) {
    parts_.archive->SaveTimers(entry.assignment.name, entry.agent.timers());
  }
  LogCheck(entry, result.check, failed_before);
  MarkForReport(entry);
}

void ZoneKeeper::LogCheck(const ZoneEntry& entry, const CheckResult& result,
                          bool failed_before) {
  const std::string zone = entry.assignment.zone.ToText();
  switch (result.outcome) {
    case Outcome::kTransferred:
      parts_.log->Info("zone transferred",
                       {{"zone", zone},
                        {"serial", result.soa.serial},
                        {"records", entry.zone->record_count()}});
      return;
    case Outcome::kFailed:
      if (!IsWorthALine(entry.agent.consecutive_failures())) return;
      parts_.log->Warning("zone check failed",
                          {{"zone", zone},
                           {"peer", result.primary},
                           {"reason", FailureReasonName(result.failure.reason)},
                           {"error", result.failure.evidence},
                           {"failures", entry.agent.consecutive_failures()}});
      return;
    case Outcome::kUpToDate:
      if (failed_before) {
        parts_.log->Info("zone confirmed again", {{"zone", zone}});
      }
      return;
    case Outcome::kCancelled:
      return;
  }
}

}  // namespace understudy::edge
