// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/random.h"
#include "dns/rdata.h"
#include "edgenode/zone/failure.h"
#include "edgenode/zonestore/zone_archive.h"

namespace understudy::edge {

// Why the primaries are asked, the most urgent first.
enum class CheckCause : uint8_t {
  kOperator,  // Somebody asked for it, or the primaries changed.
  kNotify,
  kExpired,
  kFirst,  // No copy yet.
  kRetry,
  kRefresh,
};

// What is to be asked.
struct CheckOrder {
  CheckCause cause = CheckCause::kRefresh;
  // The copy's serial; absent: there is none, take whatever the primary has.
  std::optional<uint32_t> have_serial;
  // Copy the whole zone, whatever its serial.
  bool force = false;
  // The newest serial that a NOTIFY spoke of, when it is newer than ours.
  std::optional<uint32_t> hint;
};

// What came of it.
struct CheckResult {
  enum class Outcome { kUpToDate, kTransferred, kFailed, kCancelled };
  Outcome outcome = Outcome::kCancelled;
  dns::SoaFields soa;                      // Of the copy, when transferred.
  std::optional<uint32_t> primary_serial;  // The newest seen at a primary.
  Failure failure;                         // When failed.
  std::string primary;                     // Which one failed.
};

// Decides when one zone is checked, retried or expired (RFC 1034 s4.3.5, RFC
// 1996). No I/O: the loop feeds it events, does what the steps say and comes
// back at the deadline. Not thread-safe; owned by ZoneLoop.
//
// Intervals run on the monotonic clock: a jump of the wall clock neither
// stretches nor cuts them. Wall times are made for people and for the archive.
class ZoneAgent {
 public:
  enum class Phase : uint8_t { kLoading, kServing, kExpired };
  enum class NotifyVerdict : uint8_t { kAccepted, kCoalesced, kOld };

  struct Step {
    std::optional<CheckOrder> check;  // Start it now.
    bool expire = false;              // Stop answering from the copy now.
  };

  // Bounds on what a SOA may ask for. A second lets a primary's operator test
  // with small timers, and still bounds what one zone can cost.
  static constexpr absl::Duration kRefreshFloor = absl::Seconds(1);
  static constexpr absl::Duration kRetryFloor = absl::Seconds(1);
  // A missed NOTIFY must not hide a change for longer than a day.
  static constexpr absl::Duration kRefreshCeiling = absl::Hours(24);
  // Nobody wants to wait longer for a primary that has come back.
  static constexpr absl::Duration kRetryCeiling = absl::Hours(1);
  // Below it, a copy would expire between two attempts.
  static constexpr absl::Duration kExpireFloor = absl::Seconds(3);
  // Somebody has just made the zone and waits.
  static constexpr absl::Duration kFirstRetry = absl::Seconds(1);
  static constexpr absl::Duration kFirstRetryCeiling = absl::Seconds(60);
  // One lost packet, or a primary that is being restarted, must not let a copy
  // expire.
  static constexpr int kAttemptsBeforeExpire = 8;
  // NOTIFY's source can be forged: it must not make us hammer the primary.
  static constexpr absl::Duration kNotifySpacing = absl::Milliseconds(200);
  // A primary may tell of a serial before it serves it.
  static constexpr int kMaxRechecks = 3;
  static constexpr absl::Duration kFirstRecheck = absl::Seconds(1);

  // Both must outlive the agent.
  ZoneAgent(const Clock& clock, Random& random)
      : clock_(&clock), random_(&random) {}

  // --- Events; each returns what to do now ----------------------------------

  // A zone without a copy.
  Step OnAssigned();
  // A zone whose copy was found on disk. When its check is overdue, it is put
  // off by up to `ramp`, so that not all zones are checked at once.
  Step OnLoadedFromDisk(const dns::SoaFields& soa, const ZoneTimers& timers,
                        absl::Duration ramp);
  Step OnNotify(std::optional<uint32_t> serial, NotifyVerdict* verdict);
  Step OnForcedRefresh();
  Step OnForcedRetransfer();
  Step OnTimer();
  // Of the check that the last step with one asked for.
  Step OnCheckDone(const CheckResult& result);

  // When OnTimer wants to be called, on Clock::Monotonic.
  absl::Duration deadline() const;

  // --- Facts, for reports and the archive -----------------------------------

  Phase phase() const { return phase_; }
  bool is_checking() const { return checking_; }
  // Of the copy; absent while none may be answered from.
  std::optional<uint32_t> serial() const;
  ZoneTimers timers() const;
  // As they will be once a copy with this SOA is confirmed now.
  ZoneTimers TimersWith(const dns::SoaFields& soa) const;
  // Absent while a check runs.
  std::optional<absl::Time> next_check_time() const;
  uint32_t consecutive_failures() const { return failures_; }
  std::optional<uint32_t> primary_serial() const { return primary_serial_; }
  // Of the last check; ok() when it went well.
  const Failure& last_failure() const { return last_failure_; }
  const std::string& failed_primary() const { return failed_primary_; }
  absl::Time failure_time() const { return failure_time_; }

  // The intervals before jitter; for tests and documentation.
  static absl::Duration RefreshInterval(const dns::SoaFields& soa);
  static absl::Duration RetryInterval(const dns::SoaFields& soa, int attempt);
  static absl::Duration ExpireInterval(const dns::SoaFields& soa);

 private:
  Step StartCheck(CheckCause cause);
  // Starts or schedules a check because of a NOTIFY.
  Step CheckForNotify();
  // What waited for the end of a check.
  Step StartPending();
  // Whether a copy with this serial is another than the one before.
  bool IsNews(uint32_t new_serial) const;
  void Confirm();
  void OnFailure(const CheckResult& result);
  // True when another check is scheduled soon because of a NOTIFY.
  bool ScheduleRecheck();
  void ScheduleRefresh();
  void ScheduleRetry();
  void ScheduleAt(absl::Duration at, CheckCause cause);
  bool is_hint_ahead() const;

  const Clock* clock_;
  Random* random_;
  Phase phase_ = Phase::kLoading;
  CheckCause next_cause_ = CheckCause::kFirst;
  bool checking_ = false;
  // Asked for while a check ran.
  bool pending_refresh_ = false;
  bool pending_retransfer_ = false;
  bool pending_notify_ = false;
  bool pending_hint_ = false;  // As the one above, if the hint is still ahead.
  bool forced_ = false;        // The running check is a forced retransfer.
  int8_t rechecks_left_ = 0;
  int8_t backoff_ = 0;  // Doublings of the retry interval.
  uint32_t failures_ = 0;
  dns::SoaFields soa_;  // Of the last copy, also when it has expired.
  std::optional<uint32_t> hint_;
  std::optional<uint32_t> primary_serial_;
  // Monotonic.
  absl::Duration next_check_ = absl::InfiniteDuration();
  absl::Duration expire_at_ = absl::InfiniteDuration();
  absl::Duration notify_check_at_ = -absl::InfiniteDuration();
  // Wall.
  absl::Time last_check_ = absl::InfinitePast();
  absl::Time publish_ = absl::InfinitePast();
  absl::Time expired_ = absl::InfinitePast();
  absl::Time failure_time_ = absl::InfinitePast();
  Failure last_failure_;
  std::string failed_primary_;
};

}  // namespace understudy::edge
