// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/upkeep.h"

#include "base/status_macros.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr absl::Duration kPurgeInterval = absl::Hours(1);
constexpr absl::Duration kDay = absl::Hours(24);
// An edge that was away for longer is told by the whole set what is gone.
constexpr absl::Duration kTombstoneLife = absl::Hours(24 * 7);

}  // namespace

Upkeep::Upkeep(Store& store, const Clock& clock, Metrics& metrics,
               const Logger& logger, Prepare prepare, Daily daily)
    : store_(store),
      clock_(clock),
      logger_(logger),
      prepare_(std::move(prepare)),
      daily_(std::move(daily)),
      database_up_(metrics.Gauge("understudy_controller_database_up",
                                 "1 while the database answers.")),
      next_purge_(clock.Monotonic() + kPurgeInterval),
      next_daily_(clock.Monotonic() + kDay),
      readiness_(absl::UnavailableError("the database is not prepared yet")) {}

Upkeep::~Upkeep() { Stop(); }

absl::Status Upkeep::Start() {
  const absl::Status prepared = prepare_();
  prepared_ = prepared.ok();
  if (!prepared.ok() && !absl::IsUnavailable(prepared)) return prepared;
  SetReadiness(prepared);
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void Upkeep::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status Upkeep::readiness() const {
  MutexLock lock(mu_);
  return readiness_;
}

void Upkeep::SetReadiness(absl::Status status) {
  database_up_.Set(status.ok() ? 1 : 0);
  bool changed = false;
  {
    MutexLock lock(mu_);
    changed =
        readiness_.ok() != status.ok() || readiness_.code() != status.code();
    readiness_ = status;
  }
  if (status.ok() && changed) logger_.Info("database ready");
  if (!status.ok() && changed) {
    logger_.Error("database away", {{"error", status.message()}});
  }
}

void Upkeep::Loop() {
  while (true) {
    {
      MutexLock lock(mu_);
      if (!stopping_) stopped_.WaitFor(mu_, kInterval);
      if (stopping_) return;
    }
    Turn();
  }
}

void Upkeep::Turn() {
  const absl::Duration now = clock_.Monotonic();
  absl::Status status = prepared_ ? store_.Ping() : prepare_();
  prepared_ = prepared_ || status.ok();
  const bool up = status.ok();
  SetReadiness(std::move(status));
  if (now >= next_daily_) {
    next_daily_ = now + kDay;
    daily_();
  }
  if (!up || now < next_purge_) return;
  next_purge_ = now + kPurgeInterval;
  if (absl::Status purged = store_.Purge(clock_.Now() - kTombstoneLife);
      !purged.ok()) {
    logger_.Warning("purge failed", {{"error", purged.message()}});
  }
}

}  // namespace understudy::control
