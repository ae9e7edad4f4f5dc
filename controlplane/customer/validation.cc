// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/validation.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/socket_address.h"
#include "controlplane/customer/resource_names.h"

namespace understudy::control {
namespace {

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

absl::Status CheckIpv4(const sockaddr* address) {
  const uint32_t ip =
      ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
  if (ip >> 24 == 0) return Bad("it belongs to no machine; give the primary's");
  if (ip >> 28 == 14) return Bad("it is a multicast address");
  if (ip == 0xFFFFFFFF) return Bad("it is the broadcast address");
  if (ip >> 28 == 15) return Bad("it is a reserved address (RFC 1112 s4)");
  return absl::OkStatus();
}

absl::Status CheckIpv6(const sockaddr* address) {
  const in6_addr& ip =
      reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (IN6_IS_ADDR_UNSPECIFIED(&ip)) {
    return Bad("it belongs to no machine; give the primary's");
  }
  if (IN6_IS_ADDR_MULTICAST(&ip)) return Bad("it is a multicast address");
  if (IN6_IS_ADDR_LINKLOCAL(&ip)) {
    return Bad("it is a link-local address, which means nothing to an edge");
  }
  return absl::OkStatus();
}

bool IsUuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(text[i]);
    if (dash ? c != '-' : !absl::ascii_isxdigit(c)) return false;
  }
  return true;
}

void ValidatePrimary(const v1::Primary& primary, const std::string& field,
                     ZoneRow* row, Violations& violations) {
  PrimaryRow valid;
  bool good =
      violations.Check(absl::StrCat(field, ".address"),
                       CheckPrimaryAddress(primary.address(), &valid.address));
  if (primary.port() > 65535) {
    violations.Add(absl::StrCat(field, ".port"),
                   "it must be 1 to 65535, or 0 for 53");
    good = false;
  }
  if (!good) return;
  valid.port = static_cast<uint16_t>(primary.port() == 0 ? 53 : primary.port());
  if (std::find(row->primaries.begin(), row->primaries.end(), valid) !=
      row->primaries.end()) {
    violations.Add(field, absl::StrCat(valid.address, " with port ", valid.port,
                                       " is there already; leave one out"));
    return;
  }
  row->primaries.push_back(std::move(valid));
}

}  // namespace

void Violations::Add(std::string field, absl::string_view description) {
  list_.push_back({std::move(field), std::string(description)});
}

bool Violations::Check(std::string field, const absl::Status& status) {
  if (!status.ok()) Add(std::move(field), status.message());
  return status.ok();
}

absl::Status CheckPrimaryAddress(const std::string& address,
                                 std::string* canonical) {
  if (address.empty()) {
    return Bad("it is missing; give the primary's IPv4 or IPv6 address");
  }
  // The longest text of an address has 45 characters.
  absl::StatusOr<SocketAddress> ip =
      address.size() > 64 ? Bad("") : SocketAddress::FromIp(address, 0);
  if (!ip.ok()) {
    return Bad(
        "it is not an IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1; "
        "names, ports, brackets and scopes do not belong here");
  }
  *canonical = ip->ip();
  return ip->is_v6() ? CheckIpv6(ip->sockaddr_ptr())
                     : CheckIpv4(ip->sockaddr_ptr());
}

void ValidatePrimaries(const v1::Zone& zone, ZoneRow* row,
                       Violations& violations) {
  if (zone.primaries_size() == 0) {
    violations.Add("zone.primaries",
                   "it is empty; name at least one server to copy from");
  }
  if (zone.primaries_size() > kMostPrimaries) {
    violations.Add(
        "zone.primaries",
        absl::StrCat("it has ", zone.primaries_size(), " servers; at most ",
                     kMostPrimaries, " are possible"));
    return;
  }
  for (int i = 0; i < zone.primaries_size(); ++i) {
    ValidatePrimary(zone.primaries(i), absl::StrCat("zone.primaries[", i, "]"),
                    row, violations);
  }
}

void ValidateCreateZone(const v1::CreateZoneRequest& request, ZoneRow* row,
                        Violations& violations) {
  absl::StatusOr<std::string> project = ParseProjectName(request.parent());
  if (violations.Check("parent", project.status())) row->project = *project;
  if (!request.request_id().empty() && !IsUuid(request.request_id())) {
    violations.Add("request_id",
                   "it is not a UUID, such as "
                   "9f4f6a2e-3c1b-4d7a-8e55-0c2d9b6f7a10");
  }
  if (!request.has_zone()) {
    violations.Add("zone", "it is missing");
    return;
  }
  absl::StatusOr<ZoneResource> name = ParseZoneName(request.zone().name());
  if (violations.Check("zone.name", name.status())) {
    row->zone = name->zone;
    if (project.ok() && name->project != *project) {
      violations.Add("zone.name", "it must lie below the parent");
    }
  }
  ValidatePrimaries(request.zone(), row, violations);
}

}  // namespace understudy::control
