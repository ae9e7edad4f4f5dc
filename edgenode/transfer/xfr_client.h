// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/socket_address.h"
#include "boost/asio/any_io_executor.hpp"
#include "boost/asio/awaitable.hpp"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/xfr_reader.h"
#include "edgenode/transfer/primary_connection.h"
#include "edgenode/zone/failure.h"
#include "edgenode/zone/zone.h"
#include "edgenode/zone/zone_builder.h"

namespace understudy::edge {

// What one primary may cost.
struct TransferLimits {
  // Long enough for two lost SYNs; a dead primary must not hold up the next.
  absl::Duration connect = absl::Seconds(4);
  // For the answer to the SOA query.
  absl::Duration answer = absl::Seconds(5);
  // Silence within a transfer.
  absl::Duration idle = absl::Seconds(10);
  // A transfer in all.
  absl::Duration total = absl::Seconds(3600);
  // Bytes a second that a transfer must come to on average once it has run for
  // `rate_grace`: a primary that drips would hold its place for all of `total`.
  uint64_t least_rate = 1000;
  absl::Duration rate_grace = absl::Seconds(30);
  // Bytes of a transfer.
  uint64_t bytes = uint64_t{4} << 30;
  ZoneLimits zone;
};

// What one attempt gave.
struct XfrOutcome {
  enum class Kind { kUpToDate, kTransferred, kFailed };
  Kind kind = Kind::kFailed;
  Failure failure;
  ZoneRef zone;                            // When transferred.
  std::optional<uint32_t> primary_serial;  // Once the primary told it.
  // Of the transfer, if one was begun.
  bool transfer_begun = false;
  uint64_t bytes = 0;
  absl::Duration duration;
};

// Things of the process that attempts use; all must outlive them.
struct XfrContext {
  const Clock* clock;
  Random* random;
  // For building zones: CPU-bound work.
  boost::asio::any_io_executor cpu;
  TransferLimits limits;
  // Where transfers leave from; absent: the system's choice.
  std::optional<SocketAddress> source;
};

// One attempt to bring a zone up to date from one primary: asks for the SOA,
// compares, and copies the zone by AXFR over the same TCP connection if there
// is something new (RFC 1034 s4.3.5, RFC 5936). Lives on one thread.
class XfrClient {
 public:
  // What is wanted of the primary.
  struct Want {
    dns::Name zone;
    std::optional<uint32_t> have_serial;  // Absent: any.
    bool force = false;                   // Copy whatever the serial.
  };
  // Waits for leave to begin a transfer; false: give up.
  using AwaitTurn = std::function<boost::asio::awaitable<bool>()>;

  XfrClient(const XfrContext& context, boost::asio::any_io_executor executor);

  // Call once. `turn` is asked between the SOA answer and the transfer.
  boost::asio::awaitable<XfrOutcome> Run(const SocketAddress& primary,
                                         Want want, AwaitTurn turn);

  // Ends Run soon, with some failure.
  void Abort();

 private:
  // The primary's SOA; the failure otherwise is in outcome_.
  boost::asio::awaitable<bool> AskSoa();
  // Compares serials; false when there is nothing to transfer.
  bool IsTransferDue(uint32_t primary_serial);
  boost::asio::awaitable<void> Transfer();
  boost::asio::awaitable<void> TransferAndBuild();
  // Sends the query and waits for the first bytes; connects anew, once, when
  // the primary has closed the connection behind its SOA answer.
  boost::asio::awaitable<bool> BeginTransfer(uint16_t id);
  boost::asio::awaitable<bool> Reconnect();
  boost::asio::awaitable<bool> ReceiveMore();
  bool IsDripping(absl::Duration elapsed, uint64_t bytes) const;
  // Feeds what is here; true when the transfer is complete or has failed.
  bool FeedMessages(dns::XfrReader& reader);
  boost::asio::awaitable<void> Build();
  uint16_t NewId();
  void Fail(Failure failure);
  void FailReader(const dns::XfrReader& reader);

  const XfrContext& context_;
  const boost::asio::any_io_executor executor_;
  std::unique_ptr<PrimaryConnection> connection_;
  bool aborted_ = false;
  SocketAddress primary_;
  Want want_;
  XfrOutcome outcome_;
  std::shared_ptr<ZoneBuilder> builder_;
  uint32_t transfer_serial_ = 0;
  absl::Duration begun_;  // Monotonic, of the transfer.
};

}  // namespace understudy::edge
