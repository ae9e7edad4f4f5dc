// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "base/mailbox.h"
#include "controlplane/customer/api_parts.h"
#include "controlplane/customer/serial_waiter.h"

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
}  // namespace grpc

namespace understudy::control {

// ZoneService.WaitForSerial without a thread for each call. A call is checked
// (token, zone) by one thread, since that asks the database, then handed to the
// SerialWaiter. Thread-safe.
class WaitCalls {
 public:
  explicit WaitCalls(const ApiParts& parts);
  // Stops.
  ~WaitCalls();

  void Start();
  // Ends all waits with UNAVAILABLE and joins. Idempotent.
  void Stop();

  // Begins a call; the reactor is already on its way.
  grpc::ServerUnaryReactor* Handle(grpc::CallbackServerContext* context,
                                   const v1::WaitForSerialRequest* request,
                                   v1::WaitForSerialResponse* response);

 private:
  class Reactor;

  // In the checking thread.
  void Begin(Reactor& reactor);
  void CheckNewCalls();

  const ApiParts parts_;
  SerialWaiter waiter_;
  Mailbox<std::function<void()>> new_calls_;
  std::thread checker_;
};

}  // namespace understudy::control
