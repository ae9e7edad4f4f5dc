// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/desired_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace understudy::control {

edge::v1::Assignment AssignmentOf(const ZoneRow& row) {
  edge::v1::Assignment assignment;
  assignment.set_name(absl::StrCat("assignments/", row.uid));
  assignment.set_revision(row.revision);
  assignment.set_zone(row.zone);
  assignment.set_project(absl::StrCat("projects/", row.project));
  for (const PrimaryRow& primary : row.primaries) {
    edge::v1::PrimaryServer& server = *assignment.add_primaries();
    server.set_address(primary.address);
    server.set_port(primary.port);
  }
  assignment.set_refresh_generation(row.refresh_generation);
  assignment.set_retransfer_generation(row.retransfer_generation);
  assignment.set_answer(row.claim_proven);
  return assignment;
}

absl::Status DesiredState::Apply(const ZoneRow& row, absl::Duration seen) {
  std::optional<AssignmentId> id = AssignmentId::FromUid(row.uid);
  if (!id.has_value()) {
    return absl::DataLossError(
        absl::StrCat("zone ", row.zone, " has a uid that is no UUID"));
  }
  auto holder = by_revision_.find(row.revision);
  if (holder != by_revision_.end() && holder->second->id != *id) {
    return absl::DataLossError(absl::StrCat("zones ", row.uid, " and ",
                                            holder->second->id.uid(),
                                            " share revision ", row.revision));
  }
  reading_ = true;
  std::unique_ptr<Item>& item = items_[*id];
  if (item == nullptr) {
    item = std::make_unique<Item>();
    item->id = *id;
  } else {
    if (row.revision <= item->revision) return absl::OkStatus();
    by_revision_.erase(item->revision);
    if (!item->withdrawn) --live_;
  }
  item->revision = row.revision;
  item->seen = seen;
  item->withdrawn = row.delete_time.has_value();
  if (item->withdrawn) {
    item->delete_time = *row.delete_time;
    item->assignment = std::string();
  } else {
    ++live_;
    item->assignment = AssignmentOf(row).SerializeAsString();
    item->assignment.shrink_to_fit();
  }
  by_revision_[row.revision] = item.get();
  revision_ = std::max(revision_, row.revision);
  return absl::OkStatus();
}

void DesiredState::FinishRead(int64_t revision) {
  revision_ = std::max(revision_, revision);
  ++reads_;
  reading_ = false;
}

void DesiredState::Clear() { *this = DesiredState(); }

void DesiredState::ForgetTombstones(absl::Time before) {
  for (auto it = by_revision_.begin(); it != by_revision_.end();) {
    const Item& item = *it->second;
    if (item.withdrawn && item.delete_time < before) {
      it = by_revision_.erase(it);
      items_.erase(AssignmentId(item.id));
    } else {
      ++it;
    }
  }
}

const DesiredState::Item* DesiredState::Find(const AssignmentId& id) const {
  auto it = items_.find(id);
  return it == items_.end() ? nullptr : it->second.get();
}

}  // namespace understudy::control
