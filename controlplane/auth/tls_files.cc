// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/tls_files.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/socket_address.h"
#include "base/status_macros.h"
#include "controlplane/auth/certificate.h"

namespace understudy::control {
namespace {

constexpr absl::Duration kAuthorityLifetime = absl::Hours(24 * 3650);
// What browsers and the CA/Browser Forum allow.
constexpr absl::Duration kServerLifetime = absl::Hours(24 * 397);
constexpr absl::Duration kRenewBefore = absl::Hours(24 * 30);

std::vector<std::string> WantedNames(const std::vector<std::string>& more) {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  for (const std::string& name : more) {
    auto ip = SocketAddress::FromIp(name, 0);
    names.push_back(ip.ok() ? ip->ip() : absl::AsciiStrToLower(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Both files or NotFound.
absl::StatusOr<CertifiedKey> Read(const std::string& certificate_file,
                                  const std::string& key_file) {
  CertifiedKey pair;
  UNDERSTUDY_ASSIGN_OR_RETURN(pair.certificate_pem, ReadFile(certificate_file));
  UNDERSTUDY_ASSIGN_OR_RETURN(pair.key_pem, ReadFile(key_file));
  return pair;
}

// The key first: a certificate without its key is of no use to anybody.
absl::Status Write(const CertifiedKey& pair,
                   const std::string& certificate_file,
                   const std::string& key_file) {
  UNDERSTUDY_RETURN_IF_ERROR(ReplaceFile(key_file, pair.key_pem, 0600));
  return ReplaceFile(certificate_file, pair.certificate_pem, 0644);
}

absl::StatusOr<CertifiedKey> EnsureAuthority(const std::string& directory,
                                             absl::Time now) {
  const std::string file = absl::StrCat(directory, "/ca.pem");
  const std::string key_file = absl::StrCat(directory, "/ca.key");
  absl::StatusOr<CertifiedKey> authority = Read(file, key_file);
  if (absl::IsNotFound(authority.status())) {
    if (ReadFile(file).ok()) {
      return absl::DataLossError(
          absl::StrCat(key_file, " is missing; restore it, or remove ", file,
                       " to make a new authority and give it to all clients"));
    }
    UNDERSTUDY_ASSIGN_OR_RETURN(CertifiedKey made,
                                MakeAuthority(now, kAuthorityLifetime));
    UNDERSTUDY_RETURN_IF_ERROR(Write(made, file, key_file));
    return made;
  }
  UNDERSTUDY_RETURN_IF_ERROR(authority.status());
  absl::StatusOr<absl::Time> expiry = AuthorityExpiry(*authority);
  if (!expiry.ok() || *expiry < now) {
    return absl::DataLossError(absl::StrCat(
        file, expiry.ok() ? " has ended" : " is damaged",
        "; remove it and ca.key to make a new authority, and give its ca.pem "
        "to all clients"));
  }
  return authority;
}

bool Fits(const CertifiedKey& server, const CertifiedKey& authority,
          const std::vector<std::string>& names, absl::Time now) {
  absl::StatusOr<CertificateFacts> facts =
      ReadServerCertificate(server, authority.certificate_pem);
  return facts.ok() && facts->names == names &&
         facts->not_after - kRenewBefore > now;
}

}  // namespace

absl::StatusOr<TlsFiles> EnsureTlsFiles(
    const std::string& directory, const std::vector<std::string>& more_names,
    const Clock& clock) {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(directory, 0755));
  const absl::Time now = clock.Now();
  UNDERSTUDY_ASSIGN_OR_RETURN(CertifiedKey authority,
                              EnsureAuthority(directory, now));
  TlsFiles files;
  files.ca_file = absl::StrCat(directory, "/ca.pem");
  files.certificate_file = absl::StrCat(directory, "/server.pem");
  files.key_file = absl::StrCat(directory, "/server.key");
  const std::vector<std::string> names = WantedNames(more_names);
  absl::StatusOr<CertifiedKey> server =
      Read(files.certificate_file, files.key_file);
  if (server.ok() && Fits(*server, authority, names, now)) return files;
  if (!server.ok() && !absl::IsNotFound(server.status())) {
    return server.status();
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(
      CertifiedKey made,
      MakeServerCertificate(authority, names, now, kServerLifetime));
  UNDERSTUDY_RETURN_IF_ERROR(
      Write(made, files.certificate_file, files.key_file));
  return files;
}

}  // namespace understudy::control
