// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/status.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::control {

// The hub's end of one stream. Its methods may be called from any thread, do
// not block, and do nothing once the stream is over, so that the hub need not
// know when exactly that was.
class EdgeConnection {
 public:
  virtual ~EdgeConnection() = default;

  // Sends, behind what is being sent.
  virtual void Send(edge::v1::SyncResponse response) = 0;

  // Asks for one more message; it comes through Hub::Received. Nothing is read
  // that was not asked for, which is what slows a flooding edge down.
  virtual void ReadNext() = 0;

  // Ends the stream with this status.
  virtual void End(const absl::Status& status) = 0;
};

}  // namespace understudy::control
