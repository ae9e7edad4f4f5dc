// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace grpc {
class ChannelInterface;
}  // namespace grpc

namespace understudy::control {

// Makes unary gRPC calls of any method with serialised messages. Thread-safe.
class UnaryCaller {
 public:
  // What came back.
  struct Reply {
    // A canonical code; 0 is OK.
    int code = 0;
    std::string message;
    // The value of grpc-status-details-bin.
    std::string details;
    // The response, serialised, when the code is 0.
    std::string response;
  };

  explicit UnaryCaller(std::shared_ptr<grpc::ChannelInterface> channel);
  ~UnaryCaller();
  UnaryCaller(const UnaryCaller&) = delete;
  UnaryCaller& operator=(const UnaryCaller&) = delete;

  // Calls `/package.Service/Method` and waits. `authorization` goes along as
  // it is, unless it is empty; it must be printable ASCII.
  Reply Call(const std::string& path, const std::string& request,
             const std::string& authorization, absl::Duration timeout);

  // Ends calls that are under way, and later ones at once, with CANCELLED.
  void CancelAll();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::control
