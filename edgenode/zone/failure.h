// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace understudy::edge {

// Why a check, a transfer or its content was refused: the catalogue of
// docs/reference/reasons.md, as far as an edge can see it.
enum class FailureReason {
  kNone,
  kConnectTimeout,
  kConnectRefused,
  kNoRoute,
  kRcodeRefused,
  kRcodeNotAuth,
  kRcodeServFail,
  kRcodeNotImp,
  kRcodeFormErr,
  kRcodeOther,
  kNotAuthoritative,
  kNoSoa,
  kSerialLower,
  kAxfrTruncated,
  kAxfrSoaMismatch,
  kIdleTimeout,
  kTooSlow,
  kTooManyRecords,
  kTooManyBytes,
  kTooManyTypes,
  kRrMalformed,
  kCnameAndOtherData,
  kNsMissing,
  kPublishFailed,
};

// The word of the catalogue, such as "RCODE_REFUSED".
absl::string_view FailureReasonName(FailureReason reason);

// A reason and what was seen.
struct Failure {
  FailureReason reason = FailureReason::kNone;
  // At most 512 bytes, printable.
  std::string evidence;

  bool ok() const { return reason == FailureReason::kNone; }
  static Failure Of(FailureReason reason, std::string evidence) {
    return Failure{reason, std::move(evidence)};
  }
};

}  // namespace understudy::edge
