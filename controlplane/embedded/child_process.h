// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "controlplane/embedded/postgres_paths.h"

namespace understudy::control {

// What to run, and as whom.
struct ChildSpec {
  std::vector<std::string> argv = {};  // The program's path first.
  std::optional<RunAs> run_as = std::nullopt;
  // Standard output and error are appended here.
  std::string output_file = "/dev/null";
  // The child's working directory.
  std::string directory = "/";
};

// A child process. It gets SIGINT when the thread that started it ends,
// whatever ends it: so whoever starts one must be a thread that lives as long
// as the child should. One thread at a time.
class ChildProcess {
 public:
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const ChildSpec& spec);

  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // True once it has ended; waits for that, for `timeout`, or until `wake` (an
  // eventfd, -1 for none) is readable.
  bool WaitForEnd(absl::Duration timeout, int wake = -1);
  void Signal(int signal);

  pid_t pid() const { return pid_; }
  // "exit status 1" or "signal 9", after the end.
  std::string HowItEnded() const;
  bool succeeded() const { return ended_ && status_ == 0; }

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd);

  const pid_t pid_;
  UniqueFd pidfd_;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace understudy::control
