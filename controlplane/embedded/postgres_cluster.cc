// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/embedded/postgres_cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace understudy::control {
namespace {

constexpr off_t kMostLogBytes = 10 << 20;
constexpr absl::Duration kInitializeTimeout = absl::Minutes(2);
constexpr absl::string_view kSocketPrefix = "/understudy-pg-";

absl::Status SystemError(absl::string_view what) {
  return absl::InternalError(
      absl::StrCat("cannot ", what, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> Absolute(const std::string& path) {
  if (!path.empty() && path[0] == '/') return path;
  std::unique_ptr<char, decltype(&std::free)> cwd(getcwd(nullptr, 0),
                                                  &std::free);
  if (cwd == nullptr) return SystemError("tell the current directory");
  return absl::StrCat(cwd.get(), "/", path);
}

std::string Parent(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// With what a PostgreSQL that was killed leaves in it.
void RemoveSocketDirectory(const std::string& path) {
  for (const char* file : {"/.s.PGSQL.5432", "/.s.PGSQL.5432.lock"}) {
    unlink(absl::StrCat(path, file).c_str());
  }
  rmdir(path.c_str());
}

// True when the process was gone in time.
bool WaitForStranger(int pidfd, int milliseconds) {
  pollfd fd = {pidfd, POLLIN, 0};
  return poll(&fd, 1, milliseconds) == 1;
}

}  // namespace

PostgresCluster::PostgresCluster(PostgresOptions options, std::string binaries,
                                 std::optional<RunAs> user)
    : options_(std::move(options)),
      binaries_(std::move(binaries)),
      user_(std::move(user)),
      data_dir_(absl::StrCat(options_.directory, "/data")),
      log_file_(absl::StrCat(options_.directory, "/log")) {}

absl::StatusOr<std::unique_ptr<PostgresCluster>> PostgresCluster::Open(
    const PostgresOptions& options) {
  PostgresOptions absolute = options;
  UNDERSTUDY_ASSIGN_OR_RETURN(absolute.directory, Absolute(options.directory));
  UNDERSTUDY_ASSIGN_OR_RETURN(std::string binaries,
                              FindPostgresBinaries(ClusterVersion(
                                  absl::StrCat(absolute.directory, "/data"))));
  UNDERSTUDY_ASSIGN_OR_RETURN(std::optional<RunAs> user, FindPostgresUser());
  std::unique_ptr<PostgresCluster> cluster(new PostgresCluster(
      std::move(absolute), std::move(binaries), std::move(user)));
  UNDERSTUDY_RETURN_IF_ERROR(cluster->MakeDirectory());
  UNDERSTUDY_RETURN_IF_ERROR(cluster->MakeSocketDirectory());
  return cluster;
}

PostgresCluster::~PostgresCluster() {
  if (socket_dir_.empty()) return;
  RemoveSocketDirectory(socket_dir_);
  unlink(absl::StrCat(options_.directory, "/socket_dir").c_str());
}

absl::Status PostgresCluster::MakeDirectory() {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(Parent(options_.directory), 0755));
  if (user_.has_value()) {
    UNDERSTUDY_RETURN_IF_ERROR(
        CheckTraversable(Parent(options_.directory), *user_));
  }
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(options_.directory, 0700));
  if (user_.has_value() &&
      chown(options_.directory.c_str(), user_->uid, user_->gid) != 0) {
    return SystemError(absl::StrCat("give ", options_.directory,
                                    " to the user `", user_->name, "`"));
  }
  // Not through a link: the directory is PostgreSQL's, and this may be root.
  UniqueFd log(
      open(log_file_.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (log && fstat(log.get(), &facts) == 0 && facts.st_size > kMostLogBytes &&
      ftruncate(log.get(), 0) != 0) {
    return SystemError(absl::StrCat("shorten ", log_file_));
  }
  return absl::OkStatus();
}

// A socket's path must fit into 108 bytes, so it lies outside of the data
// directory, in a folder that only PostgreSQL's user (and root) may enter.
absl::Status PostgresCluster::MakeSocketDirectory() {
  const std::string record = absl::StrCat(options_.directory, "/socket_dir");
  absl::StatusOr<std::string> old = ReadFile(record);
  if (old.ok() && absl::StrContains(*old, kSocketPrefix)) {
    old_socket_dir_ = *old;
  }
  for (absl::string_view parent : {"/run", "/tmp"}) {
    std::string path = absl::StrCat(parent, kSocketPrefix, "XXXXXX");
    if (mkdtemp(path.data()) == nullptr) continue;
    socket_dir_ = path;
    if (user_.has_value() && chown(path.c_str(), user_->uid, user_->gid) != 0) {
      return SystemError(absl::StrCat("give ", path, " to PostgreSQL"));
    }
    return ReplaceFile(record, path, 0600);
  }
  return SystemError(
      "make a directory for PostgreSQL's socket in /run or /tmp");
}

absl::Status PostgresCluster::EndLeftover() {
  UNDERSTUDY_RETURN_IF_ERROR(EndPostmaster());
  if (!old_socket_dir_.empty()) RemoveSocketDirectory(old_socket_dir_);
  old_socket_dir_.clear();
  return absl::OkStatus();
}

absl::Status PostgresCluster::EndPostmaster() {
  std::optional<pid_t> pid = FindPostmaster(data_dir_);
  if (!pid.has_value()) return absl::OkStatus();
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  // It may have ended, and its id been given away, before it was opened.
  if (!pidfd || FindPostmaster(data_dir_) != pid) return absl::OkStatus();
  // Fast, immediate, and at last without a word.
  for (auto [signal, milliseconds] :
       {std::pair(SIGINT, 10'000), {SIGQUIT, 5'000}, {SIGKILL, 5'000}}) {
    if (kill(*pid, signal) != 0 && errno != ESRCH) {
      return SystemError(absl::StrCat("end the PostgreSQL with process id ",
                                      *pid, " that still runs on ", data_dir_));
    }
    if (WaitForStranger(pidfd.get(), milliseconds)) return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("the PostgreSQL with process id ",
                                          *pid, " that still runs on ",
                                          data_dir_, " cannot be ended"));
}

absl::Status PostgresCluster::Initialize() {
  if (ClusterVersion(data_dir_) != 0) return absl::OkStatus();
  // Under another name until it is whole.
  const std::string fresh = absl::StrCat(options_.directory, "/data.new");
  ChildSpec spec{.run_as = user_, .output_file = log_file_};
  spec.argv = {"/bin/rm", "-rf", fresh};
  for (bool making : {false, true}) {
    if (making) {
      spec.argv = {absl::StrCat(binaries_, "/initdb"),
                   "--pgdata",
                   fresh,
                   "--username=understudy",
                   "--auth-local=trust",
                   "--auth-host=reject",
                   "--encoding=UTF8",
                   "--locale=C",
                   "--data-checksums",
                   "--no-instructions"};
      if (!options_.durable) spec.argv.push_back("--no-sync");
    }
    UNDERSTUDY_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> child,
                                ChildProcess::Start(spec));
    if (!child->WaitForEnd(kInitializeTimeout) || !child->succeeded()) {
      return absl::InternalError(absl::StrCat(
          "making the embedded PostgreSQL failed (", child->HowItEnded(),
          "): ", LastLogLine(), " (see ", log_file_, ")"));
    }
  }
  if (rename(fresh.c_str(), data_dir_.c_str()) != 0) {
    return SystemError(absl::StrCat("rename ", fresh));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ChildProcess>> PostgresCluster::StartServer() {
  ChildSpec spec{.run_as = user_, .output_file = log_file_};
  spec.argv = {absl::StrCat(binaries_, "/postgres"), "-D", data_dir_, "-k",
               socket_dir_};
  for (const std::string& setting :
       {std::string("listen_addresses="),
        std::string("unix_socket_permissions=0700"),
        absl::StrCat("max_connections=", options_.most_connections),
        std::string("logging_collector=off"),
        std::string("log_min_messages=warning"),
        std::string("cluster_name=understudy"),
        absl::StrCat("fsync=", options_.durable ? "on" : "off")}) {
    spec.argv.push_back("-c");
    spec.argv.push_back(setting);
  }
  return ChildProcess::Start(spec);
}

std::string PostgresCluster::connection_string() const {
  return absl::StrCat("host=", socket_dir_, " user=understudy dbname=postgres");
}

std::string PostgresCluster::LastLogLine() const {
  absl::StatusOr<std::string> text = ReadFile(log_file_);
  if (!text.ok()) return "";
  std::string last;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    if (!line.empty()) last = std::string(line);
  }
  return last;
}

}  // namespace understudy::control
