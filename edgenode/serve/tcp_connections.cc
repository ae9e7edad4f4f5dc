// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/tcp_connections.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dns/types.h"

namespace understudy::edge {
namespace {

constexpr size_t kReadSize = 16 * 1024;
constexpr int kAcceptsInARow = 64;

}  // namespace

struct TcpConnections::Connection {
  UniqueFd fd;
  SocketAddress source;
  List::iterator place;
  std::string in;
  std::string out;
  size_t out_sent = 0;
  absl::Duration last_query;
  bool peer_is_done = false;  // It will send no more, but still reads.
  uint32_t watched = 0;

  size_t unsent() const { return out.size() - out_sent; }
};

TcpConnections::TcpConnections(int epoll_fd, const Limits& limits,
                               Answerer& answerer, EpochDomain::Reader& epoch,
                               WorkerStats& stats)
    : epoll_fd_(epoll_fd),
      limits_(limits),
      answerer_(answerer),
      epoch_(epoch),
      stats_(stats),
      answer_(dns::kMaxMessageSize) {}

TcpConnections::~TcpConnections() = default;

void TcpConnections::Accept(int listen_fd, absl::Duration now) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    UniqueFd fd(accept4(listen_fd, reinterpret_cast<sockaddr*>(&storage), &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      // Without descriptors the queue would wake us for ever: make room.
      if ((errno == EMFILE || errno == ENFILE) && !connections_.empty()) {
        stats_.tcp_evicted.Add();
        Close(*connections_.front());
        continue;
      }
      return;
    }
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connections_.size() >= limits_.connections) {
      // The one that has been quiet for longest goes (RFC 9210 s4.1).
      stats_.tcp_evicted.Add();
      Close(*connections_.front());
    }
    stats_.tcp_accepted.Add();
    auto connection = std::make_unique<Connection>();
    connection->fd = std::move(fd);
    connection->source = SocketAddress::FromSockaddr(
        reinterpret_cast<const sockaddr*>(&storage));
    connection->last_query = now;
    connections_.push_back(std::move(connection));
    Connection& added = *connections_.back();
    added.place = std::prev(connections_.end());
    added.watched = EPOLLIN;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &added;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, added.fd.get(), &event) != 0) {
      Close(added);
    }
  }
}

void TcpConnections::OnEvent(void* cookie, uint32_t events,
                             absl::Duration now) {
  Connection& connection = *static_cast<Connection*>(cookie);
  bool good = !(events & EPOLLERR);
  if (good && (events & EPOLLOUT)) good = Write(connection);
  if (good && (events & (EPOLLIN | EPOLLHUP))) good = Read(connection);
  if (good) good = AnswerWhatIsWhole(connection, now);
  if (good && connection.peer_is_done && connection.unsent() == 0) good = false;
  if (good) {
    Watch(connection);
  } else {
    Close(connection);
  }
}

bool TcpConnections::Read(Connection& connection) {
  if (connection.peer_is_done || connection.unsent() > limits_.unsent_bytes) {
    return true;
  }
  const size_t had = connection.in.size();
  connection.in.resize(had + kReadSize);
  const ssize_t n =
      recv(connection.fd.get(), connection.in.data() + had, kReadSize, 0);
  connection.in.resize(had + (n > 0 ? static_cast<size_t>(n) : 0));
  if (n == 0) connection.peer_is_done = true;
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

bool TcpConnections::AnswerWhatIsWhole(Connection& connection,
                                       absl::Duration now) {
  for (;;) {
    size_t at = 0;
    const std::string& in = connection.in;
    const bool was_blocked = connection.unsent() > limits_.unsent_bytes;
    epoch_.Enter();
    while (in.size() - at >= 2 && connection.unsent() <= limits_.unsent_bytes) {
      const size_t size = size_t{static_cast<uint8_t>(in[at])} << 8 |
                          static_cast<uint8_t>(in[at + 1]);
      if (in.size() - at - 2 < size) break;
      const size_t answer = answerer_.Answer(
          absl::string_view(in).substr(at + 2, size),
          connection.source.sockaddr_ptr(), Transport::kTcp, answer_.data());
      at += 2 + size;
      connection.last_query = now;
      if (answer == 0) continue;
      connection.out.push_back(static_cast<char>(answer >> 8));
      connection.out.push_back(static_cast<char>(answer));
      connection.out.append(reinterpret_cast<const char*>(answer_.data()),
                            answer);
    }
    epoch_.Leave();
    if (at > 0) {
      connection.in.erase(0, at);
      connections_.splice(connections_.end(), connections_, connection.place);
    }
    if (!Write(connection)) return false;
    // Whole queries may wait behind an answer that could be sent just now.
    if (connection.unsent() > 0 || (at == 0 && !was_blocked)) return true;
  }
}

bool TcpConnections::Write(Connection& connection) {
  while (connection.unsent() > 0) {
    const ssize_t n =
        send(connection.fd.get(), connection.out.data() + connection.out_sent,
             connection.unsent(), MSG_NOSIGNAL);
    if (n < 0) {
      // What a client took must go, also when it never takes all: it could make
      // us keep every answer of the connection otherwise.
      if (connection.out_sent > limits_.unsent_bytes) {
        connection.out.erase(0, connection.out_sent);
        connection.out_sent = 0;
      }
      return errno == EAGAIN || errno == EINTR;
    }
    connection.out_sent += static_cast<size_t>(n);
  }
  connection.out.clear();
  connection.out_sent = 0;
  return true;
}

void TcpConnections::Watch(Connection& connection) {
  uint32_t wanted = 0;
  if (!connection.peer_is_done && connection.unsent() <= limits_.unsent_bytes) {
    wanted |= EPOLLIN;
  }
  if (connection.unsent() > 0) wanted |= EPOLLOUT;
  if (wanted == connection.watched) return;
  connection.watched = wanted;
  epoll_event event{};
  event.events = wanted;
  event.data.ptr = &connection;
  epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, connection.fd.get(), &event);
}

void TcpConnections::Close(Connection& connection) {
  stats_.tcp_closed.Add();
  connections_.erase(connection.place);
}

absl::Duration TcpConnections::CloseIdle(absl::Duration now) {
  while (!connections_.empty()) {
    const absl::Duration due = connections_.front()->last_query + limits_.idle;
    if (due > now) return due - now;
    stats_.tcp_evicted.Add();
    Close(*connections_.front());
  }
  return absl::InfiniteDuration();
}

}  // namespace understudy::edge
