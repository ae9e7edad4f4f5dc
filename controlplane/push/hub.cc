// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "controlplane/push/zone_report_reader.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr size_t kPagesAhead = 4;
// An edge's own row is written at once when it connects or goes, soon after
// its acknowledgements, and now and then while nothing happens.
constexpr absl::Duration kAckInterval = absl::Seconds(1);
constexpr absl::Duration kContactInterval = absl::Seconds(5);
// Above so many edges the last interval grows, to write 20 rows a second.
constexpr double kEdgesAtFullPace = 100;
constexpr absl::Duration kTombstoneLife = absl::Hours(24 * 30);
constexpr absl::Duration kSweepInterval = absl::Hours(1);

}  // namespace

Hub::Hub(const Clock& clock, StatusWriter& writer, PushMetrics& metrics,
         Logger& log)
    : clock_(clock),
      writer_(writer),
      metrics_(metrics),
      log_(log),
      // Each stream has at most its opening, one message that was asked for
      // and its end in the box.
      mailbox_(4 * kMaxStreams),
      pages_(kPagesAhead),
      next_tick_(clock.Monotonic()) {}

Hub::~Hub() { Stop(); }

void Hub::Start() {
  thread_ = std::thread([this] {
    while (!mailbox_.is_closed()) Turn(kTick);
    Turn(absl::ZeroDuration());
    EndAll(absl::UnavailableError("the controller is stopping"));
  });
}

void Hub::Stop() {
  pages_.Close();
  mailbox_.Close();
  if (thread_.joinable()) thread_.join();
}

bool Hub::Opened(uint64_t stream, std::string edge,
                 std::shared_ptr<EdgeConnection> connection) {
  return mailbox_.TryPut(
      OpenedMessage{stream, std::move(edge), std::move(connection)});
}

void Hub::Received(uint64_t stream, edge::v1::SyncRequest request) {
  // When the box is closed, the stream is about to be ended.
  (void)mailbox_.TryPut(ReceivedMessage{stream, std::move(request)});
}

void Hub::Closed(uint64_t stream) {
  (void)mailbox_.TryPut(ClosedMessage{stream});
}

bool Hub::TakePage(FeedPage page) {
  // The pages have a box of their own, so that a long first read waits for the
  // hub instead of filling the memory.
  return pages_.Put(std::move(page)) && mailbox_.TryPut(PageMessage{});
}

void Hub::EdgeGone(std::string edge) {
  (void)mailbox_.TryPut(EdgeGoneMessage{std::move(edge)});
}

void Hub::Turn(absl::Duration timeout) {
  absl::Duration until_tick = next_tick_ - clock_.Monotonic();
  timeout =
      busy_.empty() ? std::min(timeout, until_tick) : absl::ZeroDuration();
  timeout = std::max(timeout, absl::ZeroDuration());
  for (Message& message : mailbox_.TakeAll(timeout)) {
    std::visit([this](auto& m) { Handle(std::move(m)); }, message);
  }
  for (uint64_t id : std::exchange(busy_, {})) {
    if (auto it = streams_.find(id); it != streams_.end()) Pump(*it->second);
  }
  if (clock_.Monotonic() >= next_tick_) Tick();
}

void Hub::Handle(OpenedMessage message) {
  if (auto earlier = by_edge_.find(message.edge); earlier != by_edge_.end()) {
    metrics_.streams_replaced.Increment();
    End(earlier->second,
        absl::AbortedError("another stream of this edge was opened"));
  }
  auto stream = std::make_unique<Stream>();
  stream->id = message.stream;
  stream->edge = message.edge;
  stream->connection = std::move(message.connection);
  stream->opened = clock_.Monotonic();
  stream->last_contact = clock_.Now();
  by_edge_[message.edge] = message.stream;
  streams_[message.stream] = std::move(stream);
  writer_.EdgeOpened(message.edge);
  log_.Info("edge connected", {{"edge", message.edge}});
  waiting_.push_back(message.stream);
  Admit();
}

void Hub::Admit() {
  while (syncing_ < kMaxSyncing && !waiting_.empty()) {
    auto it = streams_.find(waiting_.front());
    waiting_.pop_front();
    if (it == streams_.end()) continue;
    Stream& stream = *it->second;
    stream.admitted = true;
    stream.admitted_at = clock_.Monotonic();
    ++syncing_;
    stream.connection->ReadNext();
  }
}

void Hub::Handle(ReceivedMessage message) {
  auto it = streams_.find(message.stream);
  if (it == streams_.end()) return;
  Stream& stream = *it->second;
  stream.last_contact = clock_.Now();
  absl::Status status = Take(stream, message.request);
  if (!status.ok()) {
    metrics_.protocol_errors.Increment();
    log_.Warning("edge broke the protocol",
                 {{"edge", stream.edge}, {"error", status.ToString()}});
    End(message.stream, status);
    return;
  }
  if (message.request.has_report() && writer_.is_overfull()) {
    stream.held_back = true;
  } else {
    stream.connection->ReadNext();
  }
  Pump(stream);
}

void Hub::Handle(ClosedMessage message) {
  auto it = streams_.find(message.stream);
  if (it == streams_.end()) return;
  log_.Info("edge disconnected", {{"edge", it->second->edge}});
  Forget(message.stream);
}

void Hub::Handle(EdgeGoneMessage message) {
  auto it = by_edge_.find(message.edge);
  if (it == by_edge_.end()) return;
  log_.Info("edge is no longer registered", {{"edge", message.edge}});
  End(it->second, absl::UnauthenticatedError(
                      "the edge was deleted; register it again and give it "
                      "the new token"));
}

void Hub::Handle(PageMessage) {
  for (FeedPage& page : pages_.TakeAll(absl::ZeroDuration())) {
    if (page.reset) {
      EndAll(absl::AbortedError("the desired state is read anew"));
      desired_.Clear();
    }
    for (const ZoneRow& row : page.rows) {
      absl::Status status = desired_.Apply(row, clock_.Monotonic());
      if (!status.ok()) {
        log_.Error("a zone cannot be pushed",
                   {{"zone", row.zone}, {"error", status.ToString()}});
      }
    }
    if (page.drained) {
      desired_.FinishRead(page.revision);
      PumpAll();
    }
  }
}

absl::Status Hub::Take(Stream& stream, const edge::v1::SyncRequest& request) {
  switch (request.message_case()) {
    case edge::v1::SyncRequest::kHello:
      UNDERSTUDY_RETURN_IF_ERROR(
          stream.session.OnHello(request.hello(), desired_));
      WriteRow(stream, true);
      return absl::OkStatus();
    case edge::v1::SyncRequest::kAck:
      return TakeAck(stream, request.ack());
    case edge::v1::SyncRequest::kReport:
      return TakeReport(stream, request.report());
    case edge::v1::SyncRequest::MESSAGE_NOT_SET:
      break;
  }
  // From a newer edge, which must do without an answer; but it says Hello
  // first, like all.
  if (stream.session.has_greeted()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "message: the first one of a stream must be a hello");
}

absl::Status Hub::TakeAck(Stream& stream, const edge::v1::Ack& ack) {
  UNDERSTUDY_ASSIGN_OR_RETURN(EdgeSession::AckOutcome outcome,
                              stream.session.OnAck(ack));
  if (outcome.repeated) return absl::OkStatus();
  metrics_.ack_seconds.Observe(
      absl::ToDoubleSeconds(clock_.Monotonic() - stream.batch_sent));
  TakeRejections(stream, outcome);
  if (outcome.first_sync_done) {
    writer_.Reconcile(stream.edge);
    --syncing_;
    log_.Info("edge is up to date",
              {{"edge", stream.edge},
               {"revision", stream.session.AckedRevision(desired_)},
               {"rejected", stream.session.rejections().size()}});
    WriteRow(stream, true);
    Admit();
  }
  return absl::OkStatus();
}

void Hub::TakeRejections(Stream& stream,
                         const EdgeSession::AckOutcome& outcome) {
  std::vector<RejectionRow> rejected;
  for (const EdgeSession::Rejected& item : outcome.rejected) {
    rejected.push_back({.edge = stream.edge,
                        .zone_uid = item.id.uid(),
                        .revision = item.revision,
                        .reason = CleanText(item.reason, kMaxEvidence)});
  }
  if (!rejected.empty()) {
    metrics_.rejections.Add(static_cast<double>(rejected.size()));
    log_.Warning("edge rejected assignments", {{"edge", stream.edge},
                                               {"count", rejected.size()},
                                               {"first", rejected[0].zone_uid},
                                               {"reason", rejected[0].reason}});
    writer_.Reject(std::move(rejected));
  }
  if (!outcome.cleared.empty()) {
    std::vector<std::string> zones;
    for (const AssignmentId& id : outcome.cleared) zones.push_back(id.uid());
    writer_.Accept(stream.edge, zones);
  }
  if (!outcome.removals_refused.empty()) {
    metrics_.rejections.Increment();
    log_.Error("edge refused removals and goes on with what it has",
               {{"edge", stream.edge},
                {"reason", CleanText(outcome.removals_refused, kMaxEvidence)}});
  }
}

absl::Status Hub::TakeReport(Stream& stream, const edge::v1::Report& report) {
  UNDERSTUDY_RETURN_IF_ERROR(stream.session.OnReport(report));
  std::vector<PlacementRow> rows;
  rows.reserve(static_cast<size_t>(report.zones_size()));
  for (const edge::v1::ZoneReport& zone : report.zones()) {
    auto id = AssignmentId::FromName(zone.assignment());
    if (!id.has_value()) continue;
    const DesiredState::Item* item = desired_.Find(*id);
    if (item == nullptr || item->withdrawn) continue;
    auto row = PlacementOf(zone, *id, stream.edge, clock_.Now());
    if (row.has_value()) rows.push_back(*std::move(row));
  }
  metrics_.reports.Add(static_cast<double>(rows.size()));
  metrics_.reports_ignored.Add(static_cast<double>(
      static_cast<size_t>(report.zones_size()) - rows.size()));
  if (!rows.empty()) writer_.Report(std::move(rows));
  return absl::OkStatus();
}

void Hub::Pump(Stream& stream) {
  auto batch = stream.session.Next(desired_);
  if (stream.session.is_busy()) busy_.insert(stream.id);
  if (!batch.has_value()) return;
  metrics_.batches.Increment();
  metrics_.upserts.Add(batch->upserts_size());
  metrics_.removals.Add(batch->removals_size());
  stream.batch_sent = clock_.Monotonic();
  stream.connection->Send(*std::move(batch));
}

void Hub::PumpAll() {
  for (auto& [id, stream] : streams_) Pump(*stream);
}

void Hub::End(uint64_t id, const absl::Status& status) {
  auto it = streams_.find(id);
  if (it == streams_.end()) return;
  it->second->connection->End(status);
  Forget(id);
}

void Hub::EndAll(const absl::Status& status) {
  std::vector<uint64_t> ids;
  for (const auto& [id, stream] : streams_) ids.push_back(id);
  for (uint64_t id : ids) End(id, status);
}

void Hub::Forget(uint64_t id) {
  auto it = streams_.find(id);
  Stream& stream = *it->second;
  WriteRow(stream, false);
  by_edge_.erase(stream.edge);
  if (stream.admitted && !stream.session.is_synced()) --syncing_;
  streams_.erase(it);
  Admit();
}

void Hub::WriteRow(Stream& stream, bool connected) {
  // Without a Hello the row would lose what the last stream told.
  if (!stream.session.has_greeted()) return;
  EdgeRow row;
  row.id = stream.edge;
  row.connected = connected;
  row.last_contact_time = stream.last_contact;
  row.version = CleanText(stream.session.version(), 128);
  row.instance = CleanText(stream.session.instance(), 128);
  row.acked_revision = stream.session.AckedRevision(desired_);
  stream.row_acked = row.acked_revision;
  stream.row_written = clock_.Monotonic();
  writer_.UpdateEdge(std::move(row));
}

absl::Duration Hub::ContactInterval() const {
  return kContactInterval *
         std::max(1.0, static_cast<double>(streams_.size()) / kEdgesAtFullPace);
}

void Hub::Tick() {
  const absl::Duration now = clock_.Monotonic();
  next_tick_ = now + kTick;
  EndStalled(now);
  const bool overfull = writer_.is_overfull();
  absl::Duration lag;
  for (auto& [id, stream] : streams_) {
    TickStream(*stream, now, overfull);
    if (const auto* item = stream->session.OldestUnacked(desired_)) {
      lag = std::max(lag, now - std::max(item->seen, stream->opened));
    }
  }
  // Not during a first difference, which counts on finding the tombstone of
  // what the edge holds once it was judged to be known.
  if (now >= next_sweep_ && syncing_ == 0) {
    next_sweep_ = now + kSweepInterval;
    desired_.ForgetTombstones(clock_.Now() - kTombstoneLife);
  }
  metrics_.edges_connected.Set(static_cast<double>(streams_.size()));
  metrics_.edges_syncing.Set(static_cast<double>(syncing_ + waiting_.size()));
  metrics_.zones.Set(static_cast<double>(desired_.live()));
  metrics_.push_lag_seconds.Set(absl::ToDoubleSeconds(lag));
}

void Hub::TickStream(Stream& stream, absl::Duration now, bool overfull) {
  if (stream.held_back && !overfull) {
    stream.held_back = false;
    stream.connection->ReadNext();
  }
  // The transport's keep-alive ends a stream whose edge is gone: one that is
  // open is a contact.
  stream.last_contact = clock_.Now();
  const absl::Duration age = now - stream.row_written;
  const bool has_news =
      stream.session.AckedRevision(desired_) != stream.row_acked;
  if (age >= ContactInterval() || (has_news && age >= kAckInterval)) {
    WriteRow(stream, true);
  }
}

void Hub::EndStalled(absl::Duration now) {
  std::vector<uint64_t> late;
  for (const auto& [id, stream] : streams_) {
    const EdgeSession& session = stream->session;
    const bool is_mute = stream->admitted && !session.has_greeted() &&
                         now - stream->admitted_at > kHelloTimeout;
    const bool is_stalled = session.has_batch_outstanding() &&
                            now - stream->batch_sent > kAckTimeout;
    if (is_mute || is_stalled) late.push_back(id);
  }
  for (uint64_t id : late) {
    metrics_.stream_timeouts.Increment();
    log_.Warning("edge did not answer in time", {{"edge", streams_[id]->edge}});
    End(id, absl::DeadlineExceededError(
                "the hello or an acknowledgement did not come in time"));
  }
}

}  // namespace understudy::control
