// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/zone_text.h"

#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/socket_address.h"

namespace understudy::cli {
namespace {

constexpr uint16_t kDnsPort = 53;

}  // namespace

absl::StatusOr<v1::Primary> ParsePrimary(absl::string_view text) {
  absl::StatusOr<SocketAddress> address = SocketAddress::Parse(text, kDnsPort);
  if (!address.ok()) return address.status();
  if (address->port() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" has port 0; a port is 1 to 65535"));
  }
  v1::Primary primary;
  primary.set_address(address->ip());
  primary.set_port(address->port());
  return primary;
}

std::string FormatPrimary(const v1::Primary& primary) {
  uint32_t port = primary.port() == 0 ? kDnsPort : primary.port();
  if (port == kDnsPort) return primary.address();
  bool v6 = primary.address().find(':') != std::string::npos;
  return v6 ? absl::StrCat("[", primary.address(), "]:", port)
            : absl::StrCat(primary.address(), ":", port);
}

std::string FormatPrimaries(const v1::Zone& zone) {
  return absl::StrJoin(zone.primaries(), ", ",
                       [](std::string* out, const v1::Primary& primary) {
                         absl::StrAppend(out, FormatPrimary(primary));
                       });
}

std::string ZoneResourceName(absl::string_view project,
                             absl::string_view zone) {
  if (absl::StartsWith(zone, "projects/")) return std::string(zone);
  if (zone.size() > 1) absl::ConsumeSuffix(&zone, ".");
  return absl::StrCat("projects/", project, "/zones/",
                      absl::AsciiStrToLower(zone));
}

std::string ShortName(absl::string_view resource_name) {
  for (absl::string_view marker : {"/zones/", "edges/"}) {
    size_t at = resource_name.find(marker);
    if (at != absl::string_view::npos) {
      return std::string(resource_name.substr(at + marker.size()));
    }
  }
  return std::string(resource_name);
}

absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text) {
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is not a time span; write it as 30s, 2m or 1h30m"));
  }
  if (timeout <= absl::ZeroDuration() || timeout > absl::Hours(24)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is out of bounds; give more than 0s, at most 24h"));
  }
  return timeout;
}

std::string FormatSpan(absl::Duration span) {
  if (span < absl::ZeroDuration()) span = -span;
  if (span < absl::Seconds(1)) {
    return absl::StrCat(absl::ToInt64Milliseconds(span), "ms");
  }
  struct Unit {
    int64_t seconds;
    const char* name;
  };
  static constexpr std::array<Unit, 4> kUnits = {
      {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}}};
  int64_t left = absl::ToInt64Seconds(span);
  std::string text;
  int parts = 0;
  for (const Unit& unit : kUnits) {
    int64_t count = left / unit.seconds;
    if (count == 0 && parts == 0) continue;
    if (count > 0) absl::StrAppend(&text, count, unit.name);
    left %= unit.seconds;
    if (++parts == 2) break;
  }
  return text;
}

std::string FormatWhen(bool present, absl::Time when, absl::Time now) {
  if (!present) return "-";
  if (when <= now) return absl::StrCat(FormatSpan(now - when), " ago");
  return absl::StrCat("in ", FormatSpan(when - now));
}

}  // namespace understudy::cli
