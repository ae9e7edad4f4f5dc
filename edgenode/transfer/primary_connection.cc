// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/primary_connection.h"

#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/redirect_error.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A SOA answer fits; a transfer asks for more.
constexpr size_t kSmallBuffer = 4 * 1024;
constexpr size_t kLargeBuffer = 256 * 1024;

tcp::endpoint Endpoint(const SocketAddress& address) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), address.sockaddr_ptr(), address.sockaddr_size());
  endpoint.resize(address.sockaddr_size());
  return endpoint;
}

Failure ConnectFailure(const error_code& ec, bool timed_out,
                       absl::Duration limit) {
  if (timed_out || ec == asio::error::timed_out) {
    return Failure::Of(
        FailureReason::kConnectTimeout,
        absl::StrCat("no connection within ", absl::FormatDuration(limit)));
  }
  if (ec == asio::error::network_unreachable ||
      ec == asio::error::host_unreachable ||
      ec == boost::system::errc::address_not_available ||
      ec == boost::system::errc::permission_denied ||
      ec == boost::system::errc::operation_not_permitted ||
      ec == boost::system::errc::network_down) {
    return Failure::Of(FailureReason::kNoRoute, ec.message());
  }
  return Failure::Of(FailureReason::kConnectRefused, ec.message());
}

}  // namespace

// What outlives the connection until the handlers have run. The guard closes
// the socket when a step takes too long; it knows by the step's number whether
// it came too late.
struct PrimaryConnection::Io : std::enable_shared_from_this<Io> {
  explicit Io(asio::any_io_executor executor)
      : socket(executor), timer(executor) {}

  void Guard(absl::Duration limit) {
    timed_out = false;
    const uint64_t guarded = ++step;
    timer.expires_after(absl::ToChronoNanoseconds(limit));
    timer.async_wait([weak = weak_from_this(), guarded](const error_code& ec) {
      auto self = weak.lock();
      if (ec || !self || self->step != guarded) return;
      self->timed_out = true;
      self->Close();
    });
  }
  void Unguard() {
    ++step;
    timer.cancel();
  }
  void Close() {
    error_code ignored;
    socket.close(ignored);
  }

  tcp::socket socket;
  asio::steady_timer timer;
  uint64_t step = 0;
  bool timed_out = false;
  bool aborted = false;
};

PrimaryConnection::PrimaryConnection(asio::any_io_executor executor)
    : io_(std::make_shared<Io>(std::move(executor))) {}

PrimaryConnection::~PrimaryConnection() {
  io_->Unguard();
  io_->Close();
}

asio::awaitable<Failure> PrimaryConnection::Connect(
    const SocketAddress& primary, const std::optional<SocketAddress>& source,
    absl::Duration limit) {
  error_code ec;
  if (io_->aborted)
    co_return ConnectFailure(asio::error::operation_aborted, false, limit);
  io_->socket.open(primary.is_v6() ? tcp::v6() : tcp::v4(), ec);
  if (!ec && source && source->is_v6() == primary.is_v6()) {
    io_->socket.bind(Endpoint(source->WithPort(0)), ec);
    if (ec) {
      co_return Failure::Of(
          FailureReason::kNoRoute,
          absl::StrCat("cannot leave from ", source->ip(), ": ", ec.message()));
    }
  }
  if (ec) co_return ConnectFailure(ec, false, limit);
  io_->Guard(limit);
  co_await io_->socket.async_connect(
      Endpoint(primary), asio::redirect_error(asio::use_awaitable, ec));
  io_->Unguard();
  if (ec) co_return ConnectFailure(ec, io_->timed_out, limit);
  io_->socket.set_option(tcp::no_delay(true), ec);
  co_return Failure();
}

asio::awaitable<Failure> PrimaryConnection::Send(absl::string_view message,
                                                 absl::Duration limit) {
  error_code ec;
  // One write, so that size and message travel together (RFC 7766 s8).
  std::string framed;
  framed.reserve(message.size() + 2);
  framed.push_back(static_cast<char>(message.size() >> 8));
  framed.push_back(static_cast<char>(message.size()));
  framed.append(message.data(), message.size());
  io_->Guard(limit);
  co_await asio::async_write(io_->socket, asio::buffer(framed),
                             asio::redirect_error(asio::use_awaitable, ec));
  io_->Unguard();
  if (!ec) co_return Failure();
  if (io_->timed_out) {
    co_return Failure::Of(FailureReason::kIdleTimeout,
                          "the query could not be sent in time");
  }
  closed_ = true;
  co_return Failure::Of(FailureReason::kConnectRefused,
                        absl::StrCat("sending the query: ", ec.message()));
}

bool PrimaryConnection::Next(absl::string_view* message) {
  if (end_ - begin_ < 2) return false;
  const auto* at = reinterpret_cast<const uint8_t*>(buffer_.get()) + begin_;
  const size_t size = static_cast<size_t>(at[0] << 8 | at[1]);
  if (end_ - begin_ - 2 < size) return false;
  *message = absl::string_view(buffer_.get() + begin_ + 2, size);
  begin_ += 2 + size;
  return true;
}

asio::awaitable<Failure> PrimaryConnection::Receive(absl::Duration limit) {
  MakeRoom();
  error_code ec;
  io_->Guard(limit);
  const size_t count = co_await io_->socket.async_read_some(
      asio::buffer(buffer_.get() + end_, capacity_ - end_),
      asio::redirect_error(asio::use_awaitable, ec));
  io_->Unguard();
  end_ += count;
  bytes_received_ += count;
  if (!ec) co_return Failure();
  if (io_->timed_out) {
    co_return Failure::Of(
        FailureReason::kIdleTimeout,
        absl::StrCat("silent for ", absl::FormatDuration(limit)));
  }
  closed_ = true;
  co_return Failure::Of(
      FailureReason::kConnectRefused,
      ec == asio::error::eof ? "the primary closed it" : ec.message());
}

void PrimaryConnection::MakeRoom() {
  if (begin_ == end_) begin_ = end_ = 0;
  size_t needed = kSmallBuffer;
  if (end_ - begin_ >= 2) {
    const auto* at = reinterpret_cast<const uint8_t*>(buffer_.get()) + begin_;
    needed = 2 + static_cast<size_t>(at[0] << 8 | at[1]);
  }
  if (needed > capacity_) Grow(needed);
  // A piece of a message at the end: to the front with it, if what is behind
  // it could not take the rest.
  if (capacity_ - begin_ < needed || end_ == capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
}

void PrimaryConnection::Grow(size_t capacity) {
  // Not zeroed: pages that no byte came to cost nothing.
  std::unique_ptr<char[]> grown(new char[capacity]);
  if (end_ > begin_) {
    std::memcpy(grown.get(), buffer_.get() + begin_, end_ - begin_);
  }
  end_ -= begin_;
  begin_ = 0;
  capacity_ = capacity;
  buffer_ = std::move(grown);
}

void PrimaryConnection::ExpectMuch() {
  if (capacity_ < kLargeBuffer) Grow(kLargeBuffer);
}

void PrimaryConnection::Abort() {
  io_->aborted = true;
  io_->Close();
}

bool PrimaryConnection::is_open() const {
  return !closed_ && io_->socket.is_open();
}

}  // namespace understudy::edge
