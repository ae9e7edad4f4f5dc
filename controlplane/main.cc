// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// understudy-controller: flags, signals and nothing else.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/version.h"
#include "controlplane/config.h"
#include "controlplane/controller.h"

namespace understudy::control {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct Flags {
  std::string config;
  std::string log_level = "info";
  bool check_config = false;
};

int Complain(int exit, absl::string_view what) {
  std::cerr << "understudy-controller: " << what << "\n";
  return exit;
}

// Blocked in all threads, so that the main thread can wait for them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Run(const Flags& flags) {
  LogLevel level = LogLevel::kInfo;
  if (!ParseLogLevel(flags.log_level, &level)) {
    return Complain(kExitUsage, "--log_level is debug, info, warning or error");
  }
  auto config = ReadConfig(flags.config);
  if (!config.ok()) {
    return Complain(kExitUsage, absl::StrCat(flags.config, ": ",
                                             config.status().message()));
  }
  if (flags.check_config) return kExitOk;

  const sigset_t signals = BlockSignals();
  SystemClock clock;
  SystemRandom random;
  StderrLogSink sink;
  Logger logger(sink, clock, level);
  logger.Info("controller starts", {{"version", kVersion}});
  auto controller = Controller::Start(*config, clock, random, logger);
  if (!controller.ok()) {
    return Complain(kExitFailed, controller.status().message());
  }
  logger.Info("controller started");
  int received = 0;
  sigwait(&signals, &received);
  logger.Info("controller stops", {{"signal", strsignal(received)}});
  controller->reset();
  logger.Info("controller stopped");
  return kExitOk;
}

int Main(int argc, char** argv) {
  CLI::App app("The controller of Understudy, secondary DNS as a service",
               "understudy-controller");
  Flags flags;
  app.add_option("--config", flags.config, "The configuration file")
      ->required();
  app.add_flag("--check_config", flags.check_config,
               "Check the configuration, tell every fault and end");
  app.add_option("--log_level", flags.log_level,
                 "debug, info, warning or error")
      ->capture_default_str();
  app.set_version_flag("--version",
                       std::string("understudy-controller ") + kVersion);
  // CLI11 speaks in exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return Complain(kExitUsage, absl::StrCat(error.what(),
                                             "; see understudy-controller "
                                             "--help"));
  }
  return Run(flags);
}

}  // namespace
}  // namespace understudy::control

int main(int argc, char** argv) {
  // gRPC's own lines have another form; what matters is in our errors.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  return understudy::control::Main(argc, argv);
}
