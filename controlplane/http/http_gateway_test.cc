// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/http_gateway.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <httplib.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/testing/log_capture.h"
#include "base/testing/status_matchers.h"
#include "base/unique_fd.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "understudy/v1/zone_service.grpc.pb.h"

namespace understudy::control {
namespace {

// Remembers what it was asked and answers from a table.
class FakeZoneService final : public v1::ZoneService::Service {
 public:
  grpc::Status GetZone(grpc::ServerContext* context,
                       const v1::GetZoneRequest* request,
                       v1::Zone* zone) override {
    auto it = context->client_metadata().find("authorization");
    if (it == context->client_metadata().end() ||
        std::string(it->second.data(), it->second.size()) != "Bearer good") {
      return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "who are you?");
    }
    zone->set_name(request->name());
    zone->set_state(v1::Zone::STATE_ACTIVE);
    return grpc::Status::OK;
  }

  grpc::Status CreateZone(grpc::ServerContext*,
                          const v1::CreateZoneRequest* request,
                          v1::Zone* zone) override {
    google::rpc::Status status;
    status.set_code(grpc::StatusCode::INVALID_ARGUMENT);
    google::rpc::ErrorInfo info;
    info.set_reason("NO_PRIMARY");
    info.set_domain("understudy");
    status.add_details()->PackFrom(info);
    google::rpc::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field("zone.primaries");
    violation->set_description("at least one is needed");
    status.add_details()->PackFrom(bad);
    if (request->zone().primaries_size() == 0) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no primary",
                          status.SerializeAsString());
    }
    *zone = request->zone();
    return grpc::Status::OK;
  }

  grpc::Status DeleteZone(grpc::ServerContext*, const v1::DeleteZoneRequest*,
                          google::protobuf::Empty*) override {
    google::rpc::Status status;
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(7);
    status.add_details()->PackFrom(retry);
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "slow down",
                        status.SerializeAsString());
  }

  // Until the caller gives up.
  grpc::Status WaitForSerial(grpc::ServerContext* context,
                             const v1::WaitForSerialRequest*,
                             v1::WaitForSerialResponse*) override {
    Mutex mu;
    CondVar never;
    MutexLock lock(mu);
    while (!context->IsCancelled()) never.WaitFor(mu, absl::Milliseconds(5));
    return grpc::Status::CANCELLED;
  }
};

class HttpGatewayTest : public testing::Test {
 protected:
  HttpGatewayTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    auto gateway =
        HttpGateway::Start(*SocketAddress::FromIp("127.0.0.1", 0),
                           server_->InProcessChannel(grpc::ChannelArguments()),
                           {"understudy.v1.ZoneService"}, metrics_, log_);
    EXPECT_OK(gateway);
    gateway_ = *std::move(gateway);
    client_ = std::make_unique<httplib::Client>(gateway_->address().ip(),
                                                gateway_->address().port());
    client_->set_read_timeout(30);
  }
  ~HttpGatewayTest() override {
    gateway_.reset();
    server_->Shutdown();
  }

  static google::protobuf::Struct Json(const httplib::Result& result) {
    google::protobuf::Struct json;
    EXPECT_TRUE(result);
    EXPECT_TRUE(
        google::protobuf::util::JsonStringToMessage(result->body, &json).ok())
        << result->body;
    return json;
  }
  static std::string ErrorStatus(const httplib::Result& result) {
    auto json = Json(result);
    const auto& error = json.fields().at("error").struct_value().fields();
    EXPECT_EQ(error.at("code").number_value(), result->status);
    return error.at("status").string_value();
  }

  SystemClock clock_;
  Metrics metrics_;
  LogCapture lines_;
  Logger log_{lines_, clock_};
  FakeZoneService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HttpGateway> gateway_;
  std::unique_ptr<httplib::Client> client_;
};

constexpr char kZone[] = "/v1/projects/acme/zones/a.example";
constexpr char kZones[] = "/v1/projects/acme/zones";
constexpr char kJsonType[] = "application/json";

TEST_F(HttpGatewayTest, AnswersAGet) {
  auto result = client_->Get(kZone, {{"Authorization", "Bearer good"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"),
            "application/json; charset=utf-8");
  EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(result->body,
            "{\"name\":\"projects/acme/zones/a.example\","
            "\"state\":\"STATE_ACTIVE\"}\n");
}

TEST_F(HttpGatewayTest, DecodesThePathOnce) {
  auto result = client_->Get("/v1/projects/acme/zones/a%252Eb%2Fc",
                             {{"Authorization", "Bearer good"}});
  EXPECT_EQ(Json(result).fields().at("name").string_value(),
            "projects/acme/zones/a%2Eb/c");
}

TEST_F(HttpGatewayTest, PassesErrorsOn) {
  auto result = client_->Get(kZone);
  EXPECT_EQ(ErrorStatus(result), "UNAUTHENTICATED");
  EXPECT_EQ(result->status, 401);
  EXPECT_EQ(result->get_header_value("WWW-Authenticate"), "Bearer");

  result = client_->Post(kZones, "{}", kJsonType);
  EXPECT_EQ(ErrorStatus(result), "INVALID_ARGUMENT");
  EXPECT_EQ(result->status, 400);
  EXPECT_NE(result->body.find("NO_PRIMARY"), std::string::npos);
  EXPECT_NE(result->body.find("\"field\":\"zone.primaries\""),
            std::string::npos);

  result = client_->Delete(kZone);
  EXPECT_EQ(ErrorStatus(result), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(result->status, 429);
  EXPECT_EQ(result->get_header_value("Retry-After"), "7");

  // A method that the server does not have.
  result = client_->Post((std::string(kZone) + ":refresh").c_str());
  EXPECT_EQ(result->status, 501);
}

TEST_F(HttpGatewayTest, TakesABody) {
  auto result = client_->Post(
      kZones, R"({"name":"n","primaries":[{"address":"192.0.2.1"}]})",
      kJsonType);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(Json(result).fields().count("primaries"), 1u);
}

TEST_F(HttpGatewayTest, RefusesBadBodies) {
  auto result = client_->Post(kZones, R"({"nosuch":1})", kJsonType);
  EXPECT_EQ(ErrorStatus(result), "INVALID_ARGUMENT");
  EXPECT_NE(result->body.find("zone.nosuch"), std::string::npos);
  result = client_->Post(kZones, "{", kJsonType);
  EXPECT_EQ(ErrorStatus(result), "INVALID_ARGUMENT");
  result = client_->Post(kZones, "a=1", "application/x-www-form-urlencoded");
  EXPECT_EQ(ErrorStatus(result), "INVALID_ARGUMENT");
  EXPECT_EQ(result->status, 415);
  result = client_->Post(kZones, std::string((4 << 20) + 1, ' '), kJsonType);
  EXPECT_EQ(ErrorStatus(result), "INVALID_ARGUMENT");
  EXPECT_EQ(result->status, 413);
}

TEST_F(HttpGatewayTest, TellsUnknownPathsAndWrongMethods) {
  auto result = client_->Get("/v1/nothing");
  EXPECT_EQ(ErrorStatus(result), "NOT_FOUND");
  EXPECT_EQ(result->status, 404);
  result = client_->Put(kZone, "{}", kJsonType);
  ErrorStatus(result);
  EXPECT_EQ(result->status, 405);
  EXPECT_EQ(result->get_header_value("Allow"), "DELETE, GET");
  result = client_->Options(kZone);
  EXPECT_EQ(result->status, 405);
  result = client_->Get((std::string("/v1/") + std::string(4100, 'a')).c_str());
  ErrorStatus(result);
  EXPECT_EQ(result->status, 414);
  // A newline in the path is a path like any other.
  result = client_->Get("/v1/%0A");
  EXPECT_EQ(result->status, 404);
}

TEST_F(HttpGatewayTest, RefusesBadHeaders) {
  auto result = client_->Get(kZone, {{"Authorization", "Bearer g\xc3\xbct"}});
  ErrorStatus(result);
  EXPECT_EQ(result->status, 401);
  result = client_->Get(kZone, {{"Authorization", std::string(5000, 'a')}});
  EXPECT_EQ(result->status, 401);
  for (const char* bad : {"0", "-1", "661", "nan", "x"}) {
    result = client_->Get(
        kZone, {{"Authorization", "Bearer good"}, {"X-Server-Timeout", bad}});
    EXPECT_EQ(result->status, 400) << bad;
  }
}

// What the gateway answers to these bytes until it closes the connection.
std::string Exchange(const SocketAddress& address, const std::string& bytes) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(connect(fd.get(), address.sockaddr_ptr(), address.sockaddr_size()),
            0);
  EXPECT_EQ(send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
  std::string answer;
  char buffer[4096];
  ssize_t n;
  while ((n = recv(fd.get(), buffer, sizeof(buffer), 0)) > 0) {
    answer.append(buffer, static_cast<size_t>(n));
  }
  return answer;
}

TEST_F(HttpGatewayTest, TakesAPostWithoutLengthAsOneWithoutBody) {
  const absl::Duration start = clock_.Monotonic();
  const std::string answer =
      Exchange(gateway_->address(),
               absl::StrCat("DELETE ", kZone, " HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(answer.find("HTTP/1.1 429"), 0u) << answer;
  // And does not wait for a body that was not announced.
  EXPECT_LT(clock_.Monotonic() - start, absl::Seconds(5));
}

TEST_F(HttpGatewayTest, DoesNotTakeABodyForARequest) {
  const std::string hidden = "GET /v1/hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char* headers :
       {"GET /v1/a HTTP/1.1\r\n",
        "POST /v1/a HTTP/1.1\r\nContent-Encoding: gzip\r\n"}) {
    const std::string answer = Exchange(
        gateway_->address(),
        absl::StrCat(headers, "Host: x\r\nContent-Length: ", hidden.size(),
                     "\r\n\r\n", hidden));
    EXPECT_EQ(answer.rfind("HTTP/1.1 "), 0u) << answer;
  }
}

TEST_F(HttpGatewayTest, SurvivesGarbage) {
  for (const char* bytes :
       {"\r\n", "x\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "BREW / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    const std::string answer = Exchange(gateway_->address(), bytes);
    EXPECT_EQ(answer.find(" 200 "), std::string::npos) << answer;
  }
  EXPECT_EQ(client_->Get(kZone, {{"Authorization", "Bearer good"}})->status,
            200);
}

TEST_F(HttpGatewayTest, RefusesCompressedBodies) {
  auto result =
      client_->Post(kZones, {{"Content-Encoding", "gzip"}}, "{}", kJsonType);
  ErrorStatus(result);
  EXPECT_EQ(result->status, 415);
}

TEST_F(HttpGatewayTest, HonoursTheDeadline) {
  auto result = client_->Post((std::string(kZone) + ":waitForSerial").c_str(),
                              {{"X-Server-Timeout", "0.1"}}, R"({"serial":1})",
                              kJsonType);
  EXPECT_EQ(ErrorStatus(result), "DEADLINE_EXCEEDED");
  EXPECT_EQ(result->status, 504);
}

TEST_F(HttpGatewayTest, StopsWhileACallWaits) {
  std::thread caller([&] {
    auto result = client_->Post((std::string(kZone) + ":waitForSerial").c_str(),
                                R"({"serial":1})", kJsonType);
    if (result) {
      EXPECT_EQ(result->status, 499);
    }
  });
  const absl::Time start = clock_.Now();
  gateway_.reset();
  EXPECT_LT(clock_.Now() - start, absl::Seconds(8));
  caller.join();
}

TEST_F(HttpGatewayTest, CountsRequests) {
  (void)client_->Get(kZone, {{"Authorization", "Bearer good"}});
  (void)client_->Get("/nothing");
  gateway_.reset();  // They are counted once they are answered.
  const std::string text = metrics_.Text();
  EXPECT_NE(text.find("http_requests_total{class=\"2xx\"} 1"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("http_requests_total{class=\"4xx\"} 1"),
            std::string::npos);
}

TEST_F(HttpGatewayTest, ListensOnlyWhereItMay) {
  auto channel = server_->InProcessChannel(grpc::ChannelArguments());
  for (const char* ip : {"192.0.2.1", "0.0.0.0", "::", "2001:db8::1"}) {
    EXPECT_THAT(
        HttpGateway::Start(*SocketAddress::FromIp(ip, 0), channel,
                           {"understudy.v1.ZoneService"}, metrics_, log_),
        HasCode(absl::StatusCode::kInvalidArgument))
        << ip;
  }
  EXPECT_THAT(HttpGateway::Start(gateway_->address(), channel,
                                 {"understudy.v1.ZoneService"}, metrics_, log_),
              HasCode(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace understudy::control
