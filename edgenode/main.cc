// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

// understudy-edge: copies zones from their primaries and answers for them.

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/version.h"
#include "edgenode/config.h"
#include "edgenode/edge.h"

namespace understudy::edge {
namespace {

constexpr int kFailed = 1;
constexpr int kBadUsage = 2;
// A clean stop takes milliseconds; a disk or a large zone under construction
// may hold it up. The store survives that: go.
constexpr unsigned kStopSeconds = 9;

struct Flags {
  std::string config;
  bool check_config = false;
  std::string log_level = "info";
};

// The exit code, when there is nothing left to do.
std::optional<int> ParseFlags(int argc, char** argv, Flags& flags) {
  CLI::App app("Copies DNS zones from their primaries and answers for them.",
               "understudy-edge");
  app.set_version_flag("--version", std::string("understudy-edge ") + kVersion);
  app.footer(
      "The configuration is a text-format protobuf, understudy.config.v1."
      "EdgeConfig;\nsee docs/reference/config.md. Exit code: 0 done, 1 failed, "
      "2 bad usage.");
  app.add_option("--config", flags.config, "The configuration file")
      ->required();
  app.add_flag("--check_config", flags.check_config,
               "Check the configuration file and exit");
  app.add_option("--log_level", flags.log_level, "Least level that is logged")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  // CLI11 speaks in exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "understudy-edge: %s; see --help\n", error.what());
    return kBadUsage;
  }
  return std::nullopt;
}

// One connection for each of thousands of primaries and clients.
void RaiseFileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Large transfers come and go; what they took is to go back to the system, and
// not to be kept by each thread's arena.
void TuneAllocator() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
}

// In this thread and those that it starts.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Run(const EdgeSettings& settings, LogLevel level) {
  RaiseFileLimit();
  TuneAllocator();
  const sigset_t signals = BlockSignals();
  SystemClock clock;
  SystemRandom random;
  StderrLogSink sink;
  Logger log(sink, clock, level);
  auto edge = Edge::Start(settings, clock, random, log);
  if (!edge.ok()) {
    std::fprintf(stderr, "understudy-edge: %s\n",
                 std::string(edge.status().message()).c_str());
    return kFailed;
  }
  int received = 0;
  sigwait(&signals, &received);
  log.Info("edge stops", {{"signal", received}});
  signal(SIGALRM, [](int) { _exit(0); });
  alarm(kStopSeconds);
  edge->reset();
  log.Info("edge stopped");
  return 0;
}

int Main(int argc, char** argv) {
  Flags flags;
  if (auto code = ParseFlags(argc, argv, flags)) return *code;
  LogLevel level = LogLevel::kInfo;
  ParseLogLevel(flags.log_level, &level);
  auto settings = LoadConfig(flags.config);
  if (!settings.ok()) {
    std::fprintf(stderr, "understudy-edge: %s\n",
                 std::string(settings.status().message()).c_str());
    return kBadUsage;
  }
  if (flags.check_config) return 0;
  return Run(*settings, level);
}

}  // namespace
}  // namespace understudy::edge

int main(int argc, char** argv) { return understudy::edge::Main(argc, argv); }
