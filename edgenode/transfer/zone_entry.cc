// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_entry.h"

#include <algorithm>

namespace understudy::edge {
namespace {

using understudy::edge::v1::ZoneReport;

constexpr size_t kMaxEvidence = 512;

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

ZoneReport::State StateOf(ZoneAgent::Phase phase) {
  switch (phase) {
    case ZoneAgent::Phase::kLoading:
      return ZoneReport::STATE_LOADING;
    case ZoneAgent::Phase::kServing:
      return ZoneReport::STATE_SERVING;
    case ZoneAgent::Phase::kExpired:
      break;
  }
  return ZoneReport::STATE_EXPIRED;
}

// Protocol Buffers take UTF-8 only, and people read it.
std::string Printable(absl::string_view text) {
  std::string out(text.substr(0, kMaxEvidence));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 32 || c > 126; }, '?');
  return out;
}

}  // namespace

ZoneReport MakeReport(const ZoneEntry& entry) {
  const ZoneAgent& agent = entry.agent;
  ZoneReport report;
  report.set_assignment(entry.assignment.name);
  report.set_state(StateOf(agent.phase()));
  if (agent.serial()) report.set_serial(*agent.serial());
  const ZoneTimers timers = agent.timers();
  if (timers.publish > absl::InfinitePast()) {
    SetTime(timers.publish, report.mutable_publish_time());
  }
  if (timers.last_check > absl::InfinitePast()) {
    SetTime(timers.last_check, report.mutable_last_check_time());
  }
  if (timers.expire > absl::InfinitePast()) {
    SetTime(timers.expire, report.mutable_expire_time());
  }
  if (auto next = agent.next_check_time()) {
    SetTime(*next, report.mutable_next_check_time());
  }
  report.set_consecutive_failures(agent.consecutive_failures());
  if (!agent.last_failure().ok()) {
    auto* error = report.mutable_last_error();
    error->set_reason(
        std::string(FailureReasonName(agent.last_failure().reason)));
    error->set_evidence(Printable(agent.last_failure().evidence));
    error->set_primary(agent.failed_primary());
    SetTime(agent.failure_time(), error->mutable_time());
  }
  if (agent.primary_serial())
    report.set_primary_serial(*agent.primary_serial());
  if (entry.zone) report.set_record_count(entry.zone->record_count());
  return report;
}

}  // namespace understudy::edge
