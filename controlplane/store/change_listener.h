// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "controlplane/store/database_connection.h"

namespace understudy::control {

// Waits for the database's word that something may have changed, on a
// connection of its own. Its words are hints: while the connection is away it
// only waits for the time. Wait is for one thread, Interrupt for any.
class ChangeListener {
 public:
  // `connection_string` is complete.
  explicit ChangeListener(std::string connection_string);
  ~ChangeListener();

  void Wait(absl::Duration timeout);
  // Ends this wait and all to come.
  void Interrupt();

 private:
  // True when there is a connection; a new one is at once worth a look, since
  // what was said before it is lost.
  bool EnsureListening(bool* fresh);
  // Whether something was said; drops the connection when it is lost.
  bool TakeNotifications();

  const std::string connection_string_;
  UniqueFd wake_;
  std::unique_ptr<DatabaseConnection> connection_;
  std::unique_ptr<pqxx::notification_receiver> receiver_;
};

}  // namespace understudy::control
