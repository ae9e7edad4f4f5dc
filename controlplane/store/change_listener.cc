// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/change_listener.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "controlplane/store/postgres_errors.h"

namespace understudy::control {
namespace {

// Only there so that LISTEN is said; the news is that there is news.
class Receiver final : public pqxx::notification_receiver {
 public:
  explicit Receiver(pqxx::connection_base& link)
      : notification_receiver(link, "understudy_changes") {}
  void operator()(const std::string&, int) override {}
};

}  // namespace

ChangeListener::ChangeListener(std::string connection_string)
    : connection_string_(std::move(connection_string)),
      wake_(eventfd(0, EFD_CLOEXEC)) {}

ChangeListener::~ChangeListener() {
  // UNLISTEN may find that the connection is gone.
  CatchPostgresErrors([this] {
    receiver_.reset();
    connection_.reset();
    return absl::OkStatus();
  }).IgnoreError();
}

void ChangeListener::Interrupt() { eventfd_write(wake_.get(), 1); }

bool ChangeListener::EnsureListening(bool* fresh) {
  *fresh = connection_ == nullptr;
  if (!*fresh) return true;
  absl::StatusOr<std::unique_ptr<DatabaseConnection>> made =
      Connect(connection_string_);
  if (!made.ok()) return false;
  return CatchPostgresErrors([&] {
           connection_ = *std::move(made);
           receiver_ = std::make_unique<Receiver>(connection_->link);
           return absl::OkStatus();
         })
      .ok();
}

bool ChangeListener::TakeNotifications() {
  int count = 0;
  const absl::Status status = CatchPostgresErrors([&] {
    count = connection_->link.get_notifs();
    return absl::OkStatus();
  });
  if (status.ok() && connection_->link.is_open()) return count > 0;
  CatchPostgresErrors([this] {
    receiver_.reset();
    connection_.reset();
    return absl::OkStatus();
  }).IgnoreError();
  return true;
}

void ChangeListener::Wait(absl::Duration timeout) {
  // The interruption stays readable, so this looks without waiting.
  pollfd fds[] = {{wake_.get(), POLLIN, 0}, {-1, POLLIN, 0}};
  if (poll(fds, 1, 0) > 0) return;
  bool fresh = false;
  if (EnsureListening(&fresh)) {
    if (fresh) return;
    // What arrived with the answer to an earlier statement is not on the
    // socket any more.
    if (TakeNotifications()) return;
    if (connection_ != nullptr) fds[1].fd = connection_->link.sock();
  }
  const int64_t milliseconds =
      std::clamp<int64_t>(absl::ToInt64Milliseconds(timeout), 0, 3'600'000);
  if (poll(fds, 2, static_cast<int>(milliseconds)) > 0 && fds[1].revents != 0) {
    TakeNotifications();
  }
}

}  // namespace understudy::control
