// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "base/socket_address.h"
#include "edgenode/zone/failure.h"

namespace understudy::edge {

// Which primaries give no answer at all. All zones of such a primary are
// turned away at once, but for one that probes it now and then: otherwise each
// of thousands would wait for its own timeout, and those with a second primary
// would come to it late. Times are monotonic. Not thread-safe.
class PrimaryHealth {
 public:
  // So many failures in a row.
  static constexpr int kThreshold = 3;
  static constexpr absl::Duration kFirstPause = absl::Seconds(1);
  // A primary that has come back is noticed within this.
  static constexpr absl::Duration kLongestPause = absl::Seconds(30);
  // How long a probe may take before another one is let through.
  static constexpr absl::Duration kProbeLimit = absl::Seconds(20);
  // Addresses remembered; more are forgotten, at the price of timeouts.
  static constexpr size_t kMaxPrimaries = 100'000;

  // The last failure when the primary is not to be asked now. Absent: ask, and
  // say what came of it.
  std::optional<Failure> WhyNotNow(const SocketAddress& primary,
                                   absl::Duration now);

  // It answered, if only to refuse; or it sent a NOTIFY.
  void OnAlive(const SocketAddress& primary) {
    silent_.erase(primary.ToString());
  }
  // No connection, or no answer on it.
  void OnSilent(const SocketAddress& primary, const Failure& failure,
                absl::Duration now);

  // Whether a failed attempt means OnSilent.
  static bool IsSilence(FailureReason reason, bool transfer_begun);

  size_t size() const { return silent_.size(); }

 private:
  struct Silence {
    int failures = 0;
    bool probing = false;
    absl::Duration pause;
    absl::Duration ask_again = -absl::InfiniteDuration();
    Failure failure;
  };

  std::unordered_map<std::string, Silence> silent_;
};

}  // namespace understudy::edge
