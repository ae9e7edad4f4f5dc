// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace understudy::control {

// Where the API's certificate and key lie. PEM files.
struct TlsFiles {
  std::string certificate_file;
  std::string key_file;
  // Of the self-made authority; empty when the certificate was given.
  std::string ca_file;
};

// Makes what is missing below `directory` (ca.pem, ca.key, server.pem,
// server.key; keys with mode 0600): an authority for ten years, once, and a
// server certificate for localhost, the loopback addresses and `more_names`. A
// server certificate that ends within 30 days, lacks or has too many names or
// is damaged is made anew; to be called at the start and once a day.
//
// DataLoss when the authority is damaged or has ended: clients hold it, so it
// is never replaced unasked; the message says how to.
absl::StatusOr<TlsFiles> EnsureTlsFiles(
    const std::string& directory, const std::vector<std::string>& more_names,
    const Clock& clock);

}  // namespace understudy::control
