// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/epoch.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace understudy {

EpochDomain::Reader::~Reader() {
  MutexLock lock(domain_.mu_);
  std::erase(domain_.readers_, this);
}

EpochDomain::~EpochDomain() {
  Reclaim();
  MutexLock lock(mu_);
  UNDERSTUDY_CHECK(readers_.empty());
  UNDERSTUDY_CHECK(retired_.empty());
}

std::unique_ptr<EpochDomain::Reader> EpochDomain::NewReader() {
  std::unique_ptr<Reader> reader(new Reader(*this));
  MutexLock lock(mu_);
  readers_.push_back(reader.get());
  return reader;
}

void EpochDomain::Retire(std::function<void()> free) {
  {
    MutexLock lock(mu_);
    // A reader that enters from now on has a later epoch, and cannot find the
    // thing any more.
    retired_.push_back(
        {now_.fetch_add(1, std::memory_order_seq_cst), std::move(free)});
  }
  Reclaim();
}

size_t EpochDomain::Reclaim() {
  std::vector<std::function<void()>> ready;
  size_t waiting;
  {
    MutexLock lock(mu_);
    uint64_t oldest = Reader::kOutside;
    for (Reader* reader : readers_) {
      oldest = std::min(oldest, reader->seen_.load(std::memory_order_seq_cst));
    }
    while (!retired_.empty() && retired_.front().epoch < oldest) {
      ready.push_back(std::move(retired_.front().free));
      retired_.pop_front();
    }
    waiting = retired_.size();
  }
  for (auto& free : ready) free();
  return waiting;
}

}  // namespace understudy
