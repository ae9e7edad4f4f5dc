// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/status_writer.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "controlplane/push/write_or_halve.h"

namespace understudy::control {
namespace {

// Rounds follow each other no faster: what comes meanwhile is one batch.
constexpr absl::Duration kPace = absl::Milliseconds(100);
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLongestDelay = absl::Seconds(5);
// Of one edge; an edge with more has other troubles.
constexpr int kMaxRejections = 100'000;

}  // namespace

StatusWriter::StatusWriter(Store& store, const Clock& clock, Random& random,
                           Metrics& metrics, Logger& log, EdgeGone edge_gone)
    : store_(store),
      clock_(clock),
      log_(log),
      edge_gone_(std::move(edge_gone)),
      backoff_(kFirstDelay, kLongestDelay, random),
      written_(metrics.Counter("understudy_controller_status_rows_total",
                               "Facts from edges, by what became of them.",
                               {{"result", "written"}})),
      dropped_(metrics.Counter("understudy_controller_status_rows_total",
                               "Facts from edges, by what became of them.",
                               {{"result", "dropped"}})),
      failures_(metrics.Counter(
          "understudy_controller_status_write_failures_total",
          "Rounds of writing facts that the database did not take.")),
      backlog_(metrics.Gauge("understudy_controller_status_backlog",
                             "Facts from edges that wait to be written.")) {}

StatusWriter::~StatusWriter() { Stop(); }

void StatusWriter::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void StatusWriter::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void StatusWriter::Wake() { changed_.NotifyOne(); }

void StatusWriter::EdgeOpened(const std::string& edge) {
  MutexLock lock(mu_);
  book_.ForgetRefusals(edge);
  to_reconcile_.erase(edge);
}

void StatusWriter::UpdateEdge(EdgeRow row) {
  {
    MutexLock lock(mu_);
    std::string id = row.id;
    edges_.Put(std::move(id), std::move(row));
  }
  Wake();
}

void StatusWriter::Report(std::vector<PlacementRow> rows) {
  {
    MutexLock lock(mu_);
    for (PlacementRow& row : rows) book_.Report(std::move(row));
  }
  Wake();
}

void StatusWriter::Reject(std::vector<RejectionRow> rows) {
  absl::Time now = clock_.Now();
  {
    MutexLock lock(mu_);
    for (RejectionRow& row : rows) book_.Reject(std::move(row), now);
  }
  Wake();
}

void StatusWriter::Accept(const std::string& edge,
                          const std::vector<std::string>& zones) {
  absl::Time now = clock_.Now();
  {
    MutexLock lock(mu_);
    for (const std::string& zone : zones) book_.Accept(edge, zone, now);
  }
  Wake();
}

void StatusWriter::Reconcile(const std::string& edge) {
  {
    MutexLock lock(mu_);
    to_reconcile_.insert(edge);
  }
  Wake();
}

bool StatusWriter::is_overfull() {
  MutexLock lock(mu_);
  return book_.placements().size() > kHighWater;
}

bool StatusWriter::HasWork() {
  return !edges_.empty() || !book_.placements().empty() ||
         !book_.rejections().empty() || !to_reconcile_.empty();
}

void StatusWriter::Loop() {
  bool stopping = false;
  while (!stopping) {
    absl::Status status = WriteRound();
    absl::Duration pause = kPace;
    if (status.ok()) {
      backoff_.Reset();
    } else {
      failures_.Increment();
      pause = backoff_.Next();
      log_.Warning("cannot write edge facts; they are kept",
                   {{"error", status.ToString()},
                    {"retry_in", absl::FormatDuration(pause)}});
    }
    const absl::Duration until = clock_.Monotonic() + pause;
    MutexLock lock(mu_);
    while (!stopping_ && clock_.Monotonic() < until) {
      changed_.WaitFor(mu_, until - clock_.Monotonic());
    }
    while (!stopping_ && !HasWork()) changed_.Wait(mu_);
    stopping = stopping_;
  }
  absl::Status status = WriteRound();
  if (!status.ok()) {
    log_.Warning("edge facts were lost at the end",
                 {{"error", status.ToString()}});
  }
}

absl::Status StatusWriter::WriteRound() {
  UNDERSTUDY_RETURN_IF_ERROR(WriteEdges());
  UNDERSTUDY_RETURN_IF_ERROR(WriteReconciliations());
  UNDERSTUDY_RETURN_IF_ERROR(WriteRejections());
  absl::Status status = WritePlacements();
  MutexLock lock(mu_);
  backlog_.Set(static_cast<double>(book_.placements().size()));
  return status;
}

absl::Status StatusWriter::WriteEdges() {
  while (true) {
    std::vector<LatestQueue<std::string, EdgeRow>::Entry> taken;
    {
      MutexLock lock(mu_);
      taken = edges_.Take(1);
    }
    if (taken.empty()) return absl::OkStatus();
    absl::Status status = store_.UpdateEdge(taken[0].fact);
    if (status.ok()) continue;
    if (absl::IsNotFound(status)) {
      edge_gone_(taken[0].key);
    } else if (IsTransient(status)) {
      MutexLock lock(mu_);
      edges_.PutBack(std::move(taken));
      return status;
    } else {
      dropped_.Increment();
      log_.Error("cannot store an edge's state",
                 {{"edge", taken[0].key}, {"error", status.ToString()}});
    }
  }
}

absl::Status StatusWriter::WriteReconciliations() {
  while (true) {
    std::string edge;
    {
      MutexLock lock(mu_);
      if (to_reconcile_.empty()) return absl::OkStatus();
      edge = *to_reconcile_.begin();
    }
    auto stored = store_.RejectionsOf(edge, kMaxRejections);
    if (!stored.ok() && IsTransient(stored.status())) return stored.status();
    MutexLock lock(mu_);
    // A stream that began meanwhile has taken it back.
    if (to_reconcile_.erase(edge) == 0) continue;
    if (stored.ok()) book_.Reconcile(edge, *stored);
  }
}

absl::Status StatusWriter::WriteRejections() {
  while (true) {
    std::vector<StatusBook::Rejections::Entry> taken;
    {
      MutexLock lock(mu_);
      taken = book_.rejections().Take(kMaxRows);
    }
    if (taken.empty()) return absl::OkStatus();
    const size_t count = taken.size();
    absl::Status status = WriteOrHalve<RejectionRow>(
        taken,
        [&](const std::vector<RejectionRow>& rows) {
          return store_.WriteRejections(rows);
        },
        [&](const absl::Status& why) {
          dropped_.Increment();
          log_.Error("cannot store a rejection", {{"error", why.ToString()}});
        });
    written_.Add(static_cast<double>(count - taken.size()));
    if (!status.ok()) {
      MutexLock lock(mu_);
      book_.rejections().PutBack(std::move(taken));
      return status;
    }
  }
}

absl::Status StatusWriter::WritePlacements() {
  // What comes while this runs waits for the next round, so that edges' rows
  // are not held up by a flood of reports.
  size_t left;
  {
    MutexLock lock(mu_);
    left = book_.placements().size();
  }
  while (left > 0) {
    std::vector<StatusBook::Placements::Entry> taken;
    {
      MutexLock lock(mu_);
      taken = book_.placements().Take(std::min(left, kMaxRows));
    }
    if (taken.empty()) return absl::OkStatus();
    const size_t count = taken.size();
    left -= count;
    absl::Status status = WriteOrHalve<PlacementRow>(
        taken,
        [&](const std::vector<PlacementRow>& rows) {
          return store_.WritePlacements(rows);
        },
        [&](const absl::Status& why) {
          dropped_.Increment();
          log_.Error("cannot store a placement", {{"error", why.ToString()}});
        });
    written_.Add(static_cast<double>(count - taken.size()));
    if (!status.ok()) {
      MutexLock lock(mu_);
      book_.placements().PutBack(std::move(taken));
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace understudy::control
