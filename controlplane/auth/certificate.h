// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace understudy::control {

// A certificate and its private key, both PEM. ECDSA with P-256.
struct CertifiedKey {
  std::string certificate_pem;
  std::string key_pem;
};

// What a server's certificate says, for deciding whether it still fits.
struct CertificateFacts {
  // DNS names and addresses of the subject alternative name, sorted.
  std::vector<std::string> names;
  absl::Time not_after;
};

// A self-signed certificate that may sign others, and nothing else.
absl::StatusOr<CertifiedKey> MakeAuthority(absl::Time now,
                                           absl::Duration lifetime);

// A server's certificate for host names and IP addresses, signed by the
// authority. InvalidArgument when there is no name or one is malformed.
absl::StatusOr<CertifiedKey> MakeServerCertificate(
    const CertifiedKey& authority, const std::vector<std::string>& names,
    absl::Time now, absl::Duration lifetime);

// OK when the name can stand in a certificate: a host name or an IP address.
absl::Status CheckCertificateName(const std::string& name);

// OK when both can be read and the key is that of the (first) certificate;
// InvalidArgument otherwise.
absl::Status CheckBelongTogether(const CertifiedKey& pair);

// Of a server's certificate. DataLoss when it cannot be read, its key does not
// belong to it, or `authority_pem` did not sign it.
absl::StatusOr<CertificateFacts> ReadServerCertificate(
    const CertifiedKey& server, const std::string& authority_pem);

// When an authority's certificate ends. DataLoss when it cannot be read or its
// key does not belong to it.
absl::StatusOr<absl::Time> AuthorityExpiry(const CertifiedKey& authority);

}  // namespace understudy::control
