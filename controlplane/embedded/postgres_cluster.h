// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controlplane/embedded/child_process.h"
#include "controlplane/embedded/postgres_paths.h"

namespace understudy::control {

// What makes one PostgreSQL different from another.
struct PostgresOptions {
  // Where it lives: `data` is the cluster, `log` what it says. Made if it is
  // not there. When this process is root it is given to the user `postgres`.
  std::string directory;
  int most_connections = 20;
  // False: nothing is flushed. For tests, which need no cluster after a crash.
  bool durable = true;
};

// The files and commands of one PostgreSQL: nothing here waits or repeats.
// Blocking; one thread at a time.
class PostgresCluster {
 public:
  // Finds the programs and the user, makes the directories and a folder for
  // the socket. FailedPrecondition says what the operator has to do.
  static absl::StatusOr<std::unique_ptr<PostgresCluster>> Open(
      const PostgresOptions& options);
  // Removes the socket's folder.
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Ends a PostgreSQL that still runs on this data, left by a controller that
  // was killed, and removes its socket's folder. Internal when it cannot be
  // ended.
  absl::Status EndLeftover();
  // Makes the cluster when there is none; one that is half made is made anew.
  absl::Status Initialize();
  absl::StatusOr<std::unique_ptr<ChildProcess>> StartServer();
  bool is_ready() const { return IsPostmasterReady(data_dir_); }

  // For libpq.
  std::string connection_string() const;
  const std::string& data_dir() const { return data_dir_; }
  // The last line of the log, for an error message.
  std::string LastLogLine() const;

 private:
  PostgresCluster(PostgresOptions options, std::string binaries,
                  std::optional<RunAs> user);
  absl::Status MakeDirectory();
  absl::Status MakeSocketDirectory();
  absl::Status EndPostmaster();

  const PostgresOptions options_;
  const std::string binaries_;
  const std::optional<RunAs> user_;
  const std::string data_dir_;
  const std::string log_file_;
  std::string socket_dir_;
  std::string old_socket_dir_;
};

}  // namespace understudy::control
