// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_check.h"

#include <algorithm>
#include <utility>

#include "boost/asio/redirect_error.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "dns/serial.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;
using Outcome = CheckResult::Outcome;

// How far an attempt got: of several failures the one that says most is told.
int Progress(FailureReason reason) {
  switch (reason) {
    case FailureReason::kNone:
      return -1;
    case FailureReason::kConnectTimeout:
    case FailureReason::kConnectRefused:
    case FailureReason::kNoRoute:
      return 0;
    case FailureReason::kIdleTimeout:
      return 1;
    case FailureReason::kRcodeRefused:
    case FailureReason::kRcodeNotAuth:
    case FailureReason::kRcodeServFail:
    case FailureReason::kRcodeNotImp:
    case FailureReason::kRcodeFormErr:
    case FailureReason::kRcodeOther:
    case FailureReason::kNotAuthoritative:
    case FailureReason::kNoSoa:
      return 2;
    default:
      return 3;
  }
}

std::string PrimaryText(const SocketAddress& primary) {
  return primary.port() == 53 ? primary.ip() : primary.ToString();
}

}  // namespace

Urgency UrgencyOf(CheckCause cause) {
  switch (cause) {
    case CheckCause::kOperator:
    case CheckCause::kNotify:
    case CheckCause::kExpired:
      return Urgency::kNow;
    case CheckCause::kFirst:
      return Urgency::kFirst;
    case CheckCause::kRetry:
    case CheckCause::kRefresh:
      break;
  }
  return Urgency::kRoutine;
}

ZoneCheck::ZoneCheck(const XfrContext& context, TransferQueues& queues,
                     asio::any_io_executor executor, const dns::Name& zone,
                     const std::vector<SocketAddress>& primaries,
                     const CheckOrder& order,
                     const std::optional<SocketAddress>& notifier,
                     Observer observer)
    : context_(context),
      queues_(queues),
      executor_(std::move(executor)),
      zone_(zone),
      primaries_(primaries),
      order_(order),
      observer_(std::move(observer)) {
  if (notifier) {
    std::stable_partition(
        primaries_.begin(), primaries_.end(),
        [&](const SocketAddress& p) { return p.SameIp(*notifier); });
  }
}

void ZoneCheck::Cancel() {
  cancelled_ = true;
  if (client_) client_->Abort();
  if (gate_) gate_->cancel();
}

asio::awaitable<ZoneCheck::Place> ZoneCheck::Enter(
    AdmissionQueue& queue, const SocketAddress& primary) {
  asio::steady_timer gate(executor_, asio::steady_timer::time_point::max());
  Place place = queue.Enter(primary.ip(), UrgencyOf(order_.cause),
                            [&gate] { gate.cancel(); });
  gate_ = &gate;
  while (!place->is_admitted() && !cancelled_) {
    boost::system::error_code ignored;
    co_await gate.async_wait(
        asio::redirect_error(asio::use_awaitable, ignored));
  }
  gate_ = nullptr;
  if (cancelled_) place.reset();
  co_return std::move(place);
}

asio::awaitable<ZoneCheck::Result> ZoneCheck::Run(Place place) {
  for (const SocketAddress& primary : primaries_) {
    if (IsSilent(primary)) {
      place.reset();  // It was for this one.
      continue;
    }
    if (!place && !cancelled_) {
      place = co_await Enter(queues_.checks, primary);
    }
    if (cancelled_) break;
    XfrOutcome outcome = co_await Attempt(primary, std::move(place));
    place.reset();
    // What was cut off says nothing about the primary.
    if (cancelled_) break;
    LearnHealth(primary, outcome);
    observer_(outcome);
    if (Take(primary, std::move(outcome))) break;
  }
  if (cancelled_) result_ = Result();
  co_return std::move(result_);
}

bool ZoneCheck::IsSilent(const SocketAddress& primary) {
  // Somebody waits, or the primary itself spoke: see for ourselves.
  if (order_.cause <= CheckCause::kNotify) return false;
  auto failure = queues_.health.WhyNotNow(primary, context_.clock->Monotonic());
  if (!failure) return false;
  TakeFailure(primary, *std::move(failure));
  return true;
}

void ZoneCheck::LearnHealth(const SocketAddress& primary,
                            const XfrOutcome& outcome) {
  if (PrimaryHealth::IsSilence(outcome.failure.reason,
                               outcome.transfer_begun)) {
    queues_.health.OnSilent(primary, outcome.failure,
                            context_.clock->Monotonic());
  } else {
    queues_.health.OnAlive(primary);
  }
}

asio::awaitable<XfrOutcome> ZoneCheck::Attempt(const SocketAddress& primary,
                                               Place place) {
  XfrClient client(context_, executor_);
  client_ = &client;
  Place transfer_place;
  XfrClient::AwaitTurn turn = [&]() -> asio::awaitable<bool> {
    transfer_place = co_await Enter(queues_.transfers, primary);
    // Others may ask this primary for SOAs while the transfer goes on.
    place.reset();
    co_return !cancelled_;
  };
  XfrClient::Want want{zone_, order_.have_serial, order_.force};
  XfrOutcome outcome = co_await client.Run(primary, std::move(want), turn);
  client_ = nullptr;
  co_return std::move(outcome);
}

bool ZoneCheck::Take(const SocketAddress& primary, XfrOutcome outcome) {
  CheckResult& check = result_.check;
  if (outcome.primary_serial &&
      (!check.primary_serial ||
       dns::SerialNewer(*outcome.primary_serial, *check.primary_serial))) {
    check.primary_serial = outcome.primary_serial;
  }
  switch (outcome.kind) {
    case XfrOutcome::Kind::kTransferred:
      check.outcome = Outcome::kTransferred;
      check.soa = outcome.zone->soa();
      check.failure = Failure();
      result_.zone = std::move(outcome.zone);
      return true;
    case XfrOutcome::Kind::kUpToDate:
      check.outcome = Outcome::kUpToDate;
      check.failure = Failure();
      // A NOTIFY spoke of more than this primary has: another may have it.
      return !(order_.hint && outcome.primary_serial &&
               dns::SerialNewer(*order_.hint, *outcome.primary_serial));
    case XfrOutcome::Kind::kFailed:
      TakeFailure(primary, std::move(outcome.failure));
      return false;
  }
  return false;
}

void ZoneCheck::TakeFailure(const SocketAddress& primary, Failure failure) {
  CheckResult& check = result_.check;
  if (check.outcome == Outcome::kUpToDate) return;
  check.outcome = Outcome::kFailed;
  if (Progress(failure.reason) <= Progress(check.failure.reason)) return;
  check.failure = std::move(failure);
  check.primary = PrimaryText(primary);
}

}  // namespace understudy::edge
