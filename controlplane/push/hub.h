// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "controlplane/push/change_feed.h"
#include "controlplane/push/desired_state.h"
#include "controlplane/push/edge_connection.h"
#include "controlplane/push/edge_session.h"
#include "controlplane/push/push_metrics.h"
#include "controlplane/push/status_writer.h"
#include "understudy/edge/v1/edge_sync_service.pb.h"

namespace understudy::control {

// The loop that owns the desired state and the sessions of all edges: one
// thread, fed by messages, which never waits for the store, for an edge or for
// anything but the next message.
class Hub {
 public:
  // Streams at once. The service refuses more.
  static constexpr size_t kMaxStreams = 10'000;
  // Edges whose first difference is computed at once; each may take some 50
  // bytes for each zone that it holds. The others wait for their turn.
  static constexpr size_t kMaxSyncing = 32;
  // For an edge to send its Hello, and to acknowledge a batch.
  static constexpr absl::Duration kHelloTimeout = absl::Seconds(60);
  static constexpr absl::Duration kAckTimeout = absl::Minutes(3);

  // All references must outlive the hub.
  Hub(const Clock& clock, StatusWriter& writer, PushMetrics& metrics,
      Logger& log);
  // Stops.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  void Start();
  // Ends all streams with Unavailable and joins.
  void Stop();

  // --- Messages, from any thread --------------------------------------------

  // An authenticated stream of `edge`. `stream` is a number that was never used
  // before. Ends an earlier stream of the same edge. False: the hub stops.
  bool Opened(uint64_t stream, std::string edge,
              std::shared_ptr<EdgeConnection> connection);
  // One message, as asked for by EdgeConnection::ReadNext.
  void Received(uint64_t stream, edge::v1::SyncRequest request);
  // The stream is over; after it nothing comes of it.
  void Closed(uint64_t stream);
  // Takes a page of the change feed; blocks while several wait. False: the hub
  // stops.
  bool TakePage(FeedPage page);
  // The edge is no longer known.
  void EdgeGone(std::string edge);

  // Handles what waits, or waits for it until the timeout. The hub's thread
  // does it; a test may, instead of Start.
  void Turn(absl::Duration timeout);

 private:
  struct OpenedMessage {
    uint64_t stream;
    std::string edge;
    std::shared_ptr<EdgeConnection> connection;
  };
  struct ReceivedMessage {
    uint64_t stream;
    edge::v1::SyncRequest request;
  };
  struct ClosedMessage {
    uint64_t stream;
  };
  struct PageMessage {};
  struct EdgeGoneMessage {
    std::string edge;
  };
  using Message = std::variant<OpenedMessage, ReceivedMessage, ClosedMessage,
                               PageMessage, EdgeGoneMessage>;

  struct Stream {
    uint64_t id = 0;
    std::string edge;
    std::shared_ptr<EdgeConnection> connection;
    EdgeSession session;
    // Monotonic times.
    absl::Duration opened;
    absl::Duration admitted_at;
    absl::Duration batch_sent;
    absl::Duration row_written = -absl::InfiniteDuration();
    absl::Time last_contact;
    int64_t row_acked = -1;
    // May send its Hello; it takes a place among kMaxSyncing until it is
    // synced.
    bool admitted = false;
    // Asked for nothing more because the writer is overfull.
    bool held_back = false;
  };

  void Handle(OpenedMessage message);
  void Handle(ReceivedMessage message);
  void Handle(ClosedMessage message);
  void Handle(PageMessage message);
  void Handle(EdgeGoneMessage message);

  absl::Status Take(Stream& stream, const edge::v1::SyncRequest& request);
  absl::Status TakeAck(Stream& stream, const edge::v1::Ack& ack);
  absl::Status TakeReport(Stream& stream, const edge::v1::Report& report);
  void TakeRejections(Stream& stream, const EdgeSession::AckOutcome& outcome);

  // Sends the stream's next batch if one is due.
  void Pump(Stream& stream);
  void PumpAll();
  void Admit();
  // Ends the stream from this side and forgets it.
  void End(uint64_t id, const absl::Status& status);
  void EndAll(const absl::Status& status);
  void Forget(uint64_t id);
  // Tells the writer how the edge stands, once it has said who it is.
  void WriteRow(Stream& stream, bool connected);

  // Timeouts, gauges, rows that are due: once a second.
  void Tick();
  void TickStream(Stream& stream, absl::Duration now, bool overfull);
  void EndStalled(absl::Duration now);
  absl::Duration ContactInterval() const;

  const Clock& clock_;
  StatusWriter& writer_;
  PushMetrics& metrics_;
  Logger& log_;

  Mailbox<Message> mailbox_;
  Mailbox<FeedPage> pages_;

  // The hub's thread only.
  DesiredState desired_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Stream>> streams_;
  absl::flat_hash_map<std::string, uint64_t> by_edge_;
  std::deque<uint64_t> waiting_;
  size_t syncing_ = 0;
  // In the middle of a long walk.
  absl::flat_hash_set<uint64_t> busy_;
  absl::Duration next_tick_;
  absl::Duration next_sweep_;

  std::thread thread_;
};

}  // namespace understudy::control
