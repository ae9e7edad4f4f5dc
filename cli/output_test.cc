// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/output.h"

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "understudy/v1/zone.pb.h"

namespace understudy::cli {
namespace {

TEST(Output, JsonIsTheApisOwn) {
  v1::Zone zone;
  zone.set_name("projects/p/zones/a.org");
  zone.set_state(v1::Zone::STATE_ACTIVE);
  zone.mutable_status()->set_edges_total(2);
  EXPECT_EQ(ToJson(zone),
            "{\n \"name\": \"projects/p/zones/a.org\",\n"
            " \"state\": \"STATE_ACTIVE\",\n"
            " \"status\": {\n  \"edgesTotal\": 2\n }\n}\n");
}

TEST(Output, YamlNestsAndKeepsTheOrder) {
  v1::Zone zone;
  zone.set_name("projects/p/zones/a.org");
  v1::Primary* primary = zone.add_primaries();
  primary->set_address("2001:db8::1");
  primary->set_port(53);
  zone.add_primaries()->set_address("192.0.2.1");
  zone.mutable_status()->set_edges_total(2);
  EXPECT_EQ(ToYaml(zone),
            "name: \"projects/p/zones/a.org\"\n"
            "primaries:\n"
            "  - address: \"2001:db8::1\"\n"
            "    port: 53\n"
            "  - address: \"192.0.2.1\"\n"
            "status:\n"
            "  edgesTotal: 2\n");
}

TEST(Output, YamlOfEdgeCases) {
  EXPECT_EQ(*JsonToYaml("{}"), "{}\n");
  EXPECT_EQ(*JsonToYaml("{\"a\":[],\"b c\":{}}"), "a: []\n\"b c\": {}\n");
  EXPECT_EQ(*JsonToYaml("[[1,2],[]]"), "- - 1\n  - 2\n- []\n");
  EXPECT_EQ(*JsonToYaml("{\"a\":\"x\\\"y: ]\"}"), "a: \"x\\\"y: ]\"\n");
}

TEST(Output, YamlRefusesBrokenJson) {
  for (const char* json : {"", "{", "[1", "{\"a\"}", "{\"a\":}", "1 2", "{a:1}",
                           "\"x", "{\"a\":1,}", "\"\\"}) {
    EXPECT_THAT(JsonToYaml(json), HasCode(absl::StatusCode::kInvalidArgument))
        << json;
  }
  EXPECT_FALSE(JsonToYaml(std::string(100, '[') + std::string(100, ']')).ok());
}

}  // namespace
}  // namespace understudy::cli
