// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/edge.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/version.h"

namespace understudy::edge {

Edge::Edge(const EdgeSettings& settings, const Clock& clock, Random& random,
           const Logger& log)
    : settings_(settings),
      clock_(clock),
      random_(random),
      log_(log),
      table_(epochs_, random) {}

Edge::~Edge() {
  is_ready_ = false;
  // The loop first: it sends its reports through the link. What the link still
  // takes over is on disk, and is carried out after the next start.
  if (loop_) loop_->Stop();
  link_.reset();
  // Scrapes read counters of the DNS server's workers.
  status_server_.reset();
  // Answering ends last, when all else is on disk.
  archive_.reset();
  dns_.reset();
}

absl::StatusOr<std::unique_ptr<Edge>> Edge::Start(const EdgeSettings& settings,
                                                  const Clock& clock,
                                                  Random& random,
                                                  const Logger& log) {
  std::unique_ptr<Edge> edge(new Edge(settings, clock, random, log));
  UNDERSTUDY_RETURN_IF_ERROR(edge->StartParts());
  return edge;
}

absl::Status Edge::StartParts() {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(settings_.data_dir, 0700));
  UNDERSTUDY_RETURN_IF_ERROR(StartStatusServer());
  UNDERSTUDY_ASSIGN_OR_RETURN(
      archive_, ZoneArchive::Open(settings_.data_dir, settings_.store_bytes,
                                  metrics_, log_));
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<ZoneAssignment> assignments,
                              ReadAssignments());
  loop_ = std::make_unique<ZoneLoop>(
      settings_.zone_loop, ZoneLoopDeps{clock_, random_, log_, metrics_,
                                        *archive_, table_, epochs_});
  UNDERSTUDY_RETURN_IF_ERROR(loop_->Load(assignments));
  // Not before the zones are there: nobody may hear REFUSED or SERVFAIL for a
  // zone that this edge can answer for.
  UNDERSTUDY_RETURN_IF_ERROR(StartDnsServer());
  StartLink(assignments);
  is_ready_ = true;
  UNDERSTUDY_RETURN_IF_ERROR(WriteAddressFile());
  log_.Info("edge started", {{"version", kVersion},
                             {"assignments", assignments.size()},
                             {"dns", dns_->addresses().front().ToString()}});
  return absl::OkStatus();
}

absl::Status Edge::StartStatusServer() {
  if (!settings_.metrics_listen) return absl::OkStatus();
  UNDERSTUDY_ASSIGN_OR_RETURN(
      status_server_,
      StatusServer::Start(*settings_.metrics_listen, metrics_, [this] {
        return is_ready_ ? absl::OkStatus()
                         : absl::UnavailableError("starting or stopping");
      }));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ZoneAssignment>> Edge::ReadAssignments() {
  UNDERSTUDY_ASSIGN_OR_RETURN(
      std::vector<understudy::edge::v1::Assignment> stored,
      archive_->LoadAssignments());
  std::vector<ZoneAssignment> assignments;
  assignments.reserve(stored.size());
  for (const auto& one : stored) {
    auto parsed = ParseAssignment(one);
    if (parsed.ok()) {
      assignments.push_back(*std::move(parsed));
      continue;
    }
    // The controller will be told that it is not held, and send it again.
    log_.Error(
        "stored assignment refused",
        {{"assignment", one.name()}, {"error", parsed.status().ToString()}});
  }
  return assignments;
}

absl::Status Edge::StartDnsServer() {
  DnsServerOptions options;
  options.listen = settings_.dns_listen;
  options.workers = settings_.workers;
  options.tcp_connections = settings_.tcp_connections;
  UNDERSTUDY_ASSIGN_OR_RETURN(
      dns_, DnsServer::Start(options, DnsServerDeps{table_, epochs_, *loop_,
                                                    clock_, metrics_}));
  return absl::OkStatus();
}

void Edge::StartLink(const std::vector<ZoneAssignment>& assignments) {
  if (settings_.controllers.empty()) {
    loop_->Start([](understudy::edge::v1::Report) {});
    return;
  }
  ControllerStreamOptions options;
  options.controllers = settings_.controllers;
  options.ca_file = settings_.controller_ca_file;
  options.token_file = settings_.token_file;
  options.version = kVersion;
  ControllerStream::Callbacks callbacks;
  callbacks.apply = [this](std::vector<ZoneAssignment> upserts,
                           std::vector<std::string> removals) {
    loop_->Apply(std::move(upserts), std::move(removals));
  };
  callbacks.reports_wanted = [this](bool all) { loop_->OnReportsWanted(all); };
  link_ = std::make_unique<ControllerStream>(
      options, ControllerStreamDeps{clock_, random_, log_, metrics_, *archive_},
      assignments, std::move(callbacks));
  // Until Stop, the loop sends only when the link, which is there, asks.
  loop_->Start([this](understudy::edge::v1::Report report) {
    link_->SendReport(std::move(report));
  });
}

absl::Status Edge::WriteAddressFile() const {
  if (settings_.address_file.empty()) return absl::OkStatus();
  std::string text;
  for (const SocketAddress& address : dns_->addresses()) {
    absl::StrAppend(&text, "dns=", address.ToString(), "\n");
  }
  if (status_server_) {
    absl::StrAppend(&text, "metrics=", status_server_->address().ToString(),
                    "\n");
  }
  return ReplaceFile(settings_.address_file, text, 0644);
}

}  // namespace understudy::edge
