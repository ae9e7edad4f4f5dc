// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/embedded/embedded_postgres.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(200);
constexpr absl::Duration kLongestBackoff = absl::Seconds(10);
// Attempts before the first start is given up: after a crash, processes of the
// one before may need a moment to see that it is gone.
constexpr int kFirstAttempts = 5;
constexpr absl::Duration kReadyPoll = absl::Milliseconds(20);

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::Start(
    const PostgresOptions& options, Random& random, const Logger& logger) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::unique_ptr<PostgresCluster> cluster,
                              PostgresCluster::Open(options));
  UniqueFd stop(eventfd(0, EFD_CLOEXEC));
  if (!stop) return absl::InternalError("no file descriptor is left");
  std::unique_ptr<EmbeddedPostgres> postgres(new EmbeddedPostgres(
      std::move(cluster), random, logger, std::move(stop)));
  MutexLock lock(postgres->mu_);
  while (!postgres->has_outcome_) postgres->told_.Wait(postgres->mu_);
  if (!postgres->outcome_.ok()) return postgres->outcome_;
  return postgres;
}

EmbeddedPostgres::EmbeddedPostgres(std::unique_ptr<PostgresCluster> cluster,
                                   Random& random, const Logger& logger,
                                   UniqueFd stop)
    : cluster_(std::move(cluster)),
      connection_string_(cluster_->connection_string()),
      logger_(logger),
      backoff_(kFirstBackoff, kLongestBackoff, random),
      stop_(std::move(stop)),
      thread_([this] { Run(); }) {}

EmbeddedPostgres::~EmbeddedPostgres() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

pid_t EmbeddedPostgres::pid() const {
  MutexLock lock(mu_);
  return pid_;
}

void EmbeddedPostgres::Tell(absl::Status outcome, pid_t pid) {
  MutexLock lock(mu_);
  if (!has_outcome_) outcome_ = std::move(outcome);
  has_outcome_ = true;
  pid_ = pid;
  told_.NotifyAll();
}

bool EmbeddedPostgres::Stopped(absl::Duration timeout) {
  pollfd fd = {stop_.get(), POLLIN, 0};
  return poll(&fd, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) > 0;
}

void EmbeddedPostgres::Run() {
  absl::Status status = cluster_->EndLeftover();
  if (status.ok()) status = cluster_->Initialize();
  if (!status.ok()) return Tell(std::move(status), 0);
  for (int attempt = 1;; ++attempt) {
    status = RunServer();
    if (status.ok()) return;
    {
      MutexLock lock(mu_);
      pid_ = 0;
      if (!has_outcome_ && attempt == kFirstAttempts) {
        has_outcome_ = true;
        outcome_ = status;
        told_.NotifyAll();
        return;
      }
    }
    const absl::Duration delay = backoff_.Next();
    logger_.Error("embedded postgresql ended",
                  {{"error", status.message()},
                   {"retry_in", absl::FormatDuration(delay)}});
    if (Stopped(delay)) return;
    // The kernel may have spared a postmaster that we lost sight of.
    status = cluster_->EndLeftover();
    if (!status.ok()) {
      logger_.Error("embedded postgresql left over",
                    {{"error", status.message()}});
    }
  }
}

absl::Status EmbeddedPostgres::RunServer() {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> server,
                              cluster_->StartServer());
  if (absl::Status ready = WaitUntilReady(*server); !ready.ok()) {
    if (!absl::IsCancelled(ready)) return ready;
    StopServer(*server);
    return absl::OkStatus();
  }
  backoff_.Reset();
  logger_.Info("embedded postgresql ready",
               {{"data_dir", cluster_->data_dir()}, {"pid", server->pid()}});
  Tell(absl::OkStatus(), server->pid());
  while (!server->WaitForEnd(absl::Minutes(1), stop_.get())) {
    if (Stopped(absl::ZeroDuration())) {
      StopServer(*server);
      return absl::OkStatus();
    }
  }
  return absl::UnavailableError(absl::StrCat(
      server->HowItEnded(), "; its log says: ", cluster_->LastLogLine()));
}

// Recovery after a crash may take long; that is no reason to give up.
absl::Status EmbeddedPostgres::WaitUntilReady(ChildProcess& server) {
  while (!cluster_->is_ready()) {
    if (server.WaitForEnd(kReadyPoll, stop_.get())) {
      return absl::UnavailableError(
          absl::StrCat("the embedded PostgreSQL did not start (",
                       server.HowItEnded(), "): ", cluster_->LastLogLine()));
    }
    if (Stopped(absl::ZeroDuration())) return absl::CancelledError();
  }
  return absl::OkStatus();
}

void EmbeddedPostgres::StopServer(ChildProcess& server) {
  server.Signal(SIGINT);
  if (server.WaitForEnd(absl::Seconds(5))) return;
  logger_.Warning("embedded postgresql is slow to stop");
  server.Signal(SIGQUIT);
  server.WaitForEnd(absl::Seconds(2));
}

}  // namespace understudy::control
