// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "understudy/config/v1/controller.pb.h"

namespace understudy::control {

// The whole controller: everything is built here, in order, and taken down in
// the opposite one. One thread.
class Controller {
 public:
  // Starts all of it; the database may be away (unless it is the embedded one),
  // the API answers UNAVAILABLE then. `config` comes from ReadConfig; the
  // others must outlive the controller.
  static absl::StatusOr<std::unique_ptr<Controller>> Start(
      const config::v1::ControllerConfig& config, const Clock& clock,
      Random& random, Logger& logger);

  // Stops: streams and calls end, facts are written, PostgreSQL is stopped.
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

 private:
  struct Parts;
  explicit Controller(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace understudy::control
