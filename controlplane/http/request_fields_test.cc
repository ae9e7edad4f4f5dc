// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/request_fields.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/type.pb.h>

#include "base/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "understudy/v1/zone.pb.h"
#include "understudy/v1/zone_service.pb.h"

namespace understudy::control {
namespace {

using google::protobuf::UninterpretedOption;
using testing::ElementsAre;
using testing::Pair;

TEST(SetField, ReadsEveryKindOfScalar) {
  UninterpretedOption m;
  EXPECT_OK(SetField(m, "identifier_value", "text"));
  EXPECT_OK(SetField(m, "positive_int_value", "18446744073709551615"));
  EXPECT_OK(SetField(m, "negative_int_value", "-9223372036854775808"));
  EXPECT_OK(SetField(m, "double_value", "1.5"));
  EXPECT_OK(SetField(m, "string_value", "AAEC_-8="));
  EXPECT_EQ(m.identifier_value(), "text");
  EXPECT_EQ(m.positive_int_value(), UINT64_MAX);
  EXPECT_EQ(m.negative_int_value(), INT64_MIN);
  EXPECT_EQ(m.double_value(), 1.5);
  EXPECT_EQ(m.string_value(), std::string("\x00\x01\x02\xff\xef", 5));

  v1::WaitForSerialRequest wait;
  EXPECT_OK(SetField(wait, "serial", "4294967295"));
  EXPECT_OK(SetField(wait, "scope", "SCOPE_ANY"));
  EXPECT_OK(SetField(wait, "timeout", "1.5s"));
  EXPECT_EQ(wait.serial(), UINT32_MAX);
  EXPECT_EQ(wait.scope(), v1::WaitForSerialRequest::SCOPE_ANY);
  EXPECT_EQ(wait.timeout().nanos(), 500'000'000);
  EXPECT_OK(SetField(wait, "scope", "2"));
  EXPECT_EQ(wait.scope(), v1::WaitForSerialRequest::SCOPE_QUORUM);

  v1::CreateZoneRequest create;
  EXPECT_OK(SetField(create, "validate_only", "true"));
  EXPECT_TRUE(create.validate_only());
}

TEST(SetField, ReachesNestedAndRepeatedFields) {
  v1::CreateZoneRequest create;
  EXPECT_OK(SetField(create, "zone.createTime", "2026-01-31T12:00:00Z"));
  EXPECT_EQ(create.zone().create_time().seconds(), 1'769'860'800);
  google::protobuf::FileDescriptorProto file;
  EXPECT_OK(SetField(file, "dependency", "a"));
  EXPECT_OK(SetField(file, "dependency", "b"));
  EXPECT_OK(SetField(file, "publicDependency", "7"));
  EXPECT_THAT(file.dependency(), ElementsAre("a", "b"));
  EXPECT_THAT(file.public_dependency(), ElementsAre(7));
}

TEST(SetField, RefusesWhatDoesNotFit) {
  v1::WaitForSerialRequest wait;
  for (auto [path, value] : std::vector<std::pair<std::string, std::string>>{
           {"serial", "-1"},
           {"serial", "4294967296"},
           {"serial", "1x"},
           {"serial", ""},
           {"scope", "SCOPE_NONE"},
           {"scope", "99"},
           {"timeout", "soon"},
           {"timeout", "30"},
           {"nosuch", "1"},
           {"name.below", "1"},
           {"", "1"},
           {".", "1"}}) {
    EXPECT_THAT(SetField(wait, path, value),
                HasCode(absl::StatusCode::kInvalidArgument))
        << path << "=" << value;
  }
  v1::CreateZoneRequest create;
  EXPECT_THAT(SetField(create, "validate_only", "yes"),
              HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(SetField(create, "zone", "{}"),
              HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(SetField(create, "zone.primaries.address", "x"),
              HasCode(absl::StatusCode::kInvalidArgument));
  UninterpretedOption m;
  EXPECT_THAT(SetField(m, "string_value", "***"),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST(ParseJson, FillsAMessage) {
  v1::Zone zone;
  EXPECT_TRUE(
      ParseJson(R"({"name":"n","primaries":[{"address":"a","port":5}]})",
                "zone", zone)
          .empty());
  EXPECT_EQ(zone.primaries(0).port(), 5u);
}

TEST(ParseJson, NamesTheFieldThatIsWrong) {
  auto problem = [](const std::string& json, const std::string& prefix) {
    v1::Zone zone;
    auto problems = ParseJson(json, prefix, zone);
    EXPECT_EQ(problems.size(), 1u) << json;
    return problems.empty() ? FieldProblem() : problems[0];
  };
  EXPECT_EQ(problem(R"({"nosuch":1})", "").field, "nosuch");
  EXPECT_EQ(problem(R"({"nosuch":1})", "").description,
            "there is no such field");
  EXPECT_EQ(problem(R"({"nosuch":1})", "zone").field, "zone.nosuch");
  EXPECT_EQ(problem(R"({"primaries":[{},{"bad":1}]})", "zone").field,
            "zone.primaries[1].bad");
  EXPECT_EQ(problem(R"({"primaries":[{"port":"x"}]})", "").field,
            "primaries[0].port");
  EXPECT_EQ(problem(R"({"primaries":[{"port":-1}]})", "").field,
            "primaries[0].port");
  EXPECT_EQ(problem(R"({"state":"NO"})", "zone").field, "zone.state");
  EXPECT_EQ(problem("{", "zone").field, "zone");
  EXPECT_EQ(problem("[]", "").field, "body");
  EXPECT_EQ(problem("\"\xff\"", "").field, "body");
  EXPECT_EQ(problem("{\"name\":\"\xff\"}", "").description,
            "is not valid UTF-8");
}

TEST(ParseJson, BoundsTheDepth) {
  v1::Zone zone;
  std::string deep = "{\"nosuch\":" + std::string(100'000, '[');
  EXPECT_EQ(ParseJson(deep, "", zone).size(), 1u);
}

TEST(ParseQuery, DecodesPairs) {
  std::vector<FieldProblem> problems;
  EXPECT_THAT(ParseQuery("a=1&b=x+y%26&c&&d=", problems),
              ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("c", ""),
                          Pair("d", "")));
  EXPECT_TRUE(problems.empty());
  ParseQuery("a=%zz&%ff=1", problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].field, "a");
  EXPECT_EQ(problems[1].field, "query");
}

TEST(ParseQuery, BoundsTheirNumber) {
  std::string query;
  for (int i = 0; i < 2000; ++i) query += "a=1&";
  std::vector<FieldProblem> problems;
  EXPECT_LE(ParseQuery(query, problems).size(), 1001u);
  EXPECT_EQ(problems.size(), 1u);
}

TEST(CanonicalPath, TakesBothKindsOfNames) {
  const auto& type = *v1::CreateZoneRequest::descriptor();
  EXPECT_EQ(CanonicalPath(type, "requestId"), "request_id");
  EXPECT_EQ(CanonicalPath(type, "request_id"), "request_id");
  EXPECT_EQ(CanonicalPath(type, "zone.createTime"), "zone.create_time");
  EXPECT_EQ(CanonicalPath(type, "nosuch"), "");
  EXPECT_EQ(CanonicalPath(type, "zone..name"), "");
}

}  // namespace
}  // namespace understudy::control
