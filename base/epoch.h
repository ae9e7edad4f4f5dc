// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace understudy {

// Decides when something that was unpublished may be freed: once every reader
// that could still see it has been outside of its reading section.
//
// Readers pay two plain stores for a section, however many pointers they read
// in it; writers pay for everything else. Readers are long-lived threads that
// enter a section for each batch of packets (docs/adr/0005).
class EpochDomain {
 public:
  // One for each reading thread; its methods are called by that thread alone.
  class Reader {
   public:
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // Pointers that are read after Enter stay valid until Leave. They must be
    // read with sequentially consistent loads: those cost nothing more on the
    // machines that we run on, and order them behind the store below.
    void Enter() {
      // Sequentially consistent: the store must be seen before any pointer is
      // read, or Reclaim could miss this reader.
      seen_.store(domain_.now_.load(std::memory_order_relaxed),
                  std::memory_order_seq_cst);
    }
    void Leave() { seen_.store(kOutside, std::memory_order_release); }

   private:
    friend class EpochDomain;
    static constexpr uint64_t kOutside = ~uint64_t{0};
    explicit Reader(EpochDomain& domain) : domain_(domain) {}

    EpochDomain& domain_;
    alignas(64) std::atomic<uint64_t> seen_{kOutside};
  };

  EpochDomain() = default;
  // No reader may be left. Frees everything.
  ~EpochDomain();

  // The domain must outlive the reader. Any thread.
  std::unique_ptr<Reader> NewReader();

  // Calls `free` once no reader can hold what it frees. To be called after the
  // thing was unpublished. Any thread; `free` runs in some later caller of
  // Retire or Reclaim, with no lock held.
  void Retire(std::function<void()> free);

  // Frees what can be freed now. Returns how much still waits. Any thread.
  size_t Reclaim();

 private:
  struct Retired {
    uint64_t epoch;
    std::function<void()> free;
  };

  std::atomic<uint64_t> now_{1};
  Mutex mu_;
  std::vector<Reader*> readers_ ABSL_GUARDED_BY(mu_);
  std::deque<Retired> retired_ ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy
