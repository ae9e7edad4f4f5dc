// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/failure_catalogue.h"

#include <set>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

constexpr char kAll[] =
    "CONNECT_TIMEOUT CONNECT_REFUSED NO_ROUTE TLS_HANDSHAKE_FAILED "
    "TLS_PIN_MISMATCH TLS_ALPN_MISSING TSIG_BADKEY TSIG_BADSIG TSIG_BADTIME "
    "TSIG_MISSING RCODE_REFUSED RCODE_NOTAUTH RCODE_SERVFAIL RCODE_NOTIMP "
    "RCODE_FORMERR NOT_AUTHORITATIVE NO_SOA SERIAL_LOWER IXFR_CHAIN_BROKEN "
    "AXFR_TRUNCATED AXFR_SOA_MISMATCH IDLE_TIMEOUT TOO_SLOW TOO_MANY_RECORDS "
    "TOO_MANY_BYTES TOO_MANY_TYPES RR_MALFORMED OUT_OF_ZONE_DATA "
    "CNAME_AND_OTHER_DATA NS_MISSING ZONEMD_MISMATCH RRSIG_EXPIRED CHANGE_HELD "
    "QUOTA_EXCEEDED PUBLISH_FAILED EDGE_REJECTED";

TEST(FailureCatalogue, HasAStepForEveryReason) {
  std::set<std::string> steps;
  for (absl::string_view reason : absl::StrSplit(kAll, ' ')) {
    EXPECT_GT(Usefulness(reason), 0) << reason;
    EXPECT_TRUE(steps.insert(NextStep(reason)).second) << reason;
    EXPECT_NE(NextStep(reason), NextStep("NO_SUCH_REASON")) << reason;
  }
}

TEST(FailureCatalogue, HasAdviceForAnyOther) {
  EXPECT_FALSE(NextStep("SOMETHING_NEW").empty());
  EXPECT_EQ(Usefulness("SOMETHING_NEW"), 0);
}

TEST(FailureCatalogue, PrefersAnAnswerToSilence) {
  EXPECT_GT(Usefulness("RCODE_REFUSED"), Usefulness("CONNECT_TIMEOUT"));
  EXPECT_GT(Usefulness("RCODE_REFUSED"), Usefulness("AXFR_TRUNCATED"));
}

}  // namespace
}  // namespace understudy::control
