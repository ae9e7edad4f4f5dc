// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// understudy: the command line of the public API, and of nothing else.

#include <poll.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "base/clock.h"
#include "base/file.h"
#include "base/version.h"
#include "cli/client.h"
#include "cli/session.h"
#include "cli/settings.h"

namespace understudy::cli {
namespace {

constexpr char kFooter[] =
    "Environment: UNDERSTUDY_ENDPOINT, UNDERSTUDY_TOKEN, UNDERSTUDY_CA,\n"
    "UNDERSTUDY_PROJECT, UNDERSTUDY_ADMIN_TOKEN (for edges).\n"
    "Profile: ~/.config/understudy/profile, lines key=value with the keys\n"
    "endpoint, token, ca, project, admin_token.\n"
    "Exit code: 0 done, 1 failed, 2 bad usage.";

std::optional<std::string> GetEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

struct GlobalOptions {
  SettingsLayer flags;
  std::string format = "table";
  std::string profile;
};

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.set_version_flag("--version", std::string("understudy ") + kVersion);
  app.footer(kFooter);
  app.fallthrough();
  app.require_subcommand(1);
  auto add = [&app](const char* name, std::optional<std::string>& value,
                    const char* help) {
    app.add_option_function<std::string>(
        name, [&value](const std::string& text) { value = text; }, help);
  };
  add("--endpoint", options.flags.endpoint, "The controller, HOST:PORT");
  add("--token", options.flags.token,
      "The API token (others can see it in the process list: prefer "
      "UNDERSTUDY_TOKEN)");
  add("--ca", options.flags.ca_file,
      "PEM file of the CA that signed the controller's certificate");
  add("--project", options.flags.project, "The project");
  app.add_option("--profile", options.profile, "Another profile file");
  app.add_option("-o,--output", options.format, "table, json or yaml")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->capture_default_str();
}

Format ParseFormat(const std::string& text) {
  if (text == "json") return Format::kJson;
  return text == "yaml" ? Format::kYaml : Format::kTable;
}

absl::StatusOr<Settings> ReadSettings(const GlobalOptions& options) {
  SettingsLayer profile;
  std::string path = options.profile.empty()
                         ? DefaultProfilePath(GetEnvironment)
                         : options.profile;
  if (!path.empty()) {
    absl::StatusOr<std::string> text = ReadFile(path);
    if (text.ok()) {
      absl::StatusOr<SettingsLayer> parsed = ParseProfile(*text, path);
      if (!parsed.ok()) return parsed.status();
      profile = *std::move(parsed);
    } else if (!options.profile.empty() || !absl::IsNotFound(text.status())) {
      return text.status();
    }
  }
  return Resolve(options.flags, FromEnvironment(GetEnvironment), profile);
}

int RunCommand(const GlobalOptions& options, const Command& command) {
  absl::StatusOr<Settings> settings = ReadSettings(options);
  if (!settings.ok()) {
    std::cerr << "understudy: " << settings.status().message() << "\n";
    return kExitUsage;
  }
  SystemClock clock;
  auto client = Client::Make(*std::move(settings), clock);
  if (!client.ok()) {
    std::cerr << "understudy: " << client.status().message() << "\n";
    return kExitUsage;
  }
  Session session{**client, ParseFormat(options.format), std::cout, std::cerr,
                  [](absl::Duration time) {
                    poll(nullptr, 0,
                         static_cast<int>(absl::ToInt64Milliseconds(time)));
                  }};
  int exit = command(session);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "understudy: the output could not be written\n";
    return kExitFailed;
  }
  return exit;
}

int Main(int argc, char** argv) {
  CLI::App app("The command line of Understudy, secondary DNS as a service",
               "understudy");
  GlobalOptions options;
  Command command;
  AddGlobalOptions(app, options);
  AddZoneCommands(app, command);
  AddEdgeCommands(app, command);
  // CLI11 speaks in exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "understudy: " << error.what() << "; see understudy --help\n";
    return kExitUsage;
  }
  return RunCommand(options, command);
}

}  // namespace
}  // namespace understudy::cli

int main(int argc, char** argv) {
  // What gRPC says of a failed handshake is in the error too, in one line.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  return understudy::cli::Main(argc, argv);
}
