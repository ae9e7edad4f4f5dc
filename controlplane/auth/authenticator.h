// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "controlplane/auth/principal.h"
#include "controlplane/store/store.h"

namespace understudy::control {

// Tells from a call's `authorization` metadata who calls. Remembers tokens
// that were found for kLifetime, so that the database is not asked for each
// call; a token that is revoked works for that long at most. Thread-safe.
class Authenticator {
 public:
  static constexpr absl::Duration kLifetime = absl::Seconds(5);

  // Both must outlive the authenticator.
  Authenticator(Store& store, const Clock& clock)
      : store_(store), clock_(clock) {}

  // `authorization` is the metadata's value, empty when there was none:
  // "Bearer ust_…". Unauthenticated when it is missing or names no token;
  // Unavailable when the database is away.
  absl::StatusOr<Principal> Authenticate(absl::string_view authorization);

 private:
  // Few callers, or somebody with very many tokens.
  static constexpr size_t kMostEntries = 10'000;

  struct Entry {
    Principal principal;
    absl::Duration until;
  };

  Store& store_;
  const Clock& clock_;
  Mutex mu_;
  // By hash.
  absl::flat_hash_map<std::string, Entry> found_ ABSL_GUARDED_BY(mu_);
};

}  // namespace understudy::control
