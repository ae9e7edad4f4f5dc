// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/primary_health.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace understudy::edge {

std::optional<Failure> PrimaryHealth::WhyNotNow(const SocketAddress& primary,
                                                absl::Duration now) {
  auto at = silent_.find(primary.ToString());
  if (at == silent_.end() || at->second.failures < kThreshold) {
    return std::nullopt;
  }
  Silence& silence = at->second;
  if (now < silence.ask_again) {
    return Failure::Of(
        silence.failure.reason,
        absl::StrCat(silence.failure.evidence, " (the last of ",
                     silence.failures,
                     " in a row from this primary; it is "
                     "asked again in ",
                     absl::FormatDuration(
                         absl::Ceil(silence.ask_again - now, absl::Seconds(1))),
                     ")"));
  }
  silence.probing = true;
  silence.ask_again = now + kProbeLimit;
  return std::nullopt;
}

void PrimaryHealth::OnSilent(const SocketAddress& primary,
                             const Failure& failure, absl::Duration now) {
  if (silent_.size() >= kMaxPrimaries) silent_.clear();
  Silence& silence = silent_[primary.ToString()];
  // Those that were under way when it was given up say nothing new.
  if (silence.failures >= kThreshold && !silence.probing) return;
  silence.probing = false;
  silence.failure = failure;
  if (++silence.failures < kThreshold) return;
  silence.pause = silence.failures == kThreshold
                      ? kFirstPause
                      : std::min(silence.pause * 2, kLongestPause);
  silence.ask_again = now + silence.pause;
}

bool PrimaryHealth::IsSilence(FailureReason reason, bool transfer_begun) {
  if (transfer_begun) return false;
  switch (reason) {
    case FailureReason::kConnectTimeout:
    case FailureReason::kConnectRefused:
    case FailureReason::kNoRoute:
    case FailureReason::kIdleTimeout:
      return true;
    default:
      return false;
  }
}

}  // namespace understudy::edge
