// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/embedded/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace understudy::control {
namespace {

// The rest of a child's life before exec. Only what is safe after a fork from
// many threads: system calls on values that were made before.
[[noreturn]] void BecomeProgram(const ChildSpec& spec, char* const* argv,
                                char* const* envp, int output, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) {
    ::signal(signal, SIG_DFL);
  }
  // A group of its own: Ctrl-C at a terminal is for the controller, which then
  // ends its children in order.
  setpgid(0, 0);
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
      dup2(output, 2) < 0) {
    _exit(126);
  }
  if (spec.run_as.has_value()) {
    if (setgroups(0, nullptr) != 0 || setgid(spec.run_as->gid) != 0 ||
        setuid(spec.run_as->uid) != 0) {
      _exit(126);
    }
  }
  // After the switch of user, which clears it.
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != parent) _exit(126);
  if (chdir(spec.directory.c_str()) != 0) _exit(126);
  execve(argv[0], argv, envp);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const ChildSpec& spec) {
  // The directory may be another user's, who must not lead root elsewhere.
  UniqueFd output(open(spec.output_file.c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
                       0600));
  if (!output) {
    return absl::InternalError(absl::StrCat("cannot write ", spec.output_file,
                                            ": ", std::strerror(errno)));
  }
  std::vector<char*> argv;
  for (const std::string& word : spec.argv) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  char path[] = "PATH=/usr/bin:/bin";
  char locale[] = "LC_ALL=C.UTF-8";
  char* const envp[] = {path, locale, nullptr};

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return absl::InternalError(
        absl::StrCat("cannot fork: ", std::strerror(errno)));
  }
  if (pid == 0) BecomeProgram(spec, argv.data(), envp, output.get(), parent);
  // No wrapper in this version of the C library.
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return absl::InternalError(
        absl::StrCat("cannot watch a child: ", std::strerror(errno)));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, std::move(pidfd)));
}

ChildProcess::ChildProcess(pid_t pid, UniqueFd pidfd)
    : pid_(pid), pidfd_(std::move(pidfd)) {}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  Signal(SIGKILL);
  WaitForEnd(absl::InfiniteDuration());
}

bool ChildProcess::WaitForEnd(absl::Duration timeout, int wake) {
  if (ended_) return true;
  pollfd fds[] = {{pidfd_.get(), POLLIN, 0}, {wake, POLLIN, 0}};
  const int milliseconds =
      timeout == absl::InfiniteDuration()
          ? -1
          : static_cast<int>(absl::ToInt64Milliseconds(timeout));
  while (poll(fds, 2, milliseconds) < 0 && errno == EINTR) {
  }
  if (waitpid(pid_, &status_, WNOHANG) != pid_) return false;
  ended_ = true;
  return true;
}

void ChildProcess::Signal(int signal) {
  // Until it was waited for, the id is not given to another process.
  if (!ended_) kill(pid_, signal);
}

std::string ChildProcess::HowItEnded() const {
  if (!ended_) return "still running";
  if (WIFSIGNALED(status_)) return absl::StrCat("signal ", WTERMSIG(status_));
  return absl::StrCat("exit status ", WEXITSTATUS(status_));
}

}  // namespace understudy::control
