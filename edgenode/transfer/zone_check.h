// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/socket_address.h"
#include "boost/asio/any_io_executor.hpp"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/steady_timer.hpp"
#include "dns/name.h"
#include "edgenode/transfer/admission_queue.h"
#include "edgenode/transfer/primary_health.h"
#include "edgenode/transfer/xfr_client.h"
#include "edgenode/transfer/zone_agent.h"
#include "edgenode/zone/zone.h"

namespace understudy::edge {

// Places for what asks primaries. A check is short and cheap; a transfer may
// take its time and memory.
struct TransferQueues {
  AdmissionQueue checks;
  AdmissionQueue transfers;
  PrimaryHealth health = {};
};

// How urgent a check is among those that wait.
Urgency UrgencyOf(CheckCause cause);

// One check of one zone over its primaries, in order: the first that confirms
// the copy or gives a new one wins; one that fails hands over to the next. The
// primary that a NOTIFY came from is asked first. Lives on one thread.
class ZoneCheck {
 public:
  struct Result {
    CheckResult check;
    ZoneRef zone;  // When transferred.
  };
  // Told of every attempt.
  using Observer = std::function<void(const XfrOutcome&)>;

  // `context` and `queues` must outlive it.
  ZoneCheck(const XfrContext& context, TransferQueues& queues,
            boost::asio::any_io_executor executor, const dns::Name& zone,
            const std::vector<SocketAddress>& primaries,
            const CheckOrder& order,
            const std::optional<SocketAddress>& notifier, Observer observer);

  // The primary that is asked first; what the first place is for.
  const SocketAddress& first_primary() const { return primaries_.front(); }

  // Call once, with a place in the checks' queue for first_primary().
  boost::asio::awaitable<Result> Run(
      std::unique_ptr<AdmissionQueue::Place> place);

  // Run ends soon, with kCancelled.
  void Cancel();

 private:
  using Place = std::unique_ptr<AdmissionQueue::Place>;

  // Null when cancelled.
  boost::asio::awaitable<Place> Enter(AdmissionQueue& queue,
                                      const SocketAddress& primary);
  // Whether the primary is known to be silent; its failure is taken then.
  bool IsSilent(const SocketAddress& primary);
  void LearnHealth(const SocketAddress& primary, const XfrOutcome& outcome);
  boost::asio::awaitable<XfrOutcome> Attempt(const SocketAddress& primary,
                                             Place place);
  // True when no other primary needs to be asked.
  bool Take(const SocketAddress& primary, XfrOutcome outcome);
  void TakeFailure(const SocketAddress& primary, Failure failure);

  const XfrContext& context_;
  TransferQueues& queues_;
  const boost::asio::any_io_executor executor_;
  const dns::Name zone_;
  std::vector<SocketAddress> primaries_;
  const CheckOrder order_;
  const Observer observer_;
  Result result_;
  bool cancelled_ = false;
  // Of what runs now.
  XfrClient* client_ = nullptr;
  boost::asio::steady_timer* gate_ = nullptr;
};

}  // namespace understudy::edge
