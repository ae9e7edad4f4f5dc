// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace understudy {

// A bounded queue into the one thread that owns some state. Any thread may
// put; one thread takes.
template <typename T>
class Mailbox {
 public:
  explicit Mailbox(size_t capacity) : capacity_(capacity) {}

  // False, and the message is dropped, when the box is full or closed.
  [[nodiscard]] bool TryPut(T message) {
    {
      MutexLock lock(mu_);
      if (closed_ || queue_.size() >= capacity_) return false;
      queue_.push_back(std::move(message));
    }
    filled_.NotifyOne();
    return true;
  }

  // Waits for room. False when the box is closed.
  bool Put(T message) {
    {
      MutexLock lock(mu_);
      while (!closed_ && queue_.size() >= capacity_) drained_.Wait(mu_);
      if (closed_) return false;
      queue_.push_back(std::move(message));
    }
    filled_.NotifyOne();
    return true;
  }

  // Everything that waits; blocks until there is something, the box is closed
  // or the time is over, and is then perhaps empty.
  std::vector<T> TakeAll(absl::Duration timeout) {
    std::vector<T> taken;
    {
      MutexLock lock(mu_);
      if (queue_.empty() && !closed_) filled_.WaitFor(mu_, timeout);
      taken.assign(std::make_move_iterator(queue_.begin()),
                   std::make_move_iterator(queue_.end()));
      queue_.clear();
    }
    drained_.NotifyAll();
    return taken;
  }

  // Wakes everybody; later puts fail, what is inside can still be taken.
  void Close() {
    {
      MutexLock lock(mu_);
      closed_ = true;
    }
    filled_.NotifyAll();
    drained_.NotifyAll();
  }

  bool is_closed() {
    MutexLock lock(mu_);
    return closed_;
  }

 private:
  const size_t capacity_;
  Mutex mu_;
  CondVar filled_;
  CondVar drained_;
  std::deque<T> queue_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace understudy
