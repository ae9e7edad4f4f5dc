// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/connection_pool.h"

#include <sys/socket.h>

#include "base/status_macros.h"
#include "controlplane/store/postgres_errors.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kWatchInterval = absl::Milliseconds(100);
constexpr absl::Duration kHealInterval = absl::Milliseconds(200);

}  // namespace

ConnectionPool::ConnectionPool(std::string connection_string, size_t capacity,
                               const Clock& clock)
    : connection_string_(std::move(connection_string)),
      capacity_(capacity),
      clock_(clock),
      watcher_([this] { WatchLeases(); }),
      healer_([this] { Heal(); }) {}

ConnectionPool::~ConnectionPool() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    upkeep_.NotifyAll();
  }
  watcher_.join();
  healer_.join();
}

absl::Status ConnectionPool::health() const {
  MutexLock lock(mu_);
  return away_;
}

absl::Status ConnectionPool::Run(absl::Duration limit, Body body) {
  const absl::Duration deadline = clock_.Monotonic() + limit;
  absl::Status status;
  bool repeat = true;
  while (repeat) {
    Lease lease;
    UNDERSTUDY_RETURN_IF_ERROR(Acquire(deadline, lease));
    status = RunOnce(lease, body, &repeat);
  }
  return status;
}

absl::Status ConnectionPool::RunOnce(Lease& lease, Body body, bool* repeat) {
  Call call{lease.connection->link};
  bool lost = false;
  absl::Status status = CatchPostgresErrors([&] { return body(call); }, &lost);
  bool cut_off = false;
  {
    MutexLock lock(mu_);
    cut_off = lease.cut_off;
  }
  lost = lost || cut_off || !lease.connection->link.is_open();
  *repeat = lost && !lease.fresh && !cut_off && call.may_repeat;
  Release(lease, lost);
  // The others have probably gone with it.
  if (lost && !lease.fresh) DropIdle();
  if (cut_off) {
    return absl::UnavailableError("the database does not answer in time");
  }
  return status;
}

absl::Status ConnectionPool::Acquire(absl::Duration deadline, Lease& lease) {
  {
    MutexLock lock(mu_);
    while (true) {
      if (!away_.ok()) return away_;
      if (!idle_.empty()) {
        lease.connection = std::move(idle_.back());
        idle_.pop_back();
        break;
      }
      if (open_ < capacity_) {
        ++open_;
        break;
      }
      const absl::Duration left = deadline - clock_.Monotonic();
      if (left <= absl::ZeroDuration()) {
        return absl::UnavailableError(
            "all database connections are busy; try again, or raise "
            "database_connections");
      }
      released_.WaitFor(mu_, left);
    }
  }
  if (lease.connection == nullptr) {
    absl::StatusOr<std::unique_ptr<DatabaseConnection>> made =
        Connect(connection_string_);
    if (!made.ok()) {
      Release(lease, /*lost=*/true);
      SetAway(made.status());
      return made.status();
    }
    lease.connection = *std::move(made);
    lease.fresh = true;
  }
  lease.socket = lease.connection->link.sock();
  lease.deadline = deadline;
  MutexLock lock(mu_);
  leases_.insert(&lease);
  return absl::OkStatus();
}

void ConnectionPool::Release(Lease& lease, bool lost) {
  {
    MutexLock lock(mu_);
    // Before it is closed: its descriptor may soon be somebody else's.
    leases_.erase(&lease);
    if (lost) {
      --open_;
    } else {
      idle_.push_back(std::move(lease.connection));
    }
    released_.NotifyOne();
  }
  lease.connection.reset();
}

void ConnectionPool::DropIdle() {
  std::vector<std::unique_ptr<DatabaseConnection>> dropped;
  MutexLock lock(mu_);
  dropped.swap(idle_);
  open_ -= dropped.size();
}

void ConnectionPool::SetAway(absl::Status why) {
  MutexLock lock(mu_);
  away_ = std::move(why);
  upkeep_.NotifyAll();
  released_.NotifyAll();
}

void ConnectionPool::WatchLeases() {
  MutexLock lock(mu_);
  while (!stopping_) {
    const absl::Duration now = clock_.Monotonic();
    for (Lease* lease : leases_) {
      if (lease->cut_off || now < lease->deadline) continue;
      lease->cut_off = true;
      // Whoever waits for the server sees the end of the stream.
      shutdown(lease->socket, SHUT_RDWR);
    }
    upkeep_.WaitFor(mu_, kWatchInterval);
  }
}

void ConnectionPool::Heal() {
  mu_.Lock();
  while (!stopping_) {
    if (away_.ok()) {
      upkeep_.WaitFor(mu_, absl::Seconds(1));
      continue;
    }
    mu_.Unlock();
    absl::StatusOr<std::unique_ptr<DatabaseConnection>> made =
        Connect(connection_string_);
    mu_.Lock();
    away_ = made.status();
    if (made.ok()) {
      // One above the capacity at most, and only for as long as it is idle.
      ++open_;
      idle_.push_back(*std::move(made));
      released_.NotifyAll();
    } else if (!stopping_) {
      upkeep_.WaitFor(mu_, kHealInterval);
    }
  }
  mu_.Unlock();
}

}  // namespace understudy::control
