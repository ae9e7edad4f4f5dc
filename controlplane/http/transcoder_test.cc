// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/transcoder.h"

#include "base/testing/status_matchers.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "understudy/admin/v1/edge_service.pb.h"
#include "understudy/v1/zone_service.pb.h"

namespace understudy::control {
namespace {

using google::rpc::Code;

class TranscoderTest : public testing::Test {
 protected:
  TranscoderTest() {
    // Makes sure that the services' files are linked in.
    v1::Zone::descriptor();
    admin::v1::Edge::descriptor();
    auto created = Transcoder::Create(
        {"understudy.v1.ZoneService", "understudy.admin.v1.EdgeService"});
    EXPECT_OK(created);
    transcoder_.emplace(*std::move(created));
  }

  template <typename Request>
  Request Expect(const std::string& rpc, const std::string& http_method,
                 const std::string& target, const std::string& body = "") {
    auto result = transcoder_->Transcode(http_method, target, body);
    Request request;
    if (auto* failure = std::get_if<Transcoder::Failure>(&result)) {
      ADD_FAILURE() << target << ": " << failure->status.ShortDebugString();
      return request;
    }
    auto& call = std::get<Transcoder::Call>(result);
    EXPECT_EQ(call.path, rpc);
    EXPECT_TRUE(request.ParseFromString(call.request));
    return request;
  }

  Transcoder::Failure Fail(const std::string& http_method,
                           const std::string& target,
                           const std::string& body = "") {
    auto result = transcoder_->Transcode(http_method, target, body);
    auto* failure = std::get_if<Transcoder::Failure>(&result);
    if (failure == nullptr) {
      ADD_FAILURE() << target << " was taken";
      return {};
    }
    return *failure;
  }

  // The fields of the failure's BadRequest, joined.
  static std::string BadFields(const Transcoder::Failure& failure) {
    std::string fields;
    for (const auto& detail : failure.status.details()) {
      google::rpc::BadRequest bad;
      if (!detail.UnpackTo(&bad)) continue;
      for (const auto& violation : bad.field_violations()) {
        fields += (fields.empty() ? "" : " ") + violation.field();
      }
    }
    return fields;
  }

  std::optional<Transcoder> transcoder_;
};

constexpr char kZone[] = "/v1/projects/acme/zones/a.example";

TEST_F(TranscoderTest, KnowsEveryAnnotatedMethod) {
  EXPECT_EQ(Expect<v1::GetZoneRequest>("/understudy.v1.ZoneService/GetZone",
                                       "GET", kZone)
                .name(),
            "projects/acme/zones/a.example");
  EXPECT_EQ(
      Expect<v1::DeleteZoneRequest>("/understudy.v1.ZoneService/DeleteZone",
                                    "DELETE", std::string(kZone) + "?etag=x")
          .etag(),
      "x");
  EXPECT_EQ(
      Expect<v1::RefreshZoneRequest>("/understudy.v1.ZoneService/RefreshZone",
                                     "POST", std::string(kZone) + ":refresh")
          .name(),
      "projects/acme/zones/a.example");
  EXPECT_EQ(
      Expect<admin::v1::GetEdgeRequest>(
          "/understudy.admin.v1.EdgeService/GetEdge", "GET", "/v1/edges/fra1")
          .name(),
      "edges/fra1");
  EXPECT_EQ(Expect<admin::v1::CreateEdgeRequest>(
                "/understudy.admin.v1.EdgeService/CreateEdge", "POST",
                "/v1/edges", R"({"edgeId":"fra1"})")
                .edge_id(),
            "fra1");
}

TEST_F(TranscoderTest, PutsTheBodyIntoItsField) {
  auto request = Expect<v1::CreateZoneRequest>(
      "/understudy.v1.ZoneService/CreateZone", "POST",
      "/v1/projects/acme/zones?requestId=r1&validate_only=true",
      R"({"name":"projects/acme/zones/a.example",
          "primaries":[{"address":"192.0.2.1"}]})");
  EXPECT_EQ(request.parent(), "projects/acme");
  EXPECT_EQ(request.zone().name(), "projects/acme/zones/a.example");
  EXPECT_EQ(request.zone().primaries(0).address(), "192.0.2.1");
  EXPECT_EQ(request.request_id(), "r1");
  EXPECT_TRUE(request.validate_only());
}

TEST_F(TranscoderTest, ReadsTheQuery) {
  auto request = Expect<v1::ListZonesRequest>(
      "/understudy.v1.ZoneService/ListZones", "GET",
      "/v1/projects/acme/zones?pageSize=5&pageToken=a%3D%3D");
  EXPECT_EQ(request.page_size(), 5);
  EXPECT_EQ(request.page_token(), "a==");
}

TEST_F(TranscoderTest, KnowsTheRequestsOwnTimeout) {
  auto result =
      transcoder_->Transcode("POST", std::string(kZone) + ":waitForSerial",
                             R"({"serial":7,"timeout":"90s"})");
  EXPECT_EQ(std::get<Transcoder::Call>(result).timeout, absl::Seconds(90));
  result = transcoder_->Transcode("GET", kZone, "");
  EXPECT_FALSE(std::get<Transcoder::Call>(result).timeout.has_value());
}

TEST_F(TranscoderTest, TellsUnknownPathsFromWrongMethods) {
  for (const char* path : {"/", "/v1", "/v2/edges", "/v1/projects/acme/zonez",
                           "/v1/projects/acme/zones/a:explode"}) {
    EXPECT_EQ(Fail("GET", path).http_status, 404) << path;
  }
  Transcoder::Failure failure = Fail("PUT", kZone);
  EXPECT_EQ(failure.http_status, 405);
  EXPECT_EQ(failure.allow, "DELETE, GET");
  EXPECT_EQ(Fail("GET", std::string(kZone) + ":refresh").http_status, 405);
}

TEST_F(TranscoderTest, NamesEveryBadField) {
  Transcoder::Failure failure =
      Fail("GET", "/v1/projects/acme/zones?pageSize=x&nosuch=1&parent=p");
  EXPECT_EQ(failure.http_status, 400);
  EXPECT_EQ(failure.status.code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BadFields(failure), "page_size nosuch parent");

  failure = Fail("POST", "/v1/projects/acme/zones?zone.name=x&etag=1",
                 R"({"nosuch":1})");
  EXPECT_EQ(BadFields(failure), "zone.nosuch zone.name etag");

  failure = Fail("GET", "/v1/projects/acme/zones?pageSize=1&page_size=2");
  EXPECT_EQ(BadFields(failure), "page_size");
  failure = Fail("POST", std::string(kZone) + ":refresh?name=x", "{}");
  EXPECT_EQ(BadFields(failure), "name");
  failure = Fail("GET", kZone, "{}");
  EXPECT_EQ(BadFields(failure), "body");
}

TEST_F(TranscoderTest, TheBodyMustNotContradictThePath) {
  const std::string target = std::string(kZone) + ":refresh";
  EXPECT_EQ(BadFields(Fail("POST", target,
                           R"({"name":"projects/acme/zones/b.example"})")),
            "name");
  Expect<v1::RefreshZoneRequest>("/understudy.v1.ZoneService/RefreshZone",
                                 "POST", target,
                                 R"({"name":"projects/acme/zones/a.example"})");
}

TEST_F(TranscoderTest, WritesResponses) {
  auto result = transcoder_->Transcode("GET", kZone, "");
  const auto& method = *std::get<Transcoder::Call>(result).method;
  v1::Zone zone;
  zone.set_name("n");
  zone.mutable_create_time()->set_seconds(0);
  zone.set_state(v1::Zone::STATE_ACTIVE);
  zone.mutable_status()->set_served_serial(0);
  auto json = Transcoder::ResponseJson(method, zone.SerializeAsString());
  ASSERT_OK(json);
  EXPECT_EQ(*json,
            "{\"name\":\"n\",\"createTime\":\"1970-01-01T00:00:00Z\","
            "\"state\":\"STATE_ACTIVE\",\"status\":{\"servedSerial\":0}}\n");
  EXPECT_THAT(Transcoder::ResponseJson(method, "\xff"),
              HasCode(absl::StatusCode::kInternal));
}

TEST(Transcoder, RefusesServicesThatItDoesNotKnow) {
  EXPECT_THAT(Transcoder::Create({"no.such.Service"}),
              HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace understudy::control
