// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/authenticator.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "controlplane/auth/tokens.h"

namespace understudy::control {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

absl::Status Unknown() {
  return absl::UnauthenticatedError(
      "the token is not valid; check that it is complete and was not revoked");
}

}  // namespace

absl::StatusOr<Principal> Authenticator::Authenticate(
    absl::string_view authorization) {
  if (authorization.empty()) {
    return absl::UnauthenticatedError(
        "no token was sent; send the metadata `authorization: Bearer TOKEN`");
  }
  // RFC 9110 s11.1: the scheme is case-insensitive.
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return Unknown();
  authorization.remove_prefix(kScheme.size());
  const absl::string_view token = absl::StripAsciiWhitespace(authorization);
  if (!HasTokenForm(token)) return Unknown();

  const std::string hash = TokenHash(token);
  const absl::Duration now = clock_.Monotonic();
  {
    MutexLock lock(mu_);
    auto entry = found_.find(hash);
    if (entry != found_.end() && now < entry->second.until) {
      return entry->second.principal;
    }
  }
  absl::StatusOr<TokenRow> row = store_.FindToken(hash);
  if (absl::IsNotFound(row.status())) {
    MutexLock lock(mu_);
    found_.erase(hash);
    return Unknown();
  }
  if (!row.ok()) return row.status();
  Principal principal(row->kind, row->subject);
  MutexLock lock(mu_);
  if (found_.size() >= kMostEntries) found_.clear();
  found_.insert_or_assign(hash, Entry{principal, now + kLifetime});
  return principal;
}

}  // namespace understudy::control
