// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace understudy::control {

// Whom a PostgreSQL process runs as.
struct RunAs {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

// The folder with initdb and postgres (/usr/lib/postgresql/15/bin): of this
// major version, or for 0 of the highest below `root`. FailedPrecondition
// naming the package when there is none.
absl::StatusOr<std::string> FindPostgresBinaries(
    int major = 0, const std::string& root = "/usr/lib/postgresql");

// The major version that made this data directory; 0 when there is no cluster.
int ClusterVersion(const std::string& data_dir);

// The user to switch to: none when this process is not root, since PostgreSQL
// refuses to run as root only. FailedPrecondition when root has no `postgres`
// user to switch to.
absl::StatusOr<std::optional<RunAs>> FindPostgresUser();

// Whether the user can reach the directory: every folder on its absolute path
// must let it through. FailedPrecondition naming the first that does not.
absl::Status CheckTraversable(const std::string& directory, const RunAs& user);

// The process that runs on this PostgreSQL data directory, as its
// postmaster.pid says; nothing when there is none, or when the process with
// that id is another one by now.
std::optional<pid_t> FindPostmaster(const std::string& data_dir);

// Whether the PostgreSQL on this data directory takes connections, as its
// postmaster.pid says.
bool IsPostmasterReady(const std::string& data_dir);

}  // namespace understudy::control
