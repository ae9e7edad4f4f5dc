// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/page_token.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace understudy::control {
namespace {

constexpr size_t kCheckSize = 8;
constexpr size_t kMostToken = 4096;

// Eight hex digits that tie the place to the list (FNV-1a): against mix-ups,
// not against malice.
std::string Check(absl::string_view scope, absl::string_view last) {
  uint32_t hash = 2166136261u;
  for (char c : absl::StrCat("1:", scope, "\n", last)) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  }
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad8));
}

}  // namespace

std::string MakePageToken(absl::string_view scope, absl::string_view last) {
  std::string token;
  absl::WebSafeBase64Escape(absl::StrCat(Check(scope, last), last), &token);
  return token;
}

absl::StatusOr<std::string> ReadPageToken(absl::string_view scope,
                                          absl::string_view token) {
  if (token.empty()) return std::string();
  std::string plain;
  if (token.size() <= kMostToken &&
      absl::WebSafeBase64Unescape(token, &plain) && plain.size() > kCheckSize) {
    std::string last = plain.substr(kCheckSize);
    if (MakePageToken(scope, last) == token) return last;
  }
  return absl::InvalidArgumentError(
      "it is not a page token of this list; begin again without one");
}

absl::StatusOr<int> ReadPageSize(int page_size) {
  if (page_size < 0) {
    return absl::InvalidArgumentError("it must not be negative");
  }
  return page_size == 0 ? 100 : std::min(page_size, 1000);
}

}  // namespace understudy::control
