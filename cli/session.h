// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <ostream>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "cli/output.h"
#include "google/protobuf/message.h"

namespace CLI {
class App;
}

namespace understudy::cli {

// The exit codes, as docs/reference/cli.md promises them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// What a command works with.
struct Session {
  const Client& client;
  Format format;
  std::ostream& out;
  std::ostream& err;
  // Lets time pass.
  std::function<void(absl::Duration)> pause;

  // Prints the message as JSON or YAML; false when a table is wanted.
  bool PrintMessage(const google::protobuf::Message& message) const {
    if (format == Format::kTable) return false;
    out << (format == Format::kJson ? ToJson(message) : ToYaml(message));
    return true;
  }
};

// What the command line asks for; returns the exit code.
using Command = std::function<int(Session&)>;

// Adds the subcommands to `app`. Parsing one of them sets `chosen`.
void AddZoneCommands(CLI::App& app, Command& chosen);
void AddEdgeCommands(CLI::App& app, Command& chosen);

}  // namespace understudy::cli
