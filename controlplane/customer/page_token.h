// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// Page tokens: where the next page of a list begins, in a form that clients do
// not look into. `scope` is what is listed ("projects/acme/zones"); a token
// is good for that alone. They hold nothing that the caller may not know, and a
// forged one gains nothing but another place to begin.

std::string MakePageToken(absl::string_view scope, absl::string_view last);

// The last name of the page before; empty for an empty token. InvalidArgument
// for what MakePageToken never made.
absl::StatusOr<std::string> ReadPageToken(absl::string_view scope,
                                          absl::string_view token);

// What a page_size asks for: 100 when 0, at most 1000. InvalidArgument when it
// is negative.
absl::StatusOr<int> ReadPageSize(int page_size);

}  // namespace understudy::control
