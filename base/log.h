// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <initializer_list>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace understudy {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Takes finished lines. Thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(LogLevel level, absl::string_view line) = 0;
};

// Writes to standard error, a line in one write.
class StderrLogSink final : public LogSink {
 public:
  void Write(LogLevel level, absl::string_view line) override;
};

// One `key=value` of a line. The value is quoted where it needs it.
struct LogField {
  absl::string_view key;
  std::string value;

  LogField(absl::string_view k, absl::string_view v) : key(k), value(v) {}
  LogField(absl::string_view k, const absl::AlphaNum& v)
      : key(k), value(v.Piece()) {}
  LogField(absl::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(absl::string_view k, const char* v) : key(k), value(v) {}
};

// Writes logfmt lines: time, level, msg (constant, lower case), then fields.
// info: a state changed. warning: someone should look this week. error:
// page-worthy or a bug of ours. Thread-safe.
class Logger {
 public:
  // Both must outlive the logger.
  Logger(LogSink& sink, const Clock& clock, LogLevel least = LogLevel::kInfo)
      : sink_(sink), clock_(clock), least_(least) {}

  void Log(LogLevel level, absl::string_view msg,
           std::initializer_list<LogField> fields = {}) const;
  void Debug(absl::string_view msg,
             std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kDebug, msg, fields);
  }
  void Info(absl::string_view msg,
            std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kInfo, msg, fields);
  }
  void Warning(absl::string_view msg,
               std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kWarning, msg, fields);
  }
  void Error(absl::string_view msg,
             std::initializer_list<LogField> fields = {}) const {
    Log(LogLevel::kError, msg, fields);
  }

 private:
  LogSink& sink_;
  const Clock& clock_;
  const LogLevel least_;
};

// "debug", "info", "warning" or "error"; false when it is none of them.
bool ParseLogLevel(absl::string_view text, LogLevel* level);

}  // namespace understudy
