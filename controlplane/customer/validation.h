// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controlplane/customer/errors.h"
#include "controlplane/store/store.h"
#include "understudy/v1/zone.pb.h"
#include "understudy/v1/zone_service.pb.h"

namespace understudy::control {

// Gathers every fault of a request, so that a client can mend all at once.
class Violations {
 public:
  void Add(std::string field, absl::string_view description);
  // Adds the status' message when it is not OK. Returns whether it was.
  bool Check(std::string field, const absl::Status& status);

  bool empty() const { return list_.empty(); }
  const std::vector<FieldViolation>& list() const { return list_; }

 private:
  std::vector<FieldViolation> list_;
};

// The most primaries of a zone.
inline constexpr int kMostPrimaries = 16;

// OK when a zone can be copied from this address: an IPv4 or IPv6 address in
// text form that belongs to one machine. InvalidArgument tells why not. Stores
// the canonical text.
absl::Status CheckPrimaryAddress(const std::string& address,
                                 std::string* canonical);

// Takes a zone's primaries over into `row`.
void ValidatePrimaries(const v1::Zone& zone, ZoneRow* row,
                       Violations& violations);

// Checks everything that can be told without the store. What is valid is taken
// over into `row`: project, zone, primaries.
void ValidateCreateZone(const v1::CreateZoneRequest& request, ZoneRow* row,
                        Violations& violations);

}  // namespace understudy::control
