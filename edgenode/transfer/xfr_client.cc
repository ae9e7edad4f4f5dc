// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/xfr_client.h"

#include <malloc.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "dns/serial.h"
#include "dns/types.h"
#include "edgenode/transfer/soa_query.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;

using BuildResult = std::variant<ZoneRef, Failure>;

// What a build leaves behind is worth giving back to the system from here on.
constexpr uint64_t kTrimAbove = uint64_t{64} << 20;

// Runs on another thread: sorting a large zone would hold up everybody. What
// was collected is let go there too.
asio::awaitable<BuildResult> BuildZone(std::shared_ptr<ZoneBuilder> builder,
                                       uint64_t bytes) {
  BuildResult result = builder->Build();
  builder.reset();
  if (bytes > kTrimAbove) malloc_trim(0);
  co_return result;
}

}  // namespace

XfrClient::XfrClient(const XfrContext& context, asio::any_io_executor executor)
    : context_(context), executor_(std::move(executor)) {}

void XfrClient::Abort() {
  aborted_ = true;
  if (connection_) connection_->Abort();
}

asio::awaitable<XfrOutcome> XfrClient::Run(const SocketAddress& primary,
                                           Want want, AwaitTurn turn) {
  primary_ = primary;
  want_ = std::move(want);
  // One co_await in a statement: g++ 12 breaks on several.
  bool go_on = co_await Reconnect();
  if (go_on) go_on = co_await AskSoa();
  if (go_on && IsTransferDue(*outcome_.primary_serial)) {
    go_on = co_await turn();
    if (go_on) co_await Transfer();
  }
  connection_.reset();
  co_return std::move(outcome_);
}

asio::awaitable<bool> XfrClient::Reconnect() {
  connection_ = std::make_unique<PrimaryConnection>(executor_);
  if (aborted_) connection_->Abort();
  Failure failure = co_await connection_->Connect(primary_, context_.source,
                                                  context_.limits.connect);
  if (failure.ok()) co_return true;
  Fail(std::move(failure));
  co_return false;
}

asio::awaitable<bool> XfrClient::AskSoa() {
  const uint16_t id = NewId();
  // Named: a temporary would have to live across the suspension.
  const std::string query = MakeQuery(want_.zone, dns::kTypeSoa, id);
  Failure failure = co_await connection_->Send(query, context_.limits.answer);
  const absl::Duration end =
      context_.clock->Monotonic() + context_.limits.answer;
  absl::string_view message;
  while (failure.ok() && !connection_->Next(&message)) {
    // The whole answer within the limit, however it trickles in.
    const absl::Duration left = end - context_.clock->Monotonic();
    failure =
        co_await connection_->Receive(std::max(left, absl::Milliseconds(1)));
  }
  if (!failure.ok()) {
    Fail(Failure::Of(failure.reason,
                     absl::StrCat("SOA query: ", failure.evidence)));
    co_return false;
  }
  auto answer = ParseSoaAnswer(message, want_.zone, id);
  if (auto* refused = std::get_if<Failure>(&answer)) {
    Fail(std::move(*refused));
    co_return false;
  }
  outcome_.primary_serial = std::get<dns::SoaFields>(answer).serial;
  co_return true;
}

bool XfrClient::IsTransferDue(uint32_t primary_serial) {
  if (want_.force || !want_.have_serial) return true;
  if (primary_serial == *want_.have_serial) {
    outcome_.kind = XfrOutcome::Kind::kUpToDate;
    return false;
  }
  if (dns::SerialNewer(primary_serial, *want_.have_serial)) return true;
  // RFC 1982: the copy counts as newer, or neither does.
  Fail(Failure::Of(FailureReason::kSerialLower,
                   absl::StrCat("the primary has serial ", primary_serial,
                                ", the copy ", *want_.have_serial)));
  return false;
}

asio::awaitable<void> XfrClient::Transfer() {
  outcome_.transfer_begun = true;
  begun_ = context_.clock->Monotonic();
  co_await TransferAndBuild();
  outcome_.duration = context_.clock->Monotonic() - begun_;
}

asio::awaitable<void> XfrClient::TransferAndBuild() {
  const uint16_t id = NewId();
  if (!co_await BeginTransfer(id)) co_return;
  builder_ = std::make_shared<ZoneBuilder>(want_.zone, context_.limits.zone);
  dns::XfrReader reader(want_.zone, id);
  while (!FeedMessages(reader)) {
    if (!co_await ReceiveMore()) {
      builder_.reset();
      co_return;
    }
  }
  outcome_.bytes = connection_->bytes_received();
  connection_.reset();
  if (reader.error() != dns::XfrError::kNone) {
    FailReader(reader);
    builder_.reset();
    co_return;
  }
  transfer_serial_ = reader.soa().serial;
  // A primary of several behind one address may be behind the one that told
  // the SOA.
  if (!want_.force && want_.have_serial &&
      !dns::SerialNewer(transfer_serial_, *want_.have_serial)) {
    Fail(Failure::Of(FailureReason::kSerialLower,
                     absl::StrCat("the transfer has serial ", transfer_serial_,
                                  ", the copy ", *want_.have_serial)));
    builder_.reset();
    co_return;
  }
  co_await Build();
}

asio::awaitable<bool> XfrClient::BeginTransfer(uint16_t id) {
  const std::string query = MakeQuery(want_.zone, dns::kTypeAxfr, id);
  for (int attempt = 0;; ++attempt) {
    Failure failure;
    if (connection_->is_open()) {
      connection_->ExpectMuch();
      failure = co_await connection_->Send(query, context_.limits.answer);
      if (failure.ok()) {
        failure = co_await connection_->Receive(context_.limits.idle);
      }
      if (failure.ok()) co_return true;
    }
    if (attempt == 0 && (connection_->is_closed() || !connection_->is_open()) &&
        !aborted_) {
      if (!co_await Reconnect()) co_return false;
      continue;
    }
    if (connection_->is_closed()) {
      failure = Failure::Of(FailureReason::kAxfrTruncated,
                            absl::StrCat("AXFR: ", failure.evidence,
                                         " before the first message"));
    }
    Fail(std::move(failure));
    co_return false;
  }
}

bool XfrClient::IsDripping(absl::Duration elapsed, uint64_t bytes) const {
  const TransferLimits& limits = context_.limits;
  return elapsed > limits.rate_grace &&
         static_cast<double>(bytes) < static_cast<double>(limits.least_rate) *
                                          absl::ToDoubleSeconds(elapsed);
}

asio::awaitable<bool> XfrClient::ReceiveMore() {
  const absl::Duration elapsed = context_.clock->Monotonic() - begun_;
  const absl::Duration left = context_.limits.total - elapsed;
  const uint64_t bytes = connection_->bytes_received();
  Failure failure;
  if (bytes > context_.limits.bytes) {
    failure = Failure::Of(
        FailureReason::kTooManyBytes,
        absl::StrCat("more than ", context_.limits.bytes, " bytes"));
  } else if (left <= absl::ZeroDuration() || IsDripping(elapsed, bytes)) {
    failure = Failure::Of(FailureReason::kTooSlow,
                          absl::StrCat(bytes, " bytes within ",
                                       absl::FormatDuration(absl::Trunc(
                                           elapsed, absl::Milliseconds(1)))));
  } else {
    failure =
        co_await connection_->Receive(std::min(context_.limits.idle, left));
    if (failure.ok()) co_return true;
    if (connection_->is_closed()) {
      failure =
          Failure::Of(FailureReason::kAxfrTruncated,
                      absl::StrCat("AXFR: ", failure.evidence, " after ", bytes,
                                   " bytes, ", builder_->record_count(),
                                   " records, before the closing SOA"));
    } else if (left < context_.limits.idle) {
      failure.reason = FailureReason::kTooSlow;
    }
  }
  outcome_.bytes = bytes;
  Fail(std::move(failure));
  co_return false;
}

bool XfrClient::FeedMessages(dns::XfrReader& reader) {
  auto take = [this](const dns::XfrRecord& record) {
    Failure failure =
        builder_->Add(record.owner, record.type, record.ttl, record.rdata);
    if (failure.ok()) [[likely]] {
      return true;
    }
    Fail(std::move(failure));
    return false;
  };
  absl::string_view message;
  while (connection_->Next(&message)) {
    if (reader.Feed(message, take) != dns::XfrReader::Step::kMore) return true;
  }
  return false;
}

asio::awaitable<void> XfrClient::Build() {
  auto work = BuildZone(std::exchange(builder_, nullptr), outcome_.bytes);
  BuildResult built = co_await asio::co_spawn(context_.cpu, std::move(work),
                                              asio::use_awaitable);
  if (auto* failure = std::get_if<Failure>(&built)) {
    Fail(std::move(*failure));
    co_return;
  }
  outcome_.kind = XfrOutcome::Kind::kTransferred;
  outcome_.zone = std::get<ZoneRef>(std::move(built));
  outcome_.primary_serial = transfer_serial_;
}

uint16_t XfrClient::NewId() {
  return static_cast<uint16_t>(context_.random->Uint64());
}

void XfrClient::Fail(Failure failure) {
  outcome_.kind = XfrOutcome::Kind::kFailed;
  outcome_.failure = std::move(failure);
}

void XfrClient::FailReader(const dns::XfrReader& reader) {
  FailureReason reason = FailureReason::kRrMalformed;
  switch (reader.error()) {
    case dns::XfrError::kStopped:
      return;  // The builder's failure is there.
    case dns::XfrError::kRcode:
      reason = ReasonOfRcode(reader.rcode());
      break;
    case dns::XfrError::kTruncated:
      reason = FailureReason::kAxfrTruncated;
      break;
    case dns::XfrError::kNoSoa:
      reason = FailureReason::kNoSoa;
      break;
    case dns::XfrError::kSoaMismatch:
      reason = FailureReason::kAxfrSoaMismatch;
      break;
    case dns::XfrError::kNone:
    case dns::XfrError::kMalformed:
    case dns::XfrError::kWrongMessage:
    case dns::XfrError::kTrailingRecords:
    case dns::XfrError::kForbiddenRecord:
    case dns::XfrError::kTooManyEmpty:
      break;
  }
  Fail(Failure::Of(reason, absl::StrCat("AXFR: ", reader.evidence())));
}

}  // namespace understudy::edge
