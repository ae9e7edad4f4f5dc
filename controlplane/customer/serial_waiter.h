// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "controlplane/store/store.h"
#include "understudy/v1/zone.pb.h"
#include "understudy/v1/zone_service.pb.h"

namespace understudy::control {

// What somebody waits for.
struct SerialWait {
  ZoneRow zone;
  uint32_t serial = 0;
  v1::WaitForSerialRequest::Scope scope =
      v1::WaitForSerialRequest::SCOPE_UNSPECIFIED;
  absl::Duration deadline;  // Monotonic.
  // The zone was there at this revision of the store: only later ones are
  // searched for its deletion. The zone's own revision may be a million older.
  int64_t live_at = 0;
};

// Whether the zone's placements fulfil the wait; otherwise `lacking` tells
// which edges lag and by what, in a sentence. Pure.
bool IsServed(const SerialWait& wait, const v1::ZoneStatus& status,
              std::string* lacking);

// Holds all waits for serials together: one thread looks at the placements of
// all waited zones at once, 20 times a second while somebody waits.
// Thread-safe.
class SerialWaiter {
 public:
  static constexpr size_t kMostWaits = 10'000;

  // The zone as it then stood; NotFound when it was deleted meanwhile,
  // DeadlineExceeded with a sentence on what lacks, Cancelled, or Unavailable
  // when the waiter stops. Called once, from the waiter's thread or from
  // Cancel or Stop, with no lock held; must not block.
  using Done = std::function<void(absl::StatusOr<v1::Zone> outcome)>;

  // Both must outlive the waiter.
  SerialWaiter(Store& store, const Clock& clock)
      : store_(store), clock_(clock) {}
  ~SerialWaiter() { Stop(); }

  void Start();
  // Ends all waits and joins. Idempotent.
  void Stop();

  // A number for Cancel. ResourceExhausted when too many wait, Unavailable
  // after Stop; `done` is not called then.
  absl::StatusOr<uint64_t> Add(SerialWait wait, Done done);
  // Nothing happens when it is over already.
  void Cancel(uint64_t id);

  // Looks once. The thread does it; a test may, instead of Start.
  void Poll();

 private:
  struct Entry {
    SerialWait wait;
    Done done;
    std::string lacking;
  };
  struct Outcome {
    Done done;
    absl::StatusOr<v1::Zone> result;
  };

  void Loop();
  // Zones that were deleted since the last look.
  absl::StatusOr<std::vector<std::string>> DeletedZones();
  absl::StatusOr<std::vector<v1::Zone>> LookAt(
      const std::vector<ZoneRow>& zones);
  // Ends the wait when the zone's view allows it.
  void Settle(const std::map<std::string, v1::Zone>& views,
              const std::vector<std::string>& deleted,
              std::vector<Outcome>& outcomes);

  Store& store_;
  const Clock& clock_;

  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  // Every deletion up to this revision was looked at for every wait.
  int64_t seen_revision_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<uint64_t, Entry> waits_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace understudy::control
