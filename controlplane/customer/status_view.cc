// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/status_view.h"

#include <algorithm>
#include <optional>

#include "controlplane/customer/failure_catalogue.h"
#include "controlplane/customer/resource_names.h"
#include "dns/serial.h"

namespace understudy::control {
namespace {

using State = PlacementRow::State;

v1::Placement::State ToState(State state) {
  switch (state) {
    case State::kLoading:
      return v1::Placement::STATE_LOADING;
    case State::kServing:
      return v1::Placement::STATE_SERVING;
    case State::kExpired:
      return v1::Placement::STATE_EXPIRED;
    case State::kRejected:
      return v1::Placement::STATE_REJECTED;
  }
  return v1::Placement::STATE_UNSPECIFIED;
}

bool HasFailure(const PlacementRow& row) {
  return !row.error_reason.empty() || row.state == State::kRejected;
}

v1::Failure ToFailure(const PlacementRow& row) {
  v1::Failure failure;
  failure.set_reason(row.error_reason.empty() ? "EDGE_REJECTED"
                                              : row.error_reason);
  failure.set_evidence(row.error_evidence);
  failure.set_next_step(NextStep(failure.reason()));
  failure.set_primary(row.error_primary);
  if (row.error_time) *failure.mutable_time() = ToTimestamp(*row.error_time);
  return failure;
}

v1::Placement ToPlacement(const PlacementRow& row) {
  v1::Placement placement;
  placement.set_edge(EdgeName(row.edge));
  placement.set_state(ToState(row.state));
  if (row.serial && row.state == State::kServing) {
    placement.set_serial(*row.serial);
  }
  if (row.primary_serial) placement.set_primary_serial(*row.primary_serial);
  if (row.publish_time) {
    *placement.mutable_publish_time() = ToTimestamp(*row.publish_time);
  }
  if (row.last_check_time) {
    *placement.mutable_last_check_time() = ToTimestamp(*row.last_check_time);
  }
  if (row.next_check_time) {
    *placement.mutable_next_check_time() = ToTimestamp(*row.next_check_time);
  }
  if (row.expire_time) {
    *placement.mutable_expire_time() = ToTimestamp(*row.expire_time);
  }
  placement.set_consecutive_failures(row.consecutive_failures);
  if (HasFailure(row)) *placement.mutable_last_error() = ToFailure(row);
  *placement.mutable_report_time() = ToTimestamp(row.report_time);
  placement.set_record_count(row.record_count);
  return placement;
}

// Gathers one zone's facts, edge by edge.
class Fold {
 public:
  void Add(const PlacementRow& row) {
    serving_ += row.state == State::kServing;
    expired_ += row.state == State::kExpired;
    if (row.state == State::kServing) {
      if (row.serial && (!served_ || dns::SerialNewer(*served_, *row.serial))) {
        served_ = row.serial;
      }
      KeepEarlier(row.expire_time, expire_);
    }
    if (row.primary_serial &&
        (!primary_ || dns::SerialNewer(*row.primary_serial, *primary_))) {
      primary_ = row.primary_serial;
    }
    if (row.last_check_time && (!last_ || *row.last_check_time > *last_)) {
      last_ = row.last_check_time;
    }
    KeepEarlier(row.next_check_time, next_);
    failures_ = std::max(failures_, row.consecutive_failures);
    if (HasFailure(row) && (worst_ == nullptr || TellsMore(row, *worst_))) {
      worst_ = &row;
    }
  }

  void Store(v1::ZoneStatus& status) const {
    if (served_) status.set_served_serial(*served_);
    if (primary_) status.set_primary_serial(*primary_);
    if (last_) *status.mutable_last_check_time() = ToTimestamp(*last_);
    if (next_) *status.mutable_next_check_time() = ToTimestamp(*next_);
    if (expire_) *status.mutable_expire_time() = ToTimestamp(*expire_);
    status.set_consecutive_failures(failures_);
    if (worst_ != nullptr) *status.mutable_last_error() = ToFailure(*worst_);
    status.set_edges_serving(serving_);
  }

  v1::Zone::State state() const {
    if (serving_ > 0) return v1::Zone::STATE_ACTIVE;
    return expired_ > 0 ? v1::Zone::STATE_EXPIRED
                        : v1::Zone::STATE_PENDING_TRANSFER;
  }

 private:
  static void KeepEarlier(const std::optional<absl::Time>& time,
                          std::optional<absl::Time>& earliest) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  }
  static bool TellsMore(const PlacementRow& a, const PlacementRow& b) {
    const int by_reason =
        Usefulness(a.error_reason) - Usefulness(b.error_reason);
    if (by_reason != 0) return by_reason > 0;
    return a.error_time.value_or(absl::InfinitePast()) >
           b.error_time.value_or(absl::InfinitePast());
  }

  uint32_t serving_ = 0;
  uint32_t expired_ = 0;
  uint32_t failures_ = 0;
  std::optional<uint32_t> served_;
  std::optional<uint32_t> primary_;
  std::optional<absl::Time> last_;
  std::optional<absl::Time> next_;
  std::optional<absl::Time> expire_;
  const PlacementRow* worst_ = nullptr;
};

using Iterator = std::vector<PlacementRow>::const_iterator;

// The registration alone.
v1::Zone ToRegistration(const ZoneRow& row) {
  v1::Zone zone;
  zone.set_name(ZoneName(row.project, row.zone));
  zone.set_uid(row.uid);
  *zone.mutable_create_time() = ToTimestamp(row.create_time);
  *zone.mutable_update_time() = ToTimestamp(row.update_time);
  zone.set_etag(row.etag);
  for (const PrimaryRow& primary : row.primaries) {
    v1::Primary& entry = *zone.add_primaries();
    entry.set_address(primary.address);
    entry.set_port(primary.port);
  }
  return zone;
}

v1::Zone View(const ZoneRow& row, const std::vector<std::string>& edges,
              Iterator begin, Iterator end) {
  v1::Zone zone = ToRegistration(row);
  v1::ZoneStatus& status = *zone.mutable_status();
  Fold fold;
  for (const std::string& edge : edges) {
    while (begin != end && begin->edge < edge) ++begin;
    if (begin != end && begin->edge == edge) {
      fold.Add(*begin);
      *status.add_placements() = ToPlacement(*begin);
    } else {
      v1::Placement& silent = *status.add_placements();
      silent.set_edge(EdgeName(edge));
      silent.set_state(v1::Placement::STATE_ASSIGNED);
    }
  }
  fold.Store(status);
  status.set_edges_total(static_cast<uint32_t>(edges.size()));
  zone.set_state(row.delete_time    ? v1::Zone::STATE_DELETING
                 : row.claim_proven ? fold.state()
                                    : v1::Zone::STATE_PENDING_CLAIM);
  return zone;
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  // Rounded down, as the protocol wants it before 1970 too.
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

v1::Zone ToZoneView(const ZoneRow& row, const std::vector<std::string>& edges,
                    const std::vector<PlacementRow>& placements) {
  return View(row, edges, placements.begin(), placements.end());
}

std::vector<v1::Zone> ToZoneViews(const std::vector<ZoneRow>& rows,
                                  const std::vector<std::string>& edges,
                                  const std::vector<PlacementRow>& placements) {
  std::vector<v1::Zone> zones;
  zones.reserve(rows.size());
  for (const ZoneRow& row : rows) {
    const auto begin =
        std::lower_bound(placements.begin(), placements.end(), row.uid,
                         [](const PlacementRow& p, const std::string& uid) {
                           return p.zone_uid < uid;
                         });
    const auto end =
        std::upper_bound(begin, placements.end(), row.uid,
                         [](const std::string& uid, const PlacementRow& p) {
                           return uid < p.zone_uid;
                         });
    zones.push_back(View(row, edges, begin, end));
  }
  return zones;
}

}  // namespace understudy::control
