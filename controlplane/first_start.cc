// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/first_start.h"

#include <unistd.h>

#include <cstdio>

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

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("cannot rename ", from));
}

}  // namespace

absl::Status MakeFirstProject(Store& store, Random& random,
                              const std::string& directory,
                              const Logger& logger) {
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(directory, 0700));
  const std::string project = absl::StrCat(directory, "/project.token");
  const std::string operators = absl::StrCat(directory, "/operator.token");
  // With tokens of an earlier database, a new one gets the same.
  const bool have_tokens = access(project.c_str(), F_OK) == 0 &&
                           access(operators.c_str(), F_OK) == 0;
  const absl::string_view suffix = have_tokens ? "" : kPending;
  UNDERSTUDY_ASSIGN_OR_RETURN(
      std::string project_hash,
      EnsureToken(absl::StrCat(project, suffix), random));
  UNDERSTUDY_ASSIGN_OR_RETURN(
      std::string operator_hash,
      EnsureToken(absl::StrCat(operators, suffix), random));
  UNDERSTUDY_ASSIGN_OR_RETURN(
      bool made,
      store.Bootstrap(kFirstProject,
                      {{project_hash, TokenKind::kProjectOwner, kFirstProject},
                       {operator_hash, TokenKind::kOperator, ""}}));
  if (made) logger.Info("first project made", {{"tokens", directory}});
  if (have_tokens) return absl::OkStatus();
  if (!made) {
    // Stored by us before a crash, or by another controller?
    absl::Status known = store.FindToken(project_hash).status();
    if (absl::IsNotFound(known)) {
      unlink(absl::StrCat(project, kPending).c_str());
      unlink(absl::StrCat(operators, kPending).c_str());
      return absl::OkStatus();
    }
    UNDERSTUDY_RETURN_IF_ERROR(known);
  }
  UNDERSTUDY_RETURN_IF_ERROR(Rename(absl::StrCat(project, kPending), project));
  return Rename(absl::StrCat(operators, kPending), operators);
}

}  // namespace understudy::control
