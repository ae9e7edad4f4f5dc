// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace understudy {
namespace {

absl::Status Bad(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not ", what,
                   "; write 192.0.2.1:53 or [2001:db8::1]:53"));
}

}  // namespace

SocketAddress::SocketAddress() {
  std::memset(&storage_, 0, sizeof storage_);
  storage_.v4.sin_family = AF_INET;
}

absl::StatusOr<SocketAddress> SocketAddress::FromIp(absl::string_view ip,
                                                    uint16_t port) {
  SocketAddress address;
  std::string text(ip);
  // inet_pton would stop at a NUL and take what stands before it.
  if (text.find('\0') != std::string::npos) return Bad(ip, "an address");
  if (inet_pton(AF_INET, text.c_str(), &address.storage_.v4.sin_addr) == 1) {
    return address.WithPort(port);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_port = htons(port);
    return FromSockaddr(reinterpret_cast<const sockaddr*>(&v6));
  }
  return Bad(ip, "an IPv4 or IPv6 address");
}

absl::StatusOr<SocketAddress> SocketAddress::Parse(absl::string_view text,
                                                   int default_port) {
  absl::string_view ip = text;
  absl::string_view port_text;
  bool has_port = false;
  if (!text.empty() && text[0] == '[') {
    size_t end = text.find(']');
    if (end == absl::string_view::npos) return Bad(text, "an address");
    ip = text.substr(1, end - 1);
    if (ip.find(':') == absl::string_view::npos) return Bad(text, "an address");
    absl::string_view rest = text.substr(end + 1);
    if (!rest.empty()) {
      if (rest[0] != ':') return Bad(text, "an address");
      port_text = rest.substr(1);
      has_port = true;
    }
  } else if (size_t colon = text.find(':');
             colon != absl::string_view::npos && text.rfind(':') == colon) {
    ip = text.substr(0, colon);
    port_text = text.substr(colon + 1);
    has_port = true;
  }
  if (!has_port && default_port < 0) return Bad(text, "an address with a port");
  uint32_t port = has_port ? 0 : static_cast<uint32_t>(default_port);
  if (has_port && (port_text.empty() || port_text.size() > 5 ||
                   !absl::SimpleAtoi(port_text, &port) || port > 65535)) {
    return Bad(text, "an address with a port from 0 to 65535");
  }
  absl::StatusOr<SocketAddress> address =
      FromIp(ip, static_cast<uint16_t>(port));
  if (!address.ok()) return Bad(text, "an address");
  return address;
}

SocketAddress SocketAddress::FromSockaddr(const sockaddr* address) {
  SocketAddress result;
  if (address->sa_family == AF_INET) {
    std::memcpy(&result.storage_.v4, address, sizeof(sockaddr_in));
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      result.storage_.v4.sin_port = v6.sin6_port;
      std::memcpy(&result.storage_.v4.sin_addr, &v6.sin6_addr.s6_addr[12], 4);
    } else {
      result.storage_.v6 = v6;
    }
  }
  return result;
}

socklen_t SocketAddress::sockaddr_size() const {
  return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

uint16_t SocketAddress::port() const {
  return ntohs(is_v6() ? storage_.v6.sin6_port : storage_.v4.sin_port);
}

SocketAddress SocketAddress::WithPort(uint16_t port) const {
  SocketAddress result = *this;
  (is_v6() ? result.storage_.v6.sin6_port : result.storage_.v4.sin_port) =
      htons(port);
  return result;
}

std::string SocketAddress::ip() const {
  char text[INET6_ADDRSTRLEN];
  const void* bytes = is_v6() ? static_cast<const void*>(&storage_.v6.sin6_addr)
                              : static_cast<const void*>(&storage_.v4.sin_addr);
  inet_ntop(is_v6() ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  return text;
}

std::string SocketAddress::ToString() const {
  return is_v6() ? absl::StrCat("[", ip(), "]:", port())
                 : absl::StrCat(ip(), ":", port());
}

bool SocketAddress::SameIp(const SocketAddress& other) const {
  if (is_v6() != other.is_v6()) return false;
  if (is_v6()) {
    return std::memcmp(&storage_.v6.sin6_addr, &other.storage_.v6.sin6_addr,
                       sizeof(in6_addr)) == 0 &&
           storage_.v6.sin6_scope_id == other.storage_.v6.sin6_scope_id;
  }
  return storage_.v4.sin_addr.s_addr == other.storage_.v4.sin_addr.s_addr;
}

}  // namespace understudy
