// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/backoff.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/unique_fd.h"
#include "controlplane/embedded/postgres_cluster.h"

namespace understudy::control {

// A private PostgreSQL for a controller that was given none: made at the first
// start, reached through a unix socket alone, started again when it dies,
// stopped with this object, and by the kernel when the controller is killed.
// Nobody else may use the directory meanwhile: the caller holds a lock on it.
// Thread-safe.
class EmbeddedPostgres {
 public:
  // Blocks until it takes connections; a second or two the first time. The
  // logger and random must outlive it.
  static absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> Start(
      const PostgresOptions& options, Random& random, const Logger& logger);

  // Ends all connections and stops it: the fast shutdown, which takes well
  // under a second; a harder one when that does not happen.
  ~EmbeddedPostgres();
  EmbeddedPostgres(const EmbeddedPostgres&) = delete;
  EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

  // For libpq; stays the same when it is started again.
  const std::string& connection_string() const { return connection_string_; }
  // Of the present process, 0 while there is none.
  pid_t pid() const;

 private:
  EmbeddedPostgres(std::unique_ptr<PostgresCluster> cluster, Random& random,
                   const Logger& logger, UniqueFd stop);

  // The thread that owns the child, and whose end would end it.
  void Run();
  // One life of the server. OK when it was stopped by the destructor.
  absl::Status RunServer();
  absl::Status WaitUntilReady(ChildProcess& server);
  void StopServer(ChildProcess& server);
  // Waits; true when it is time to stop.
  bool Stopped(absl::Duration timeout);
  void Tell(absl::Status outcome, pid_t pid);

  const std::unique_ptr<PostgresCluster> cluster_;
  const std::string connection_string_;
  const Logger& logger_;
  Backoff backoff_;
  const UniqueFd stop_;  // Readable once it is time to stop.

  mutable Mutex mu_;
  CondVar told_;
  // Of the first start: unset until it is known.
  bool has_outcome_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status outcome_ ABSL_GUARDED_BY(mu_);
  pid_t pid_ ABSL_GUARDED_BY(mu_) = 0;
  std::thread thread_;
};

}  // namespace understudy::control
