// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "controlplane/auth/authenticator.h"
#include "controlplane/customer/rpc_metrics.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// What the services of the API need. All must outlive them.
struct ApiParts {
  Store& store;
  Authenticator& authenticator;
  const Clock& clock;
  Random& random;
  RpcMetrics& metrics;
  const Logger& logger;
  // Zones are taken without proof of the claim to their names, nested in other
  // projects' zones too.
  bool insecure_claims = false;
};

}  // namespace understudy::control
