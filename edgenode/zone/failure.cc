// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/failure.h"

namespace understudy::edge {

absl::string_view FailureReasonName(FailureReason reason) {
  switch (reason) {
    case FailureReason::kNone:
      return "";
    case FailureReason::kConnectTimeout:
      return "CONNECT_TIMEOUT";
    case FailureReason::kConnectRefused:
      return "CONNECT_REFUSED";
    case FailureReason::kNoRoute:
      return "NO_ROUTE";
    case FailureReason::kRcodeRefused:
      return "RCODE_REFUSED";
    case FailureReason::kRcodeNotAuth:
      return "RCODE_NOTAUTH";
    case FailureReason::kRcodeServFail:
      return "RCODE_SERVFAIL";
    case FailureReason::kRcodeNotImp:
      return "RCODE_NOTIMP";
    case FailureReason::kRcodeFormErr:
      return "RCODE_FORMERR";
    case FailureReason::kRcodeOther:
      return "RCODE_OTHER";
    case FailureReason::kNotAuthoritative:
      return "NOT_AUTHORITATIVE";
    case FailureReason::kNoSoa:
      return "NO_SOA";
    case FailureReason::kSerialLower:
      return "SERIAL_LOWER";
    case FailureReason::kAxfrTruncated:
      return "AXFR_TRUNCATED";
    case FailureReason::kAxfrSoaMismatch:
      return "AXFR_SOA_MISMATCH";
    case FailureReason::kIdleTimeout:
      return "IDLE_TIMEOUT";
    case FailureReason::kTooSlow:
      return "TOO_SLOW";
    case FailureReason::kTooManyRecords:
      return "TOO_MANY_RECORDS";
    case FailureReason::kTooManyBytes:
      return "TOO_MANY_BYTES";
    case FailureReason::kTooManyTypes:
      return "TOO_MANY_TYPES";
    case FailureReason::kRrMalformed:
      return "RR_MALFORMED";
    case FailureReason::kCnameAndOtherData:
      return "CNAME_AND_OTHER_DATA";
    case FailureReason::kNsMissing:
      return "NS_MISSING";
    case FailureReason::kPublishFailed:
      return "PUBLISH_FAILED";
  }
  return "UNKNOWN";
}

}  // namespace understudy::edge
