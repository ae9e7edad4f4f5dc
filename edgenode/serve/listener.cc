// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace understudy::edge {
namespace {

constexpr int kUdpBufferBytes = 4 << 20;
constexpr int kTcpBacklog = 1024;
// A free UDP port may be taken for TCP; then another is tried.
constexpr int kPortTries = 32;

absl::Status Failed(absl::string_view what, const SocketAddress& address) {
  const int error = errno;
  std::string text = absl::StrCat("cannot ", what, " ", address.ToString());
  if (error == EADDRINUSE) {
    absl::StrAppend(&text,
                    ": another process listens there; end it or choose "
                    "another dns_listen");
  } else if (error == EADDRNOTAVAIL) {
    absl::StrAppend(&text,
                    ": the address is not on this machine; add it to an "
                    "interface or change dns_listen");
  } else if (error == EACCES) {
    absl::StrAppend(&text,
                    ": ports below 1024 need root or "
                    "CAP_NET_BIND_SERVICE");
  } else {
    return absl::ErrnoToStatus(error, text);
  }
  return absl::UnavailableError(text);
}

bool SetOption(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

absl::StatusOr<UniqueFd> OpenSocket(const SocketAddress& address, int type,
                                    bool shared) {
  const int family = address.is_v6() ? AF_INET6 : AF_INET;
  UniqueFd fd(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return Failed("open a socket for", address);
  // A connection of ours that lingers in TIME_WAIT must not block a restart.
  if (type == SOCK_STREAM) SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.is_v6()) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (bind(fd.get(), address.sockaddr_ptr(), address.sockaddr_size()) != 0) {
    return Failed("listen on", address);
  }
  return fd;
}

void TuneUdp(int fd, bool is_v6) {
  // Best effort, all of them: the system's limits may be lower.
  SetOption(fd, SOL_SOCKET, SO_RCVBUF, kUdpBufferBytes);
  SetOption(fd, SOL_SOCKET, SO_SNDBUF, kUdpBufferBytes);
  // The address that was asked is the one that answers (RFC 2181 s4); needed
  // where one socket stands for several addresses.
  if (is_v6) {
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SetOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
  } else {
    SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
    // A forged "fragmentation needed" must not make us send fragments.
    SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  }
}

SocketAddress BoundAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return SocketAddress::FromSockaddr(reinterpret_cast<sockaddr*>(&storage));
}

}  // namespace

absl::StatusOr<Listener> Listener::BindShared(const SocketAddress& address) {
  Listener listener;
  UNDERSTUDY_ASSIGN_OR_RETURN(listener.udp,
                              OpenSocket(address, SOCK_DGRAM, true));
  listener.address = BoundAddress(listener.udp.get());
  TuneUdp(listener.udp.get(), address.is_v6());
  UNDERSTUDY_ASSIGN_OR_RETURN(listener.tcp,
                              OpenSocket(listener.address, SOCK_STREAM, true));
  if (listen(listener.tcp.get(), kTcpBacklog) != 0) {
    return Failed("listen on", listener.address);
  }
  SetOption(listener.tcp.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return listener;
}

absl::StatusOr<Listener> Listener::Bind(const SocketAddress& address) {
  if (address.port() != 0) {
    // SO_REUSEPORT would let two edges share a port without a word: look first,
    // without it.
    for (int type : {SOCK_DGRAM, SOCK_STREAM}) {
      UNDERSTUDY_RETURN_IF_ERROR(OpenSocket(address, type, false).status());
    }
    return BindShared(address);
  }
  absl::StatusOr<Listener> listener;
  for (int i = 0; i < kPortTries; ++i) {
    listener = BindShared(address);
    if (listener.ok()) break;
  }
  return listener;
}

}  // namespace understudy::edge
