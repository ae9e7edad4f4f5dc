// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>

namespace understudy::edge {

enum class Transport : uint8_t { kUdp = 0, kTcp = 1 };

// What one serving thread counts. Written by that thread alone, read by
// the scrape: an addition is a plain load and store. A cache line apart from
// the next worker's.
class alignas(64) WorkerStats {
 public:
  // A counter with one writer.
  class Count {
   public:
    void Add(uint64_t n = 1) {
      value_.store(value_.load(std::memory_order_relaxed) + n,
                   std::memory_order_relaxed);
    }
    uint64_t value() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<uint64_t> value_{0};
  };

  static constexpr int kRcodes = 24;  // Those up to BADCOOKIE.

  // By transport: messages that came, and answers by rcode.
  Count queries[2];
  Count answers[2][kRcodes];
  Count truncated[2];
  // Nothing was said to these: responses, and what is no message at all.
  Count dropped[2];
  // Answers that the system did not take.
  Count send_failures;
  Count notifies_accepted;
  Count notifies_refused;
  Count tcp_accepted;
  Count tcp_closed;
  // Closed by us: idle, too many, not reading.
  Count tcp_evicted;
};

}  // namespace understudy::edge
