// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_keeper.h"

#include <algorithm>
#include <utility>

#include "boost/asio/post.hpp"

namespace understudy::edge {
namespace {

using Phase = ZoneAgent::Phase;

// How many overdue checks begin in a second after a start.
constexpr double kRampRate = 500;
constexpr absl::Duration kLongestRamp = absl::Minutes(15);

absl::Duration RampFor(size_t zones) {
  return std::clamp(absl::Seconds(static_cast<double>(zones) / kRampRate),
                    absl::Seconds(1), kLongestRamp);
}

TransferMetrics::Notify MetricOf(ZoneAgent::NotifyVerdict verdict) {
  switch (verdict) {
    case ZoneAgent::NotifyVerdict::kAccepted:
      return TransferMetrics::Notify::kAccepted;
    case ZoneAgent::NotifyVerdict::kCoalesced:
      return TransferMetrics::Notify::kCoalesced;
    case ZoneAgent::NotifyVerdict::kOld:
      break;
  }
  return TransferMetrics::Notify::kOld;
}

}  // namespace

ZoneKeeper::ZoneKeeper(Parts parts) : parts_(std::move(parts)) {}

ZoneKeeper::~ZoneKeeper() = default;

void ZoneKeeper::Load(const std::vector<ZoneAssignment>& assignments,
                      std::vector<StoredZone> zones) {
  const absl::Duration ramp = RampFor(zones.size());
  for (const ZoneAssignment& assignment : assignments) Insert(assignment);
  for (StoredZone& stored : zones) {
    ZoneEntry* entry = FindByName(stored.assignment);
    if (entry == nullptr || !(stored.zone->apex() == entry->assignment.zone)) {
      // Its assignment went, and the process before its content.
      parts_.archive->RemoveZone(stored.assignment);
      continue;
    }
    entry->zone = std::move(stored.zone);
    Step(*entry, [&] {
      return entry->agent.OnLoadedFromDisk(entry->zone->soa(), stored.timers,
                                           ramp);
    });
    ShowInTable(*entry);
  }
  for (auto& [id, entry] : by_id_) {
    if (entry->agent.phase() != Phase::kLoading) continue;
    ShowInTable(*entry);
    Step(*entry, [&e = *entry] { return e.agent.OnAssigned(); });
  }
}

void ZoneKeeper::Apply(std::vector<ZoneAssignment> upserts,
                       const std::vector<std::string>& removals) {
  for (const std::string& name : removals) Remove(name);
  for (ZoneAssignment& assignment : upserts) {
    ZoneEntry* entry = FindByName(assignment.name);
    // The zone of an assignment never changes; if it does, it is another one.
    if (entry != nullptr && !(entry->assignment.zone == assignment.zone)) {
      Remove(assignment.name);
      entry = nullptr;
    }
    if (entry != nullptr) {
      Update(*entry, std::move(assignment));
    } else {
      Add(std::move(assignment));
    }
  }
}

ZoneEntry* ZoneKeeper::Find(uint64_t id) {
  auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : at->second.get();
}

ZoneEntry* ZoneKeeper::FindByName(const std::string& assignment) {
  auto at = by_name_.find(assignment);
  return at == by_name_.end() ? nullptr : at->second;
}

ZoneEntry& ZoneKeeper::Insert(ZoneAssignment assignment) {
  auto entry =
      std::make_unique<ZoneEntry>(++last_id_, std::move(assignment),
                                  *parts_.xfr->clock, *parts_.xfr->random);
  ZoneEntry& inserted = *entry;
  by_name_[inserted.assignment.name] = &inserted;
  by_id_[inserted.id] = std::move(entry);
  const Phase phase = inserted.agent.phase();
  parts_.metrics->OnPhase(nullptr, &phase);
  return inserted;
}

void ZoneKeeper::Add(ZoneAssignment assignment) {
  ZoneEntry& entry = Insert(std::move(assignment));
  parts_.log->Info("zone assigned", {{"zone", entry.assignment.zone.ToText()},
                                     {"assignment", entry.assignment.name}});
  ShowInTable(entry);
  Step(entry, [&] { return entry.agent.OnAssigned(); });
  MarkForReport(entry);
}

void ZoneKeeper::Update(ZoneEntry& entry, ZoneAssignment assignment) {
  ZoneAssignment& old = entry.assignment;
  const bool moved = old.primaries != assignment.primaries;
  const bool refresh = assignment.refresh_generation > old.refresh_generation;
  const bool retransfer =
      assignment.retransfer_generation > old.retransfer_generation;
  old = std::move(assignment);
  if (moved && entry.in_table) {
    parts_.table->SetNotifySources(old.zone, old.primaries);
  }
  ShowInTable(entry);
  // What runs asks primaries that may no longer be the zone's. Before the agent
  // is told, so that the check that it then asks for is not the one to go.
  if (moved) CancelCheck(entry);
  if (retransfer) {
    Step(entry, [&] { return entry.agent.OnForcedRetransfer(); });
  } else if (refresh || moved) {
    Step(entry, [&] { return entry.agent.OnForcedRefresh(); });
  }
  MarkForReport(entry);
}

void ZoneKeeper::Remove(const std::string& assignment) {
  ZoneEntry* entry = FindByName(assignment);
  if (entry == nullptr) return;
  parts_.log->Info("zone removed", {{"zone", entry->assignment.zone.ToText()},
                                    {"assignment", assignment}});
  if (entry->check) entry->check->Cancel();
  if (entry->in_table) parts_.table->Remove(entry->assignment.zone);
  parts_.archive->RemoveZone(entry->assignment.name);
  const Phase phase = entry->agent.phase();
  parts_.metrics->OnPhase(&phase, nullptr);
  deadlines_.Remove(entry);
  by_name_.erase(entry->assignment.name);
  by_id_.erase(entry->id);
}

void ZoneKeeper::ShowInTable(ZoneEntry& entry) {
  const dns::Name& apex = entry.assignment.zone;
  if (!entry.assignment.answer) {
    if (entry.in_table) parts_.table->Remove(apex);
    entry.in_table = false;
    return;
  }
  if (!entry.in_table) {
    absl::Status added =
        parts_.table->Add(entry.id, apex, entry.assignment.primaries);
    if (!added.ok()) {
      // Two assignments for one name are refused before they come here.
      parts_.log->Error("zone not added",
                        {{"zone", apex.ToText()}, {"error", added.ToString()}});
      return;
    }
    entry.in_table = true;
    if (entry.zone) parts_.table->Publish(apex, entry.zone);
  }
  if (entry.agent.phase() == Phase::kExpired) parts_.table->Expire(apex);
}

void ZoneKeeper::Step(ZoneEntry& entry,
                      absl::FunctionRef<ZoneAgent::Step()> event) {
  const Phase before = entry.agent.phase();
  const ZoneAgent::Step step = event();
  const Phase after = entry.agent.phase();
  if (before != after) parts_.metrics->OnPhase(&before, &after);
  Act(entry, step);
}

void ZoneKeeper::Act(ZoneEntry& entry, const ZoneAgent::Step& step) {
  if (step.expire) {
    parts_.log->Error("zone expired",
                      {{"zone", entry.assignment.zone.ToText()},
                       {"failures", entry.agent.consecutive_failures()}});
    entry.zone = ZoneRef();
    if (entry.in_table) parts_.table->Expire(entry.assignment.zone);
    MarkForReport(entry);
  }
  if (step.check) QueueCheck(entry, *step.check);
  deadlines_.Set(&entry, entry.agent.deadline());
  parts_.on_change();
}

void ZoneKeeper::QueueCheck(ZoneEntry& entry, const CheckOrder& order) {
  if (stopping_) return;
  std::optional<SocketAddress> notifier;
  if (order.cause == CheckCause::kNotify) notifier = entry.notifier;
  entry.check = std::make_shared<ZoneCheck>(
      *parts_.xfr, *parts_.queues, parts_.loop->get_executor(),
      entry.assignment.zone, entry.assignment.primaries, order, notifier,
      [this](const XfrOutcome& outcome) {
        parts_.metrics->OnAttempt(outcome);
      });
  // A check that only waits is no coroutine yet: there may be many of them.
  entry.place = parts_.queues->checks.Enter(
      entry.check->first_primary().ip(), UrgencyOf(order.cause),
      [this, id = entry.id, check = entry.check] {
        boost::asio::post(*parts_.loop,
                          [this, id, check] { BeginCheck(id, check); });
      });
}

void ZoneKeeper::CancelCheck(ZoneEntry& entry) {
  if (!entry.check) return;
  if (entry.place) {  // Still waiting.
    entry.place.reset();
    FinishCheck(entry, ZoneCheck::Result());
  } else {
    entry.check->Cancel();
  }
}

void ZoneKeeper::OnNotify(uint64_t zone_id, const NotifyBox::Notify& notify) {
  ZoneEntry* entry = Find(zone_id);
  if (entry == nullptr) {
    parts_.metrics->OnNotify(TransferMetrics::Notify::kUnknownZone);
    return;
  }
  ZoneAgent::NotifyVerdict verdict;
  Step(*entry, [&] {
    entry->notifier = notify.source;
    return entry->agent.OnNotify(notify.serial, &verdict);
  });
  parts_.metrics->OnNotify(MetricOf(verdict));
}

void ZoneKeeper::OnTimer() {
  // Each deadline that is met moves into the future, so this ends; what comes
  // due meanwhile is for the next turn.
  const absl::Duration now = parts_.xfr->clock->Monotonic();
  while (ZoneEntry* entry = deadlines_.first()) {
    if (entry->node.deadline > now) break;
    Step(*entry, [&] { return entry->agent.OnTimer(); });
  }
}

absl::Duration ZoneKeeper::deadline() const {
  const ZoneEntry* first = deadlines_.first();
  return first ? first->node.deadline : absl::InfiniteDuration();
}

understudy::edge::v1::Report ZoneKeeper::TakeReport(int most) {
  understudy::edge::v1::Report report;
  while (!report_queue_.empty() && report.zones_size() < most) {
    ZoneEntry* entry = Find(report_queue_.front());
    report_queue_.pop_front();
    if (entry == nullptr) continue;
    entry->report_due = false;
    *report.add_zones() = MakeReport(*entry);
  }
  return report;
}

void ZoneKeeper::MarkForReport(ZoneEntry& entry) {
  if (!std::exchange(entry.report_due, true)) report_queue_.push_back(entry.id);
  parts_.on_change();
}

void ZoneKeeper::ReportAll() {
  for (auto& [id, entry] : by_id_) {
    if (!std::exchange(entry->report_due, true)) report_queue_.push_back(id);
  }
  parts_.on_change();
}

void ZoneKeeper::Stop() {
  stopping_ = true;
  parts_.queues->checks.Close();
  parts_.queues->transfers.Close();
  for (auto& [id, entry] : by_id_) {
    entry->place.reset();
    if (entry->check) entry->check->Cancel();
  }
}

}  // namespace understudy::edge
