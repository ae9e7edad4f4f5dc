// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "understudy/v1/zone.pb.h"

namespace understudy::cli {

// What people write, and what the API wants. Pure.

// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353". The port
// is 53 when none is given.
absl::StatusOr<v1::Primary> ParsePrimary(absl::string_view text);

// As ParsePrimary reads it; without the port when that is 53.
std::string FormatPrimary(const v1::Primary& primary);

// All primaries, in order, with ", " between.
std::string FormatPrimaries(const v1::Zone& zone);

// "Example.ORG." in project "acme" -> "projects/acme/zones/example.org". The
// controller checks the name; a full resource name is taken as it is.
std::string ZoneResourceName(absl::string_view project, absl::string_view zone);

// "projects/acme/zones/example.org" -> "example.org".
std::string ShortName(absl::string_view resource_name);

// "30s", "2m", "1h30m": more than nothing, at most a day.
absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text);

// The two largest units of a time span: "850ms", "12s", "5m3s", "6d23h".
std::string FormatSpan(absl::Duration span);

// "12s ago", "in 5m3s", or "-" when there is no time.
std::string FormatWhen(bool present, absl::Time when, absl::Time now);

}  // namespace understudy::cli
