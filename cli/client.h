// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "cli/settings.h"

namespace grpc {
class ChannelInterface;
class ClientContext;
}  // namespace grpc

namespace understudy::cli {

// A TLS channel to one controller, and what each call on it carries. The calls
// themselves are made through the generated stubs. Thread-safe.
class Client {
 public:
  enum class As { kProject, kOperator };

  // Reads the CA; connects with the first call. FailedPrecondition when there
  // is no CA file or no token.
  static absl::StatusOr<std::unique_ptr<Client>> Make(Settings settings,
                                                      const Clock& clock);
  ~Client();

  // Sets the token and the deadline.
  void Prepare(grpc::ClientContext& context, absl::Duration timeout,
               As role = As::kProject) const;

  const std::shared_ptr<grpc::ChannelInterface>& channel() const {
    return channel_;
  }
  const Settings& settings() const { return settings_; }
  const Clock& clock() const { return clock_; }

 private:
  Client(Settings settings, const Clock& clock,
         std::shared_ptr<grpc::ChannelInterface> channel);

  const Settings settings_;
  const Clock& clock_;
  const std::shared_ptr<grpc::ChannelInterface> channel_;
};

}  // namespace understudy::cli
