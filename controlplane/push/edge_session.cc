// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/edge_session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace understudy::control {
namespace {

using edge::v1::Removal;
using edge::v1::SyncResponse;

// `assignments/` and a UUID take 48; what is longer is not an assignment.
constexpr size_t kMaxNameLength = 64;
// Of the texts by which an edge describes itself.
constexpr size_t kMaxWordLength = 128;

absl::Status Violation(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the edge stream's protocol was broken: ", what));
}

void AddRemoval(SyncResponse& batch, std::string name, Removal::Cause cause) {
  Removal& removal = *batch.add_removals();
  removal.set_assignment(std::move(name));
  removal.set_cause(cause);
}

}  // namespace

absl::Status EdgeSession::OnHello(const edge::v1::Hello& hello,
                                  const DesiredState& desired) {
  if (greeted_) return Violation("hello: sent again after the last one");
  if (hello.held_size() > kMaxHeldPerHello) {
    return Violation(absl::StrCat("hello.held: ", hello.held_size(),
                                  " items, at most ", kMaxHeldPerHello,
                                  " are allowed in a message"));
  }
  if (held_.size() + unknown_.size() + static_cast<size_t>(hello.held_size()) >
      kMaxHeld) {
    return Violation(
        absl::StrCat("hello.held: more than ", kMaxHeld, " items in all"));
  }
  if (hello.instance().size() > kMaxWordLength) {
    return Violation("hello.instance: longer than 128 bytes");
  }
  if (hello.version().size() > kMaxWordLength) {
    return Violation("hello.version: longer than 128 bytes");
  }
  if (!hello_begun_) {
    instance_ = hello.instance();
    version_ = hello.version();
    hello_begun_ = true;
  }
  for (const edge::v1::HeldAssignment& held : hello.held()) {
    if (held.name().size() > kMaxNameLength) {
      return Violation("hello.held.name: longer than 64 bytes");
    }
    if (auto id = AssignmentId::FromName(held.name())) {
      held_[*id] = held.revision();
      newest_held_ = std::max(newest_held_, held.revision());
    } else {
      unknown_.push_back(held.name());
    }
  }
  if (!hello.more()) {
    greeted_ = true;
    // A read that is under way may have begun before the Hello: the one after
    // it is certainly newer.
    fresh_at_read_ = desired.reads() + 2;
  }
  return absl::OkStatus();
}

absl::StatusOr<EdgeSession::AckOutcome> EdgeSession::OnAck(
    const edge::v1::Ack& ack) {
  AckOutcome outcome;
  if (!greeted_) return Violation("ack: came before the last hello");
  if (!outstanding_.has_value() || ack.nonce() != outstanding_->nonce) {
    if (!last_acked_nonce_.empty() && ack.nonce() == last_acked_nonce_) {
      outcome.repeated = true;
      return outcome;
    }
    return Violation("ack.nonce: no batch with this nonce is outstanding");
  }
  if (ack.rejections_size() > kMaxUpserts + 1) {
    return Violation("ack.rejections: more than the batch had items");
  }
  Outstanding batch = *std::exchange(outstanding_, std::nullopt);
  last_acked_nonce_ = batch.nonce;
  acked_cursor_ = batch.cursor;

  absl::flat_hash_set<AssignmentId> refused;
  for (const edge::v1::Rejection& rejection : ack.rejections()) {
    if (rejection.assignment().empty()) {
      outcome.removals_refused =
          rejection.reason().empty() ? "no reason given" : rejection.reason();
      continue;
    }
    auto id = AssignmentId::FromName(rejection.assignment());
    if (!id.has_value()) continue;
    auto sent = batch.upserts.find(*id);
    if (sent == batch.upserts.end() || !refused.insert(*id).second) continue;
    rejected_[*id] = sent->second;
    outcome.rejected.push_back({*id, sent->second, rejection.reason()});
  }
  if (!rejected_.empty()) {
    for (const auto& [id, revision] : batch.upserts) {
      if (!refused.contains(id) && rejected_.erase(id) > 0) {
        outcome.cleared.push_back(id);
      }
    }
    for (const AssignmentId& id : batch.removals) {
      if (rejected_.erase(id) > 0) outcome.cleared.push_back(id);
    }
  }
  if (batch.complete) {
    acked_revision_ = std::max(acked_revision_, batch.revision);
    outcome.first_sync_done = !std::exchange(synced_, true);
  }
  return outcome;
}

absl::Status EdgeSession::OnReport(const edge::v1::Report& report) const {
  if (!greeted_) return Violation("report: came before the last hello");
  if (report.zones_size() > kMaxReportedZones) {
    return Violation(absl::StrCat("report.zones: ", report.zones_size(),
                                  " items, at most ", kMaxReportedZones,
                                  " are allowed in a message"));
  }
  return absl::OkStatus();
}

int64_t EdgeSession::AckedRevision(const DesiredState& desired) const {
  // Revisions that nothing is left of are acknowledged without a batch.
  if (synced_ && OldestUnacked(desired) == nullptr) return desired.revision();
  return acked_revision_;
}

const DesiredState::Item* EdgeSession::OldestUnacked(
    const DesiredState& desired) const {
  auto it = desired.After(acked_cursor_);
  return it == desired.end() ? nullptr : it->second;
}

bool EdgeSession::Judge(const DesiredState& desired) {
  if (judged_) return true;
  if (desired.reads() == 0 || desired.is_reading()) return false;
  // An edge may come from another controller that is ahead of this one: what
  // is unknown here may be only new. Wait until this one has caught up. When
  // it has and is still behind, the database was restored from the past, and
  // what it says is the truth.
  if (newest_held_ > desired.revision() && desired.reads() < fresh_at_read_) {
    return false;
  }
  for (auto it = held_.begin(); it != held_.end();) {
    auto current = it++;
    if (desired.Find(current->first) != nullptr) continue;
    unknown_.push_back(current->first.name());
    held_.erase(current);
  }
  judged_ = true;
  return true;
}

std::optional<SyncResponse> EdgeSession::Next(const DesiredState& desired) {
  busy_ = false;
  if (!greeted_ || outstanding_.has_value() || !Judge(desired)) {
    return std::nullopt;
  }
  SyncResponse batch;
  Outstanding outstanding;
  AddUnknown(batch);
  const bool complete = unknown_.empty() && Walk(desired, batch, outstanding);
  const bool has_items = batch.upserts_size() + batch.removals_size() > 0;
  // The end of the first difference is told even when there is none.
  const bool first_end = complete && !walked_;
  if (!has_items && !first_end) {
    busy_ = !complete;
    return std::nullopt;
  }
  if (first_end) {
    walked_ = true;
    held_ = {};
  }
  outstanding.nonce = absl::StrCat(++batches_);
  outstanding.cursor = cursor_;
  outstanding.complete = complete;
  outstanding.revision = complete ? desired.revision() : cursor_;
  batch.set_nonce(outstanding.nonce);
  batch.set_revision(outstanding.revision);
  batch.set_complete(complete);
  outstanding_ = std::move(outstanding);
  return batch;
}

void EdgeSession::AddUnknown(SyncResponse& batch) {
  while (!unknown_.empty() && batch.removals_size() < limits_.removals) {
    AddRemoval(batch, std::move(unknown_.back()), Removal::CAUSE_UNKNOWN);
    unknown_.pop_back();
  }
}

bool EdgeSession::IsDue(const DesiredState::Item& item) const {
  if (walked_) return true;
  auto held = held_.find(item.id);
  if (held == held_.end()) return !item.withdrawn;
  return item.withdrawn || held->second != item.revision;
}

bool EdgeSession::Walk(const DesiredState& desired, SyncResponse& batch,
                       Outstanding& outstanding) {
  int visited = 0;
  for (auto it = desired.After(cursor_); it != desired.end(); ++it) {
    const DesiredState::Item& item = *it->second;
    if (++visited > limits_.visited) return false;
    if (IsDue(item)) {
      if (item.withdrawn) {
        if (batch.removals_size() >= limits_.removals) return false;
        AddRemoval(batch, item.id.name(), Removal::CAUSE_WITHDRAWN);
        outstanding.removals.push_back(item.id);
        held_.erase(item.id);
      } else {
        if (batch.upserts_size() >= limits_.upserts) return false;
        UNDERSTUDY_CHECK(batch.add_upserts()->ParseFromString(item.assignment));
        outstanding.upserts[item.id] = item.revision;
        // So that a removal that follows within the first walk is due.
        if (!walked_) held_[item.id] = item.revision;
      }
    }
    cursor_ = item.revision;
  }
  return true;
}

}  // namespace understudy::control
