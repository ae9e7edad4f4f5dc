// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "base/log.h"
#include "base/mutex.h"

namespace understudy {

// Keeps lines for a test to look at. Thread-safe.
class LogCapture final : public LogSink {
 public:
  void Write(LogLevel, absl::string_view line) override {
    MutexLock lock(mu_);
    text_.append(line.data(), line.size());
  }
  std::string text() {
    MutexLock lock(mu_);
    return text_;
  }

 private:
  Mutex mu_;
  std::string text_ ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy
