// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "cli/import_command.h"
#include "cli/rpc_error.h"
#include "cli/session.h"
#include "cli/zone_calls.h"
#include "cli/zone_text.h"
#include "cli/zone_view.h"

namespace understudy::cli {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(100);

// What the options of all zone commands come to.
struct ZoneOptions {
  std::string zone;
  std::vector<std::string> primaries;
  std::string timeout;
  std::string edges = "all";
  std::string etag;
  std::string file;
  uint32_t serial = 0;
  int jobs = 16;
  bool wait = false;
  bool validate_only = false;
};

int Fail(Session& session, absl::string_view what, const grpc::Status& status) {
  session.err << "understudy: "
              << DescribeRpcError(what, status,
                                  session.client.settings().endpoint)
              << "\n";
  return kExitFailed;
}

// Polls until every edge that is to serve the zone does.
int WaitUntilServed(Session& session, ZoneCalls& calls, const std::string& name,
                    absl::Duration timeout, v1::Zone& zone) {
  const Clock& clock = session.client.clock();
  absl::Duration deadline = clock.Monotonic() + timeout;
  for (;;) {
    grpc::Status status = calls.Get(name, &zone);
    if (!status.ok()) return Fail(session, "waiting for " + name, status);
    const v1::ZoneStatus& view = zone.status();
    if (view.edges_total() > 0 && view.edges_serving() == view.edges_total()) {
      return kExitOk;
    }
    if (clock.Monotonic() > deadline) {
      session.err << "understudy: " << name << " is registered, but after "
                  << FormatSpan(timeout) << " only " << view.edges_serving()
                  << " of " << view.edges_total()
                  << " edges serve it; see understudy zones status " << name
                  << "\n";
      return kExitFailed;
    }
    session.pause(kPollInterval);
  }
}

int Create(Session& session, const ZoneOptions& options) {
  std::vector<v1::Primary> primaries;
  for (const std::string& text : options.primaries) {
    // Checked while parsing the command line.
    primaries.push_back(ParsePrimary(text).value_or(v1::Primary()));
  }
  SystemRandom random;
  ZoneCalls calls(session.client);
  v1::Zone zone;
  grpc::Status status =
      calls.Create(options.zone, primaries, RandomUuid(random),
                   options.validate_only, &zone);
  if (!status.ok()) return Fail(session, "creating " + options.zone, status);
  int exit = kExitOk;
  if (options.wait && !options.validate_only) {
    exit = WaitUntilServed(session, calls, options.zone,
                           *ParseTimeout(options.timeout), zone);
  }
  if (!session.PrintMessage(zone)) {
    session.out << RenderZone(zone, session.client.clock().Now());
  }
  return exit;
}

int Show(Session& session, const ZoneOptions& options, bool status_view) {
  ZoneCalls calls(session.client);
  v1::Zone zone;
  grpc::Status status = calls.Get(options.zone, &zone);
  if (!status.ok()) return Fail(session, "getting " + options.zone, status);
  if (status_view ? session.PrintMessage(zone.status())
                  : session.PrintMessage(zone)) {
    return kExitOk;
  }
  absl::Time now = session.client.clock().Now();
  session.out << (status_view ? RenderStatus(zone, now)
                              : RenderZone(zone, now));
  return kExitOk;
}

int List(Session& session) {
  ZoneCalls calls(session.client);
  v1::ListZonesResponse all;
  grpc::Status status = calls.List(&all);
  if (!status.ok()) return Fail(session, "listing zones", status);
  if (!session.PrintMessage(all)) {
    session.out << RenderZones({all.zones().begin(), all.zones().end()});
  }
  return kExitOk;
}

// A call that says no more than that it was done.
int Done(Session& session, absl::string_view doing, absl::string_view done,
         const std::string& zone, const grpc::Status& status) {
  if (!status.ok()) return Fail(session, absl::StrCat(doing, zone), status);
  if (session.format == Format::kTable) {
    session.out << zone << ": " << done << "\n";
  } else {
    session.out << "{}\n";
  }
  return kExitOk;
}

int Wait(Session& session, const ZoneOptions& options) {
  v1::WaitForSerialRequest::Scope scope = v1::WaitForSerialRequest::SCOPE_ALL;
  if (options.edges == "any") scope = v1::WaitForSerialRequest::SCOPE_ANY;
  if (options.edges == "quorum") {
    scope = v1::WaitForSerialRequest::SCOPE_QUORUM;
  }
  ZoneCalls calls(session.client);
  v1::Zone zone;
  grpc::Status status =
      calls.WaitForSerial(options.zone, options.serial, scope,
                          *ParseTimeout(options.timeout), &zone);
  if (!status.ok()) {
    return Fail(session,
                absl::StrCat("waiting for serial ", options.serial, " of ",
                             options.zone),
                status);
  }
  if (!session.PrintMessage(zone)) {
    session.out << options.zone << ": serial " << zone.status().served_serial()
                << " served by " << zone.status().edges_serving() << " of "
                << zone.status().edges_total() << " edges\n";
  }
  return kExitOk;
}

CLI::Validator TimeoutText() {
  return CLI::Validator(
      [](std::string& text) {
        return std::string(ParseTimeout(text).status().message());
      },
      "TIME");
}

CLI::Validator PrimaryText() {
  return CLI::Validator(
      [](std::string& text) {
        return std::string(ParsePrimary(text).status().message());
      },
      "ADDR[:PORT]");
}

}  // namespace

void AddZoneCommands(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ZoneOptions>();
  CLI::App* zones = app.add_subcommand("zones", "Zones that Understudy serves");
  zones->require_subcommand(1);
  auto add = [&](const char* name, const char* help, Command command) {
    CLI::App* verb = zones->add_subcommand(name, help);
    verb->callback(
        [&chosen, command = std::move(command)] { chosen = command; });
    return verb;
  };
  auto add_with_zone = [&](const char* name, const char* help,
                           Command command) {
    CLI::App* verb = add(name, help, std::move(command));
    verb->add_option("ZONE", options->zone, "The zone's name")->required();
    return verb;
  };
  auto add_timeout = [options](CLI::App* verb, const char* initially) {
    verb->add_option("--timeout", options->timeout,
                     "Give up after this long, such as 30s or 2m")
        ->default_str(initially)
        ->check(TimeoutText());
    verb->parse_complete_callback([options, initially] {
      if (options->timeout.empty()) options->timeout = initially;
    });
  };

  CLI::App* create = add_with_zone(
      "create", "Register a zone to be copied and served",
      [options](Session& session) { return Create(session, *options); });
  create
      ->add_option("--primary", options->primaries,
                   "A server to copy from; give it again for each, in order of "
                   "preference. [2001:db8::1]:5353 for IPv6 with a port")
      ->required()
      ->allow_extra_args(false)
      ->check(PrimaryText());
  create->add_flag("--wait", options->wait, "Wait until all edges serve it");
  create->add_flag("--validate-only", options->validate_only,
                   "Check everything, store nothing");
  add_timeout(create, "60s");

  add("list", "List the project's zones",
      [](Session& session) { return List(session); });
  add_with_zone("get", "Show a zone's registration",
                [options](Session& s) { return Show(s, *options, false); });
  add_with_zone("status",
                "Show how a zone stands on every edge, and why it fails",
                [options](Session& s) { return Show(s, *options, true); });
  add_with_zone("refresh", "Ask the primaries now whether the copy is current",
                [options](Session& s) {
                  return Done(s, "refreshing ", "refresh requested",
                              options->zone,
                              ZoneCalls(s.client).Refresh(options->zone));
                });
  add_with_zone(
      "retransfer", "Copy the whole zone anew", [options](Session& s) {
        return Done(s, "retransferring ", "retransfer requested", options->zone,
                    ZoneCalls(s.client).Retransfer(options->zone));
      });
  CLI::App* remove = add_with_zone(
      "delete", "Stop serving a zone and forget it", [options](Session& s) {
        return Done(s, "deleting ", "deleted", options->zone,
                    ZoneCalls(s.client).Delete(options->zone, options->etag));
      });
  remove->add_option("--etag", options->etag,
                     "Only while the zone has this etag");

  CLI::App* wait =
      add_with_zone("wait", "Wait until edges serve a serial or a newer one",
                    [options](Session& s) { return Wait(s, *options); });
  wait->add_option("--serial", options->serial, "The SOA serial")->required();
  wait->add_option("--edges", options->edges,
                   "How many edges: all, quorum, any")
      ->check(CLI::IsMember({"all", "quorum", "any"}))
      ->capture_default_str();
  add_timeout(wait, "30s");

  CLI::App* import =
      add("import",
          "Register the zones of a CSV file with the columns zone,primary",
          [options](Session& s) {
            return ImportZones(s, options->file, options->jobs);
          });
  import->add_option("FILE", options->file, "The CSV file")->required();
  import->add_option("--jobs", options->jobs, "Calls at the same time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

}  // namespace understudy::cli
