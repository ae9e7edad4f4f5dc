// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/validation.h"

#include "absl/strings/str_cat.h"
#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::CreateZoneRequest Good() {
  v1::CreateZoneRequest request;
  request.set_parent("projects/acme");
  request.mutable_zone()->set_name("projects/acme/zones/example.org");
  request.mutable_zone()->add_primaries()->set_address("192.0.2.1");
  return request;
}

std::vector<std::string> BadFields(const v1::CreateZoneRequest& request) {
  ZoneRow row;
  Violations violations;
  ValidateCreateZone(request, &row, violations);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations.list()) {
    EXPECT_FALSE(violation.description.empty());
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(ValidateCreateZone, TakesAGoodOne) {
  v1::CreateZoneRequest request = Good();
  v1::Primary& second = *request.mutable_zone()->add_primaries();
  second.set_address("2001:DB8:0::1");
  second.set_port(5353);
  ZoneRow row;
  Violations violations;
  ValidateCreateZone(request, &row, violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(row.project, "acme");
  EXPECT_EQ(row.zone, "example.org");
  EXPECT_THAT(row.primaries, ElementsAre(PrimaryRow{"192.0.2.1", 53},
                                         PrimaryRow{"2001:db8::1", 5353}));
}

TEST(ValidateCreateZone, NamesEveryBadField) {
  v1::CreateZoneRequest request;
  request.set_parent("acme");
  request.set_request_id("1");
  request.mutable_zone()->set_name("projects/acme/zones/a..b");
  request.mutable_zone()->add_primaries()->set_address("ns1.example.org");
  v1::Primary& second = *request.mutable_zone()->add_primaries();
  second.set_address("0.0.0.0");
  second.set_port(65536);
  EXPECT_THAT(
      BadFields(request),
      ElementsAre("parent", "request_id", "zone.name",
                  "zone.primaries[0].address", "zone.primaries[1].address",
                  "zone.primaries[1].port"));
  EXPECT_THAT(BadFields({}), ElementsAre("parent", "zone"));
}

TEST(ValidateCreateZone, WantsTheNameBelowTheParent) {
  v1::CreateZoneRequest request = Good();
  request.mutable_zone()->set_name("projects/other/zones/example.org");
  EXPECT_THAT(BadFields(request), ElementsAre("zone.name"));
}

TEST(ValidateCreateZone, BoundsThePrimaries) {
  v1::CreateZoneRequest request = Good();
  request.mutable_zone()->clear_primaries();
  EXPECT_THAT(BadFields(request), ElementsAre("zone.primaries"));
  for (int i = 1; i <= 16; ++i) {
    request.mutable_zone()->add_primaries()->set_address(
        absl::StrCat("192.0.2.", i));
  }
  EXPECT_THAT(BadFields(request), IsEmpty());
  request.mutable_zone()->add_primaries()->set_address("192.0.2.17");
  EXPECT_THAT(BadFields(request), ElementsAre("zone.primaries"));
}

TEST(ValidateCreateZone, RefusesAPrimaryTwice) {
  v1::CreateZoneRequest request = Good();
  v1::Primary& again = *request.mutable_zone()->add_primaries();
  again.set_address("::ffff:192.0.2.1");
  again.set_port(53);
  EXPECT_THAT(BadFields(request), ElementsAre("zone.primaries[1]"));
  again.set_port(54);
  EXPECT_THAT(BadFields(request), IsEmpty());
}

TEST(ValidateCreateZone, TakesAUuidAsRequestId) {
  v1::CreateZoneRequest request = Good();
  request.set_request_id("2F1b7f1e-7a0e-4f0e-9f2e-0b8f3c0b6a11");
  EXPECT_THAT(BadFields(request), IsEmpty());
}

TEST(CheckPrimaryAddress, TakesOneMachinesAddresses) {
  std::string canonical;
  for (const char* address : {"192.0.2.1", "127.0.0.1", "10.0.0.1", "::1",
                              "2001:db8::1", "fd00::1"}) {
    EXPECT_OK(CheckPrimaryAddress(address, &canonical)) << address;
  }
}

TEST(CheckPrimaryAddress, RefusesTheOthers) {
  std::string canonical;
  for (const char* address : {"",
                              "0.0.0.0",
                              "0.1.2.3",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "ff02::1",
                              "fe80::1",
                              "fe80::1%eth0",
                              "[2001:db8::1]",
                              "192.0.2.1:53",
                              "192.0.2",
                              "1.2.3.4.5",
                              "1.2.3.256",
                              "0x7f.1",
                              "ns.example",
                              "192.0.2.1 ",
                              "::ffff:0.0.0.0"}) {
    EXPECT_THAT(CheckPrimaryAddress(address, &canonical),
                HasCode(absl::StatusCode::kInvalidArgument))
        << address;
  }
  EXPECT_FALSE(
      CheckPrimaryAddress(std::string(1'000'000, '1'), &canonical).ok());
}

}  // namespace
}  // namespace understudy::control
