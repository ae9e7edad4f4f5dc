// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/escaping.h"

namespace understudy {
namespace {

constexpr absl::string_view kNames[] = {"debug", "info", "warning", "error"};

bool NeedsQuotes(absl::string_view value) {
  return value.empty() ||
         std::any_of(value.begin(), value.end(), [](unsigned char c) {
           return c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f;
         });
}

}  // namespace

void StderrLogSink::Write(LogLevel, absl::string_view line) {
  // A log that cannot be written must not stop the server.
  [[maybe_unused]] ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

void Logger::Log(LogLevel level, absl::string_view msg,
                 std::initializer_list<LogField> fields) const {
  if (level < least_) return;
  std::string line = absl::StrCat(
      "time=",
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", clock_.Now(),
                       absl::UTCTimeZone()),
      " level=", kNames[static_cast<int>(level)], " msg=\"", msg, "\"");
  for (const LogField& field : fields) {
    absl::StrAppend(&line, " ", field.key, "=");
    if (NeedsQuotes(field.value)) {
      absl::StrAppend(&line, "\"", absl::CEscape(field.value), "\"");
    } else {
      line.append(field.value);
    }
  }
  line.push_back('\n');
  sink_.Write(level, line);
}

bool ParseLogLevel(absl::string_view text, LogLevel* level) {
  for (int i = 0; i < 4; ++i) {
    if (text == kNames[i]) {
      *level = static_cast<LogLevel>(i);
      return true;
    }
  }
  return false;
}

}  // namespace understudy
