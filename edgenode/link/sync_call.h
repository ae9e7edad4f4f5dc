// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::edge {

// Where a call goes and as whom.
struct SyncTarget {
  std::string controller;  // HOST:PORT
  std::string ca_pem;      // Empty: the system's.
  std::string token;
};

// What became of a call, in the order it happened.
struct SyncEvent {
  enum class Kind {
    kRead,    // A batch came; no other is read until ReadNext.
    kWrote,   // A request has gone out.
    kBroken,  // Nothing more comes or goes; End is due.
    kDone,    // The call is over, with this status. Always the last.
  };
  Kind kind;
  uint64_t call = 0;  // SyncCall's number.
  understudy::edge::v1::SyncResponse batch;
  absl::Status status;
};

// One Sync call over a TLS connection of its own. Its methods are for one
// thread; events come from gRPC's threads. It may be destroyed only after
// kDone.
class SyncCall {
 public:
  using OnEvent = std::function<void(SyncEvent)>;

  // Connects and begins to read.
  SyncCall(uint64_t number, const SyncTarget& target, OnEvent on_event);
  ~SyncCall();

  // Sends, after what was sent before. Nothing happens once the call ended.
  void Write(understudy::edge::v1::SyncRequest request);
  // To be called for each kWrote.
  void WriteNext();
  // To be called once for each kRead, when its batch is dealt with.
  void ReadNext();
  // kDone follows soon: with the controller's status after kBroken, CANCELLED
  // otherwise.
  void End();

 private:
  struct Reactor;
  std::unique_ptr<Reactor> reactor_;
  bool ended_ = false;
  bool writing_ = false;
  std::deque<understudy::edge::v1::SyncRequest> requests_;
};

}  // namespace understudy::edge
