// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_agent.h"

#include <algorithm>

#include "dns/serial.h"

namespace understudy::edge {
namespace {

// More would overflow nothing, but never be reached either.
constexpr int kMaxDoublings = 20;

// So many attempts fit into `expire` when they are at most this far apart, also
// when jitter makes all but the first a quarter longer.
absl::Duration LongestGap(const dns::SoaFields& soa) {
  return ZoneAgent::ExpireInterval(soa) /
         (ZoneAgent::kAttemptsBeforeExpire + 2);
}

}  // namespace

absl::Duration ZoneAgent::RefreshInterval(const dns::SoaFields& soa) {
  absl::Duration refresh =
      std::min(absl::Seconds(soa.refresh), kRefreshCeiling);
  return std::max(std::min(refresh, LongestGap(soa)), kRefreshFloor);
}

absl::Duration ZoneAgent::RetryInterval(const dns::SoaFields& soa,
                                        int attempt) {
  // Retrying less often than refreshing would be no retry.
  absl::Duration ceiling = std::min(RefreshInterval(soa), kRetryCeiling);
  absl::Duration retry = std::max(absl::Seconds(soa.retry), kRetryFloor);
  for (int i = 0; i < attempt && retry < ceiling; ++i) retry *= 2;
  return std::max(std::min({retry, ceiling, LongestGap(soa)}), kRetryFloor);
}

absl::Duration ZoneAgent::ExpireInterval(const dns::SoaFields& soa) {
  return std::max(absl::Seconds(soa.expire), kExpireFloor);
}

ZoneAgent::Step ZoneAgent::OnAssigned() {
  return StartCheck(CheckCause::kFirst);
}

ZoneAgent::Step ZoneAgent::OnLoadedFromDisk(const dns::SoaFields& soa,
                                            const ZoneTimers& timers,
                                            absl::Duration ramp) {
  const absl::Duration now = clock_->Monotonic();
  const absl::Time wall = clock_->Now();
  soa_ = soa;
  last_check_ = timers.last_check;
  publish_ = timers.publish;
  // If the wall clock was set back meanwhile, the copy must not live longer
  // than if it had been confirmed just now.
  const absl::Duration left =
      std::min(timers.expire - wall, ExpireInterval(soa));
  if (left <= absl::ZeroDuration()) {
    phase_ = Phase::kExpired;
    expired_ = timers.expire;
    Step step = StartCheck(CheckCause::kExpired);
    step.expire = true;
    return step;
  }
  phase_ = Phase::kServing;
  expire_at_ = now + left;
  const absl::Duration refresh = RefreshInterval(soa);
  const absl::Duration age =
      std::max(wall - timers.last_check, absl::ZeroDuration());
  absl::Duration due = refresh * (0.75 + 0.25 * random_->Unit()) - age;
  if (due <= absl::ZeroDuration()) {
    due = std::min({ramp, refresh, left / 2}) * random_->Unit();
  }
  ScheduleAt(now + due, CheckCause::kRefresh);
  return Step();
}

ZoneAgent::Step ZoneAgent::OnNotify(std::optional<uint32_t> serial,
                                    NotifyVerdict* verdict) {
  if (phase_ == Phase::kServing && serial &&
      !dns::SerialNewer(*serial, soa_.serial)) {
    *verdict = NotifyVerdict::kOld;
    return Step();
  }
  const bool news = serial && (!hint_ || dns::SerialNewer(*serial, *hint_));
  if (news) hint_ = serial;
  rechecks_left_ = kMaxRechecks;
  // The primary is alive: whatever made us slow down is over.
  backoff_ = 0;
  if (checking_) {
    // A hinted one is only worth a further check if this one does not get
    // there; that is seen at its end.
    pending_notify_ |= !serial;
    pending_hint_ |= news;
    *verdict = NotifyVerdict::kCoalesced;
    return Step();
  }
  Step step = CheckForNotify();
  *verdict = step.check ? NotifyVerdict::kAccepted : NotifyVerdict::kCoalesced;
  return step;
}

ZoneAgent::Step ZoneAgent::CheckForNotify() {
  const absl::Duration now = clock_->Monotonic();
  const absl::Duration earliest = notify_check_at_ + kNotifySpacing;
  if (now >= earliest) return StartCheck(CheckCause::kNotify);
  if (earliest < next_check_) ScheduleAt(earliest, CheckCause::kNotify);
  return Step();
}

ZoneAgent::Step ZoneAgent::OnForcedRefresh() {
  backoff_ = 0;
  if (!checking_) return StartCheck(CheckCause::kOperator);
  pending_refresh_ = true;
  return Step();
}

ZoneAgent::Step ZoneAgent::OnForcedRetransfer() {
  backoff_ = 0;
  pending_retransfer_ = true;
  if (!checking_) return StartCheck(CheckCause::kOperator);
  return Step();
}

ZoneAgent::Step ZoneAgent::OnTimer() {
  const absl::Duration now = clock_->Monotonic();
  Step step;
  const bool expire = phase_ == Phase::kServing && now >= expire_at_;
  if (expire) {
    phase_ = Phase::kExpired;
    expired_ = clock_->Now();
    expire_at_ = absl::InfiniteDuration();
    if (next_cause_ == CheckCause::kRefresh) next_cause_ = CheckCause::kExpired;
  }
  if (!checking_ && now >= next_check_) step = StartCheck(next_cause_);
  step.expire = expire;
  return step;
}

ZoneAgent::Step ZoneAgent::StartCheck(CheckCause cause) {
  Step step;
  CheckOrder& order = step.check.emplace();
  order.cause = cause;
  // Whatever the cause, nothing is more urgent than a zone that gives no answer
  // but should, except for what a person waits for.
  if (phase_ == Phase::kExpired && cause > CheckCause::kExpired) {
    order.cause = CheckCause::kExpired;
  }
  order.have_serial = serial();
  order.force = pending_retransfer_;
  if (is_hint_ahead()) order.hint = hint_;
  if (cause == CheckCause::kNotify) notify_check_at_ = clock_->Monotonic();
  checking_ = true;
  forced_ = pending_retransfer_;
  pending_refresh_ = pending_retransfer_ = false;
  pending_notify_ = pending_hint_ = false;
  next_check_ = absl::InfiniteDuration();
  return step;
}

ZoneAgent::Step ZoneAgent::OnCheckDone(const CheckResult& result) {
  checking_ = false;
  if (result.primary_serial) primary_serial_ = result.primary_serial;
  switch (result.outcome) {
    case CheckResult::Outcome::kTransferred:
      if (IsNews(result.soa.serial)) publish_ = clock_->Now();
      soa_ = result.soa;
      phase_ = Phase::kServing;
      Confirm();
      break;
    case CheckResult::Outcome::kUpToDate:
      // The copy that was compared expired meanwhile: get a new one.
      if (phase_ != Phase::kServing) return StartCheck(CheckCause::kExpired);
      Confirm();
      break;
    case CheckResult::Outcome::kFailed:
      OnFailure(result);
      break;
    case CheckResult::Outcome::kCancelled:
      // Whoever cancelled it says what comes next; this is for the case that
      // nobody does.
      pending_retransfer_ |= forced_;
      ScheduleRetry();
      break;
  }
  return StartPending();
}

ZoneAgent::Step ZoneAgent::StartPending() {
  if (pending_retransfer_ || pending_refresh_) {
    return StartCheck(CheckCause::kOperator);
  }
  const bool notify = pending_notify_ || (pending_hint_ && is_hint_ahead());
  pending_notify_ = pending_hint_ = false;
  return notify ? CheckForNotify() : Step();
}

void ZoneAgent::Confirm() {
  last_check_ = clock_->Now();
  // RFC 1035 s3.3.13; never jittered.
  expire_at_ = clock_->Monotonic() + ExpireInterval(soa_);
  failures_ = 0;
  backoff_ = 0;
  last_failure_ = Failure();
  failed_primary_.clear();
  if (is_hint_ahead() && ScheduleRecheck()) return;
  hint_.reset();
  ScheduleRefresh();
}

void ZoneAgent::OnFailure(const CheckResult& result) {
  ++failures_;
  last_failure_ = result.failure;
  failed_primary_ = result.primary;
  failure_time_ = clock_->Now();
  // A NOTIFY that could not be followed is tried again soon: the primary has
  // something new for us.
  if (phase_ == Phase::kServing && ScheduleRecheck()) return;
  hint_.reset();
  ScheduleRetry();
  backoff_ = static_cast<int8_t>(std::min(backoff_ + 1, kMaxDoublings));
}

bool ZoneAgent::ScheduleRecheck() {
  if (rechecks_left_ <= 0) return false;
  const int done = kMaxRechecks - rechecks_left_--;
  absl::Duration delay = kFirstRecheck * (1 << done);
  ScheduleAt(clock_->Monotonic() + delay * (0.75 + 0.5 * random_->Unit()),
             CheckCause::kNotify);
  return true;
}

void ZoneAgent::ScheduleRefresh() {
  rechecks_left_ = 0;
  ScheduleAt(clock_->Monotonic() +
                 RefreshInterval(soa_) * (0.75 + 0.25 * random_->Unit()),
             CheckCause::kRefresh);
}

void ZoneAgent::ScheduleRetry() {
  absl::Duration delay;
  if (phase_ == Phase::kLoading) {
    delay =
        std::min(kFirstRetry * (int64_t{1} << backoff_), kFirstRetryCeiling);
  } else {
    delay = RetryInterval(soa_, backoff_);
  }
  ScheduleAt(
      clock_->Monotonic() + delay * (0.75 + 0.5 * random_->Unit()),
      phase_ == Phase::kExpired ? CheckCause::kExpired : CheckCause::kRetry);
}

void ZoneAgent::ScheduleAt(absl::Duration at, CheckCause cause) {
  // Clocks count nanoseconds: a finer deadline would be met one tick too late.
  next_check_ = absl::Trunc(at, absl::Nanoseconds(1));
  next_cause_ = cause;
}

bool ZoneAgent::is_hint_ahead() const {
  return hint_ && phase_ == Phase::kServing &&
         dns::SerialNewer(*hint_, soa_.serial);
}

absl::Duration ZoneAgent::deadline() const {
  return std::min(next_check_, expire_at_);
}

std::optional<uint32_t> ZoneAgent::serial() const {
  if (phase_ != Phase::kServing) return std::nullopt;
  return soa_.serial;
}

ZoneTimers ZoneAgent::timers() const {
  ZoneTimers timers;
  timers.last_check = last_check_;
  timers.publish = publish_;
  timers.expire = phase_ == Phase::kServing
                      ? clock_->Now() + (expire_at_ - clock_->Monotonic())
                      : expired_;
  return timers;
}

ZoneTimers ZoneAgent::TimersWith(const dns::SoaFields& soa) const {
  const absl::Time now = clock_->Now();
  return {now, now + ExpireInterval(soa), IsNews(soa.serial) ? now : publish_};
}

bool ZoneAgent::IsNews(uint32_t new_serial) const {
  return phase_ == Phase::kLoading || soa_.serial != new_serial ||
         publish_ == absl::InfinitePast();
}

std::optional<absl::Time> ZoneAgent::next_check_time() const {
  if (checking_ || next_check_ == absl::InfiniteDuration()) return std::nullopt;
  return clock_->Now() + (next_check_ - clock_->Monotonic());
}

}  // namespace understudy::edge
