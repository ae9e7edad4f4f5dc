// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/link/controller_stream.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/backoff.h"
#include "base/file.h"
#include "base/mailbox.h"
#include "base/status_macros.h"
#include "edgenode/link/sync_call.h"

namespace understudy::edge {
namespace {

using understudy::edge::v1::Hello;
using understudy::edge::v1::Report;
using understudy::edge::v1::SyncRequest;
using understudy::edge::v1::SyncResponse;

// A controller that takes the call but never sends the first batch hangs.
constexpr absl::Duration kFirstBatchLimit = absl::Seconds(60);
constexpr size_t kMailboxSize = 1000;

struct Saved {};
struct Stop {};
using Mail = std::variant<SyncEvent, Saved, Report, Stop>;

// The first failures of a row are told, then every power of two.
bool IsWorthALine(uint64_t failures) {
  return (failures & (failures - 1)) == 0;
}

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::string token, ReadFile(path));
  absl::StripAsciiWhitespace(&token);
  if (token.empty() || !std::all_of(token.begin(), token.end(), [](char c) {
        return absl::ascii_isgraph(static_cast<unsigned char>(c));
      })) {
    return absl::InvalidArgumentError(
        absl::StrCat(path,
                     " holds no token; write what `understudy edges "
                     "create` printed into it"));
  }
  return token;
}

}  // namespace

struct ControllerStream::Impl {
  Impl(const ControllerStreamOptions& options_in,
       const ControllerStreamDeps& deps_in,
       const std::vector<ZoneAssignment>& held, Callbacks callbacks_in)
      : options(options_in),
        deps(deps_in),
        callbacks(std::move(callbacks_in)),
        instance(RandomUuid(deps.random)),
        client(held),
        backoff(options.first_delay, options.longest_delay, deps.random),
        connected(deps.metrics.Gauge(
            "understudy_edge_controller_connected",
            "1 while a controller holds this edge's push stream.")),
        rejected(deps.metrics.Counter(
            "understudy_edge_assignments_rejected_total",
            "Assignments from the controller that were refused.")) {
    connected.Set(0);
    thread = std::thread([this] { Run(); });
  }

  void Run() {
    for (size_t turn = 0; !stopping; ++turn) {
      const std::string& controller =
          options.controllers[turn % options.controllers.size()];
      absl::Status status = RunCall(controller);
      if (stopping) return;
      ++failures;
      if (IsWorthALine(failures)) {
        deps.log.Warning("no controller", {{"controller", controller},
                                           {"error", status.ToString()},
                                           {"failures", failures}});
      }
      WaitFor(backoff.Next());
    }
  }

  // Handles mail while it waits: what was being saved is still to be applied.
  void WaitFor(absl::Duration delay) {
    const absl::Duration end = deps.clock.Monotonic() + delay;
    while (!stopping) {
      const absl::Duration left = end - deps.clock.Monotonic();
      if (left <= absl::ZeroDuration()) return;
      HandleMail(left);
    }
  }

  // One call from its beginning to its end.
  absl::Status RunCall(const std::string& controller) {
    SyncTarget target{controller, "", ""};
    current = controller;
    if (!options.ca_file.empty()) {
      UNDERSTUDY_ASSIGN_OR_RETURN(target.ca_pem, ReadFile(options.ca_file));
    }
    UNDERSTUDY_ASSIGN_OR_RETURN(target.token, ReadToken(options.token_file));
    over.reset();
    is_connected = false;
    call.emplace(++call_number, target, [this](SyncEvent event) {
      // Never full: a call has at most four events under way.
      (void)mail.Put(std::move(event));
    });
    Greet();
    const absl::Duration limit = deps.clock.Monotonic() + kFirstBatchLimit;
    while (!over) {
      const bool late = !is_connected && deps.clock.Monotonic() >= limit;
      if (stopping || late || call_failed) call->End();
      HandleMail(absl::Seconds(1));
    }
    call.reset();
    call_failed = false;
    connected.Set(0);
    if (is_connected && !stopping) {
      deps.log.Warning("controller lost", {{"controller", controller},
                                           {"error", over->ToString()}});
    }
    return *over;
  }

  void Greet() {
    std::vector<Hello> hellos = client.BeginStream(instance, options.version);
    hellos_left = hellos.size();
    for (Hello& hello : hellos) {
      SyncRequest request;
      *request.mutable_hello() = std::move(hello);
      call->Write(std::move(request));
    }
  }

  void HandleMail(absl::Duration timeout) {
    for (Mail& one : mail.TakeAll(timeout)) {
      std::visit([this](auto& what) { On(what); }, one);
    }
  }

  void On(Stop&) { stopping = true; }

  void On(Report& report) {
    if (!call || hellos_left > 0) return;
    SyncRequest request;
    *request.mutable_report() = std::move(report);
    report_under_way = true;
    call->Write(std::move(request));
  }

  void On(SyncEvent& event) {
    if (!call || event.call != call_number) return;
    switch (event.kind) {
      case SyncEvent::Kind::kDone:
        over = event.status;
        return;
      case SyncEvent::Kind::kWrote:
        call->WriteNext();
        OnWrote();
        return;
      case SyncEvent::Kind::kBroken:
        call->End();
        return;
      case SyncEvent::Kind::kRead:
        OnBatch(event.batch);
        return;
    }
  }

  void OnWrote() {
    if (hellos_left > 0) {
      if (--hellos_left > 0) return;
      report_under_way = false;
      callbacks.reports_wanted(true);
    } else if (std::exchange(report_under_way, false)) {
      callbacks.reports_wanted(false);
    }
  }

  void OnBatch(const SyncResponse& batch) {
    if (!std::exchange(is_connected, true)) {
      connected.Set(1);
      backoff.Reset();
      failures = 0;
      deps.log.Info(
          "controller connected",
          {{"controller", current}, {"assignments", client.held_count()}});
    }
    auto decision = client.OnBatch(batch);
    if (!decision.ok()) {
      deps.log.Error("batch refused",
                     {{"error", decision.status().ToString()}});
      call_failed = true;
      return;
    }
    const int refused = decision->ack.rejections_size();
    if (refused > 0) {
      rejected.Add(refused);
      deps.log.Warning("assignments refused",
                       {{"count", refused},
                        {"first", decision->ack.rejections(0).assignment()},
                        {"error", decision->ack.rejections(0).reason()}});
    }
    const bool changes =
        !decision->saved.empty() || !decision->removals.empty();
    auto saved = std::exchange(decision->saved, {});
    auto removals = decision->removals;
    decisions.push_back({call_number, *std::move(decision)});
    if (!changes) return Settle();
    deps.archive.SaveAssignments(
        std::move(saved), std::move(removals), [this](absl::Status status) {
          // Not saved is not lost: after a restart the Hello says what is
          // held, and the controller sends the rest again.
          if (!status.ok()) {
            deps.log.Error("assignments not saved",
                           {{"error", status.ToString()}});
          }
          (void)mail.Put(Saved{});
        });
  }

  void On(Saved&) { Settle(); }

  // The oldest decision is on disk: acknowledge it and carry it out.
  void Settle() {
    auto [number, decision] = std::move(decisions.front());
    decisions.pop_front();
    if (call && number == call_number) {
      SyncRequest request;
      *request.mutable_ack() = std::move(decision.ack);
      call->Write(std::move(request));
      call->ReadNext();
    }
    if (!decision.upserts.empty() || !decision.removals.empty()) {
      callbacks.apply(std::move(decision.upserts),
                      std::move(decision.removals));
    }
  }

  const ControllerStreamOptions options;
  const ControllerStreamDeps deps;
  const Callbacks callbacks;
  const std::string instance;
  AssignmentClient client;
  Backoff backoff;
  GaugeMetric& connected;
  CounterMetric& rejected;
  Mailbox<Mail> mail{kMailboxSize};

  // Of the thread.
  bool stopping = false;
  std::string current;  // The controller that is called.
  uint64_t failures = 0;
  uint64_t call_number = 0;
  std::optional<SyncCall> call;
  std::optional<absl::Status> over;
  bool is_connected = false;
  bool call_failed = false;
  bool report_under_way = false;
  size_t hellos_left = 0;
  // With the call that each came from; the archive answers in their order.
  std::deque<std::pair<uint64_t, AssignmentClient::Decision>> decisions;
  std::thread thread;
};

ControllerStream::ControllerStream(const ControllerStreamOptions& options,
                                   const ControllerStreamDeps& deps,
                                   const std::vector<ZoneAssignment>& held,
                                   Callbacks callbacks)
    : impl_(std::make_unique<Impl>(options, deps, held, std::move(callbacks))) {
}

ControllerStream::~ControllerStream() {
  (void)impl_->mail.Put(Stop{});
  impl_->thread.join();
  // No callback of the archive may come after this.
  impl_->mail.Close();
  impl_->deps.archive.Flush();
}

void ControllerStream::SendReport(Report report) {
  (void)impl_->mail.TryPut(std::move(report));
}

}  // namespace understudy::edge
