// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/serial_waiter.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "controlplane/customer/status_view.h"
#include "dns/serial.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(50);
constexpr int kMostChanges = 1'000;
// Edges that an error message names.
constexpr size_t kMostNamed = 5;

absl::Status Gone() {
  return absl::NotFoundError("the zone was deleted meanwhile");
}

uint32_t Needed(v1::WaitForSerialRequest::Scope scope, uint32_t total) {
  switch (scope) {
    case v1::WaitForSerialRequest::SCOPE_ANY:
      return 1;
    case v1::WaitForSerialRequest::SCOPE_QUORUM:
      return total / 2 + 1;
    default:
      return total;
  }
}

std::string Lag(const v1::Placement& placement) {
  if (placement.has_serial()) {
    return absl::StrCat(placement.edge(), " serves ", placement.serial());
  }
  if (placement.has_last_error()) {
    return absl::StrCat(placement.edge(), " has no copy (",
                        placement.last_error().reason(), ")");
  }
  return absl::StrCat(placement.edge(), " has no copy");
}

}  // namespace

bool IsServed(const SerialWait& wait, const v1::ZoneStatus& status,
              std::string* lacking) {
  uint32_t serving = 0;
  std::vector<std::string> lagging;
  for (const v1::Placement& placement : status.placements()) {
    const bool has_it = placement.state() == v1::Placement::STATE_SERVING &&
                        placement.has_serial() &&
                        (placement.serial() == wait.serial ||
                         dns::SerialNewer(placement.serial(), wait.serial));
    serving += has_it;
    if (!has_it) lagging.push_back(Lag(placement));
  }
  if (status.edges_total() == 0) {
    *lacking = "no edge is registered";
    return false;
  }
  if (serving >= Needed(wait.scope, status.edges_total())) return true;
  const size_t more = lagging.size() - std::min(lagging.size(), kMostNamed);
  lagging.resize(lagging.size() - more);
  *lacking = absl::StrCat(serving, " of ", status.edges_total(),
                          " edges serve serial ", wait.serial,
                          " or a newer one; ", absl::StrJoin(lagging, ", "),
                          more > 0 ? absl::StrCat(" and ", more, " more") : "");
  return false;
}

void SerialWaiter::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void SerialWaiter::Stop() {
  std::map<uint64_t, Entry> ended;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    ended.swap(waits_);
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  for (auto& [id, entry] : ended) {
    entry.done(absl::UnavailableError("the controller stops; try again"));
  }
}

absl::StatusOr<uint64_t> SerialWaiter::Add(SerialWait wait, Done done) {
  MutexLock lock(mu_);
  if (stopping_) {
    return absl::UnavailableError("the controller stops; try again");
  }
  if (waits_.size() >= kMostWaits) {
    return absl::ResourceExhaustedError(
        "too many calls wait for serials; poll the zone's status instead");
  }
  // The zone may have been deleted since its row was read.
  const int64_t live_at = std::max(wait.live_at, wait.zone.revision);
  seen_revision_ = waits_.empty() ? live_at : std::min(seen_revision_, live_at);
  const uint64_t id = next_id_++;
  waits_[id] = Entry{std::move(wait), std::move(done), ""};
  changed_.NotifyAll();
  return id;
}

void SerialWaiter::Cancel(uint64_t id) {
  Done done;
  {
    MutexLock lock(mu_);
    auto found = waits_.find(id);
    if (found == waits_.end()) return;
    done = std::move(found->second.done);
    waits_.erase(found);
  }
  done(absl::CancelledError("the client gave up"));
}

void SerialWaiter::Loop() {
  while (true) {
    {
      MutexLock lock(mu_);
      if (!stopping_ && waits_.empty()) changed_.WaitFor(mu_, absl::Seconds(1));
      if (stopping_) return;
      if (waits_.empty()) continue;
    }
    Poll();
    MutexLock lock(mu_);
    if (!stopping_) changed_.WaitFor(mu_, kPollInterval);
  }
}

absl::StatusOr<std::vector<std::string>> SerialWaiter::DeletedZones() {
  int64_t from = 0;
  {
    MutexLock lock(mu_);
    from = seen_revision_;
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<ZoneRow> changes,
                              store_.ChangesAfter(from, kMostChanges));
  std::vector<std::string> deleted;
  for (const ZoneRow& row : changes) {
    if (row.delete_time) deleted.push_back(row.uid);
  }
  if (!changes.empty()) {
    MutexLock lock(mu_);
    // Unless a wait was added meanwhile that wants an earlier look.
    if (seen_revision_ == from) seen_revision_ = changes.back().revision;
  }
  return deleted;
}

absl::StatusOr<std::vector<v1::Zone>> SerialWaiter::LookAt(
    const std::vector<ZoneRow>& zones) {
  std::vector<std::string> uids;
  for (const ZoneRow& zone : zones) uids.push_back(zone.uid);
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<std::string> edges, store_.EdgeIds());
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<PlacementRow> placements,
                              store_.PlacementsOf(uids));
  return ToZoneViews(zones, edges, placements);
}

void SerialWaiter::Poll() {
  std::vector<ZoneRow> zones;
  {
    MutexLock lock(mu_);
    std::set<std::string> uids;
    for (const auto& [id, entry] : waits_) {
      if (uids.insert(entry.wait.zone.uid).second) {
        zones.push_back(entry.wait.zone);
      }
    }
  }
  std::map<std::string, v1::Zone> views;
  std::vector<std::string> deleted;
  // While the database is away nothing is known; the deadlines go on.
  if (auto looked = LookAt(zones); looked.ok()) {
    for (v1::Zone& zone : *looked) views[zone.uid()] = std::move(zone);
  }
  if (auto gone = DeletedZones(); gone.ok()) deleted = *std::move(gone);
  std::vector<Outcome> outcomes;
  Settle(views, deleted, outcomes);
  for (Outcome& outcome : outcomes) outcome.done(std::move(outcome.result));
}

void SerialWaiter::Settle(const std::map<std::string, v1::Zone>& views,
                          const std::vector<std::string>& deleted,
                          std::vector<Outcome>& outcomes) {
  const std::set<std::string> gone(deleted.begin(), deleted.end());
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(mu_);
  for (auto it = waits_.begin(); it != waits_.end();) {
    Entry& entry = it->second;
    const auto view = views.find(entry.wait.zone.uid);
    absl::StatusOr<v1::Zone> result = absl::UnknownError("");
    if (gone.count(entry.wait.zone.uid) > 0) {
      result = Gone();
    } else if (view != views.end() &&
               IsServed(entry.wait, view->second.status(), &entry.lacking)) {
      result = view->second;
    } else if (now >= entry.wait.deadline) {
      result = absl::DeadlineExceededError(
          entry.lacking.empty() ? "the database is away" : entry.lacking);
    } else {
      ++it;
      continue;
    }
    outcomes.push_back({std::move(entry.done), std::move(result)});
    it = waits_.erase(it);
  }
}

}  // namespace understudy::control
