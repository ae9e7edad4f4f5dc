// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/client.h"
#include "understudy/v1/zone.pb.h"
#include "understudy/v1/zone_service.pb.h"

namespace grpc {
class Status;
}

namespace understudy::cli {

// The calls of ZoneService, each with token and deadline. Thread-safe.
class ZoneCalls {
 public:
  // `client` must outlive it.
  explicit ZoneCalls(const Client& client);
  ~ZoneCalls();

  // A repeated create of one `request_id` gives the first answer.
  grpc::Status Create(const std::string& zone,
                      const std::vector<v1::Primary>& primaries,
                      const std::string& request_id, bool validate_only,
                      v1::Zone* created);
  grpc::Status Get(const std::string& zone, v1::Zone* found);
  // All pages.
  grpc::Status List(v1::ListZonesResponse* all);
  grpc::Status Delete(const std::string& zone, const std::string& etag);
  grpc::Status Refresh(const std::string& zone);
  grpc::Status Retransfer(const std::string& zone);
  grpc::Status WaitForSerial(const std::string& zone, uint32_t serial,
                             v1::WaitForSerialRequest::Scope scope,
                             absl::Duration timeout, v1::Zone* zone_then);

 private:
  struct Impl;
  std::string Name(const std::string& zone) const;

  const Client& client_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::cli
