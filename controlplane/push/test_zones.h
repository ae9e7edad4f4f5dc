// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/strings/str_format.h"
#include "controlplane/push/assignment_id.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Zone n of a test, at a revision.
inline ZoneRow TestZone(int n, int64_t revision) {
  ZoneRow row;
  row.uid = absl::StrFormat("00000000-0000-4000-8000-%012x", n);
  row.project = "acme";
  row.zone = absl::StrFormat("zone%d.example", n);
  row.primaries = {{"192.0.2.1", 53}};
  row.revision = revision;
  return row;
}

inline ZoneRow TestTombstone(int n, int64_t revision,
                             absl::Time when = absl::FromUnixSeconds(1)) {
  ZoneRow row = TestZone(n, revision);
  row.delete_time = when;
  return row;
}

inline AssignmentId TestId(int n) {
  return *AssignmentId::FromUid(TestZone(n, 0).uid);
}

inline std::string TestName(int n) { return TestId(n).name(); }

}  // namespace understudy::control
