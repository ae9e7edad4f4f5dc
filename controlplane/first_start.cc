// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/first_start.h"

#include <unistd.h>

#include <cstdio>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "controlplane/auth/tokens.h"

namespace understudy::control {
namespace {

constexpr absl::string_view kPending = ".new";

// The hash of the token in the file; a new token is put there when there is no
// file, or what it has is none.
absl::StatusOr<std::string> EnsureToken(const std::string& file,
                                        Random& random) {
  absl::StatusOr<std::string> text = ReadFile(file);
  if (text.ok()) {
    const absl::string_view token = absl::StripAsciiWhitespace(*text);
    if (HasTokenForm(token)) return TokenHash(token);
  } else if (!absl::IsNotFound(text.status())) {
    return text.status();
  }
  const NewToken made = MakeToken(random);
  UNDERSTUDY_RETURN_IF_ERROR(
      ReplaceFile(file, absl::StrCat(made.text.reveal(), "\n"), 0600));
  return made.sha256_hex;
}

struct TokenFile {
  std::string path;
  // The token is under `path` + kPending until it is known to be stored.
  bool pending = false;
  std::string hash{};
};

// Gives a pending token its name, or removes it when it is not in the store.
absl::Status Settle(Store& store, const TokenFile& file, bool made) {
  const std::string pending = absl::StrCat(file.path, kPending);
  if (!made) {
    // Stored by us before a crash, or by another controller?
    absl::Status known = store.FindToken(file.hash).status();
    if (absl::IsNotFound(known)) {
      unlink(pending.c_str());
      return absl::OkStatus();
    }
    UNDERSTUDY_RETURN_IF_ERROR(known);
  }
  if (std::rename(pending.c_str(), file.path.c_str()) == 0) {
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("cannot rename ", pending));
}

}  // namespace

absl::Status MakeFirstProject(Store& store, Random& random,
                              const std::string& directory,
                              const Logger& logger) {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  std::vector<TokenFile> files = {{absl::StrCat(directory, "/project.token")},
                                  {absl::StrCat(directory, "/operator.token")}};
  for (TokenFile& file : files) {
    // With a token of an earlier database, a new one gets the same.
    file.pending = access(file.path.c_str(), F_OK) != 0;
    UNDERSTUDY_ASSIGN_OR_RETURN(
        file.hash,
        EnsureToken(absl::StrCat(file.path, file.pending ? kPending : ""),
                    random));
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(
      bool made,
      store.Bootstrap(kFirstProject,
                      {{files[0].hash, TokenKind::kProjectOwner, kFirstProject},
                       {files[1].hash, TokenKind::kOperator, ""}}));
  if (made) logger.Info("first project made", {{"tokens", directory}});
  // Each by itself: a crash may have come between the two.
  for (const TokenFile& file : files) {
    if (file.pending) UNDERSTUDY_RETURN_IF_ERROR(Settle(store, file, made));
  }
  return absl::OkStatus();
}

}  // namespace understudy::control
