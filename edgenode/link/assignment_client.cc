// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/link/assignment_client.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace understudy::edge {
namespace {

using understudy::edge::v1::Assignment;
using understudy::edge::v1::Hello;
using understudy::edge::v1::Removal;
using understudy::edge::v1::SyncResponse;

void Reject(const std::string& assignment, int64_t revision,
            absl::string_view reason, AssignmentClient::Decision& decision) {
  auto* rejection = decision.ack.add_rejections();
  rejection->set_assignment(assignment);
  rejection->set_revision(revision);
  std::string text(reason.substr(0, AssignmentClient::kMaxReason));
  // Protocol Buffers take UTF-8 only, and a name that we refuse may be
  // anything, or be cut within a character.
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 32 || c > 126; }, '?');
  rejection->set_reason(text);
}

}  // namespace

AssignmentClient::AssignmentClient(const std::vector<ZoneAssignment>& held) {
  for (const ZoneAssignment& assignment : held) Hold(assignment);
}

std::vector<Hello> AssignmentClient::BeginStream(const std::string& instance,
                                                 const std::string& version) {
  unknown_.clear();
  std::vector<Hello> hellos(1);
  for (const auto& [name, held] : held_) {
    if (hellos.back().held_size() == kMaxHeldPerHello) {
      hellos.back().set_more(true);
      hellos.emplace_back();
    }
    auto* item = hellos.back().add_held();
    item->set_name(name);
    item->set_revision(held.revision);
  }
  for (Hello& hello : hellos) {
    hello.set_instance(instance);
    hello.set_version(version);
  }
  return hellos;
}

absl::StatusOr<AssignmentClient::Decision> AssignmentClient::OnBatch(
    const SyncResponse& batch) {
  if (batch.nonce().empty()) {
    return absl::InvalidArgumentError("a batch without a nonce");
  }
  if (batch.upserts_size() > kMaxUpserts ||
      batch.removals_size() > kMaxRemovals) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", batch.upserts_size(), " upserts and ",
                     batch.removals_size(), " removals is too large"));
  }
  Decision decision;
  decision.ack.set_nonce(batch.nonce());
  decision.complete = batch.complete();
  decision.revision = batch.revision();
  for (const Removal& removal : batch.removals()) {
    TakeRemoval(removal, decision);
  }
  for (const Assignment& assignment : batch.upserts()) {
    TakeUpsert(assignment, decision);
  }
  if (batch.complete()) SettleUnknown(batch.may_empty(), decision);
  return decision;
}

void AssignmentClient::TakeRemoval(const Removal& removal, Decision& decision) {
  switch (removal.cause()) {
    case Removal::CAUSE_WITHDRAWN:
      unknown_.erase(removal.assignment());
      Drop(removal.assignment(), decision);
      return;
    case Removal::CAUSE_UNKNOWN:
      // Only the end of the set tells whether anything would be left.
      if (held_.contains(removal.assignment())) {
        unknown_.insert(removal.assignment());
      }
      return;
    default:
      Reject(removal.assignment(), decision.revision,
             absl::StrCat("removal with the unknown cause ",
                          static_cast<int>(removal.cause())),
             decision);
  }
}

void AssignmentClient::TakeUpsert(const Assignment& assignment,
                                  Decision& decision) {
  auto parsed = ParseAssignment(assignment);
  if (!parsed.ok()) {
    Reject(assignment.name(), assignment.revision(),
           std::string(parsed.status().message()), decision);
    return;
  }
  if (!ClaimZone(*parsed, decision)) {
    Reject(assignment.name(), assignment.revision(),
           absl::StrCat("the zone ", parsed->zone.ToText(), " is held by ",
                        by_zone_[std::string(parsed->zone.wire())]),
           decision);
    return;
  }
  unknown_.erase(parsed->name);
  Hold(*parsed);
  decision.saved.push_back(assignment);
  decision.upserts.push_back(*std::move(parsed));
}

bool AssignmentClient::ClaimZone(const ZoneAssignment& assignment,
                                 Decision& decision) {
  auto at = by_zone_.find(std::string(assignment.zone.wire()));
  if (at == by_zone_.end() || at->second == assignment.name) return true;
  // The zone was made anew while its old assignment waits for the end of the
  // set to be dropped.
  const std::string holder = at->second;
  if (unknown_.erase(holder) == 0) return false;
  Drop(holder, decision);
  return true;
}

void AssignmentClient::SettleUnknown(bool may_empty, Decision& decision) {
  auto unknown = std::exchange(unknown_, {});
  if (unknown.empty()) return;
  // A controller with the wrong database, or an empty one, knows none of it.
  if (unknown.size() == held_.size() && !may_empty) {
    Reject("", decision.revision,
           absl::StrCat("the controller knows none of the ", held_.size(),
                        " assignments of this edge, and nothing would be "
                        "left; if that is meant, an operator must allow it"),
           decision);
    return;
  }
  for (const std::string& name : unknown) Drop(name, decision);
}

void AssignmentClient::Drop(const std::string& name, Decision& decision) {
  auto at = held_.find(name);
  if (at == held_.end()) return;
  by_zone_.erase(at->second.zone);
  held_.erase(at);
  decision.removals.push_back(name);
}

void AssignmentClient::Hold(const ZoneAssignment& assignment) {
  std::string zone(assignment.zone.wire());
  Held& held = held_[assignment.name];
  if (!held.zone.empty() && held.zone != zone) by_zone_.erase(held.zone);
  held.revision = assignment.revision;
  held.zone = zone;
  by_zone_[std::move(zone)] = assignment.name;
}

}  // namespace understudy::edge
