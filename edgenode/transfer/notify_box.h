// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "base/socket_address.h"
#include "dns/serial.h"

namespace understudy::edge {

// NOTIFYs on their way from the serving threads to the zone loop: one entry
// for each zone, however many come, and a bound on all of them, so that no
// flood costs memory. Thread-safe.
class NotifyBox {
 public:
  struct Notify {
    SocketAddress source;
    // Absent as soon as one of them had none: then a check is due anyhow.
    std::optional<uint32_t> serial;
  };
  using Notifies = std::unordered_map<uint64_t, Notify>;

  enum class Verdict { kFirst, kQueued, kCoalesced, kFull };

  explicit NotifyBox(size_t capacity) : capacity_(capacity) {}

  // kFirst: the box was empty, and its taker should be woken.
  Verdict Put(uint64_t zone_id, const SocketAddress& source,
              std::optional<uint32_t> serial) {
    MutexLock lock(mu_);
    auto at = notifies_.find(zone_id);
    if (at != notifies_.end()) {
      Notify& notify = at->second;
      if (!serial) {
        notify.serial.reset();
      } else if (notify.serial && dns::SerialNewer(*serial, *notify.serial)) {
        notify = {source, serial};
      }
      return Verdict::kCoalesced;
    }
    if (notifies_.size() >= capacity_) return Verdict::kFull;
    notifies_.emplace(zone_id, Notify{source, serial});
    return notifies_.size() == 1 ? Verdict::kFirst : Verdict::kQueued;
  }

  Notifies TakeAll() {
    MutexLock lock(mu_);
    return std::exchange(notifies_, {});
  }

 private:
  const size_t capacity_;
  Mutex mu_;
  Notifies notifies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy::edge
