// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace understudy::control {

// The errors that both stores return, so that they say the same. A conflict
// never names who holds the name.

inline absl::Status ProjectNotFound(absl::string_view project) {
  return absl::NotFoundError(absl::StrCat("there is no project ", project));
}
inline absl::Status ProjectTaken(absl::string_view project) {
  return absl::AlreadyExistsError(
      absl::StrCat("there is a project ", project, " already"));
}
inline absl::Status ZoneNotFound(absl::string_view zone) {
  return absl::NotFoundError(absl::StrCat("there is no zone ", zone));
}
inline absl::Status EdgeNotFound(absl::string_view edge) {
  return absl::NotFoundError(absl::StrCat("there is no edge ", edge));
}
inline absl::Status TokenNotFound() {
  return absl::NotFoundError("there is no such token");
}
inline absl::Status ZoneTaken(absl::string_view zone) {
  return absl::AlreadyExistsError(
      absl::StrCat("the zone ", zone, " is registered already"));
}
inline absl::Status ZoneNested(absl::string_view zone) {
  return absl::AlreadyExistsError(
      absl::StrCat("a zone above or below ", zone,
                   " is registered by somebody else; this needs a proof that "
                   "you may speak for the name"));
}
inline absl::Status EdgeTaken(absl::string_view edge) {
  return absl::AlreadyExistsError(
      absl::StrCat("the edge ", edge, " is registered already"));
}
inline absl::Status EtagMismatch() {
  return absl::AbortedError(
      "the zone was changed since this etag was read; read it again");
}
inline absl::Status RequestIdReused() {
  return absl::FailedPreconditionError(
      "this request_id was used for another request; make a new one for each "
      "request");
}

}  // namespace understudy::control
