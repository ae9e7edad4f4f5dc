// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "controlplane/store/database_connection.h"

namespace understudy::control {

// Connections to one database, made when they are needed, at most `capacity`.
// Thread-safe.
//
// When the database is away, calls fail at once with Unavailable, since a
// thread of the pool's own tries to connect again, a few times a second; they
// work again once it succeeds. A connection that was lost while it was idle is
// replaced without the caller seeing it. A call that hangs (a server that was
// stopped, a network that swallows everything) is cut off after its limit.
class ConnectionPool {
 public:
  // A call in progress.
  struct Call {
    pqxx::connection& link;
    // To be cleared before a commit: after it, nobody knows whether a lost
    // connection took the transaction with it, and the body is not repeated.
    bool may_repeat = true;
  };
  using Body = absl::FunctionRef<absl::Status(Call&)>;

  // `connection_string` is complete. The clock must outlive the pool.
  ConnectionPool(std::string connection_string, size_t capacity,
                 const Clock& clock);
  // No call may be in progress.
  ~ConnectionPool();

  // Runs the body on a connection; it may throw what libpqxx throws, and may be
  // run a second time on another connection. Unavailable when there is no
  // connection within `limit` or the body took longer.
  absl::Status Run(absl::Duration limit, Body body);

  // OK, or why the database is away.
  absl::Status health() const;

 private:
  struct Lease {
    std::unique_ptr<DatabaseConnection> connection;
    int socket = -1;
    bool fresh = false;
    absl::Duration deadline;
    bool cut_off = false;
  };

  absl::Status RunOnce(Lease& lease, Body body, bool* repeat);
  absl::Status Acquire(absl::Duration deadline, Lease& lease);
  // Gives the connection back, or lets it go when it is lost.
  void Release(Lease& lease, bool lost);
  void DropIdle();
  void SetAway(absl::Status why);
  // The threads: one cuts calls off, one connects again.
  void WatchLeases();
  void Heal();

  const std::string connection_string_;
  const size_t capacity_;
  const Clock& clock_;

  mutable Mutex mu_;
  CondVar released_;
  CondVar upkeep_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status away_ ABSL_GUARDED_BY(mu_);
  size_t open_ ABSL_GUARDED_BY(mu_) = 0;  // Idle, leased or being made.
  std::vector<std::unique_ptr<DatabaseConnection>> idle_ ABSL_GUARDED_BY(mu_);
  std::set<Lease*> leases_ ABSL_GUARDED_BY(mu_);
  std::thread watcher_;
  std::thread healer_;
};

}  // namespace understudy::control
