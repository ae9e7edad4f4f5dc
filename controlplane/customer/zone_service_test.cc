// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/zone_service.h"

#include <thread>

#include "controlplane/customer/testing/service_fixture.h"
#include "gmock/gmock.h"
#include "understudy/v1/zone_service.grpc.pb.h"

namespace understudy::control {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ZoneServiceTest : public ServiceFixture {
 protected:
  ~ZoneServiceTest() override {
    service_->Stop();
    StopServer();
  }
  void SetUp() override { Begin(); }
  void Begin() {
    service_ = std::make_unique<ZoneService>(Parts());
    service_->Start();
    stub_ = v1::ZoneService::NewStub(Serve(service_->service()));
  }

  static v1::CreateZoneRequest Wanted(const std::string& zone,
                                      const std::string& project = "acme") {
    v1::CreateZoneRequest request;
    request.set_parent("projects/" + project);
    request.mutable_zone()->set_name("projects/" + project + "/zones/" + zone);
    request.mutable_zone()->add_primaries()->set_address("192.0.2.1");
    return request;
  }
  grpc::Status Create(const v1::CreateZoneRequest& request,
                      v1::Zone* zone = nullptr) {
    return Create(owner_, request, zone);
  }
  grpc::Status Create(const NewToken& token,
                      const v1::CreateZoneRequest& request,
                      v1::Zone* zone = nullptr) {
    v1::Zone unused;
    return stub_->CreateZone(As(token).get(), request,
                             zone == nullptr ? &unused : zone);
  }
  grpc::Status Get(const NewToken& token, const std::string& name,
                   v1::Zone* zone = nullptr) {
    v1::GetZoneRequest request;
    request.set_name(name);
    v1::Zone unused;
    return stub_->GetZone(As(token).get(), request,
                          zone == nullptr ? &unused : zone);
  }
  grpc::Status Delete(const NewToken& token, const std::string& name,
                      const std::string& etag = "") {
    v1::DeleteZoneRequest request;
    request.set_name(name);
    request.set_etag(etag);
    google::protobuf::Empty empty;
    return stub_->DeleteZone(As(token).get(), request, &empty);
  }
  void ServeSerial(const std::string& uid, uint32_t serial) {
    PlacementRow row;
    row.zone_uid = uid;
    row.edge = "fra1";
    row.state = PlacementRow::State::kServing;
    row.serial = serial;
    EXPECT_OK(store_.WritePlacements({row}));
  }
  void CreateEdge() {
    ASSERT_OK(store_.CreateEdge("fra1",
                                {edge_.sha256_hex, TokenKind::kEdge, "fra1"}));
  }

  const NewToken edge_ = MakeToken(random_);
  std::unique_ptr<ZoneService> service_;
  std::unique_ptr<v1::ZoneService::Stub> stub_;
};

TEST_F(ZoneServiceTest, CreatesAndGetsAZone) {
  v1::Zone created;
  grpc::Status status = Create(Wanted("Example.ORG."), &created);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(created.name(), "projects/acme/zones/example.org");
  EXPECT_FALSE(created.uid().empty());
  EXPECT_EQ(created.state(), v1::Zone::STATE_PENDING_CLAIM);
  v1::Zone read;
  ASSERT_TRUE(Get(owner_, created.name(), &read).ok());
  EXPECT_EQ(read.SerializeAsString(), created.SerializeAsString());
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("understudy_controller_rpc_duration_seconds_count{"
                        "code=\"OK\",method=\"CreateZone\"} 1"));
}

TEST_F(ZoneServiceTest, WantsAToken) {
  grpc::ClientContext none;
  v1::Zone zone;
  grpc::Status status = stub_->GetZone(&none, {}, &zone);
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(TellOf(status).reason, "TOKEN_MISSING");
  status = Get(MakeToken(random_), "projects/acme/zones/a.org");
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(TellOf(status).reason, "TOKEN_INVALID");
}

TEST_F(ZoneServiceTest, IsNotForEdges) {
  CreateEdge();
  grpc::Status status = Get(edge_, "projects/acme/zones/a.org");
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(TellOf(status).reason, "EDGE_TOKEN_NOT_ALLOWED");
}

TEST_F(ZoneServiceTest, NamesEveryBadField) {
  v1::CreateZoneRequest request = Wanted("a..b");
  request.mutable_zone()->mutable_primaries(0)->set_address("nonsense");
  grpc::Status status = Create(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TellOf(status).reason, "INVALID_FIELDS");
  EXPECT_THAT(TellOf(status).fields,
              ElementsAre("zone.name", "zone.primaries[0].address"));
  EXPECT_EQ(store_.CountZones().value(), 0);
}

TEST_F(ZoneServiceTest, ForbiddenLooksLikeUnknown) {
  ASSERT_TRUE(Create(other_, Wanted("theirs.org", "globex")).ok());
  grpc::Status forbidden = Get(owner_, "projects/globex/zones/theirs.org");
  grpc::Status unknown = Get(owner_, "projects/acme/zones/theirs.org");
  EXPECT_EQ(forbidden.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(unknown.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(forbidden.error_message(), unknown.error_message());
  EXPECT_EQ(forbidden.error_details(), unknown.error_details());
  EXPECT_EQ(Delete(owner_, "projects/globex/zones/theirs.org").error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(Create(Wanted("b.org", "globex")).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_TRUE(Get(operator_, "projects/globex/zones/theirs.org").ok());
}

TEST_F(ZoneServiceTest, TellsAConflictWithoutTheOwner) {
  ASSERT_TRUE(Create(other_, Wanted("example.org", "globex")).ok());
  for (const char* zone : {"example.org", "www.example.org", "org"}) {
    grpc::Status status = Create(Wanted(zone));
    EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS) << zone;
    EXPECT_EQ(TellOf(status).reason, "ZONE_NAME_TAKEN");
    EXPECT_EQ(status.error_message().find("globex"), std::string::npos);
  }
}

TEST_F(ZoneServiceTest, ReplaysARequest) {
  v1::CreateZoneRequest request = Wanted("example.org");
  request.set_request_id("2f1b7f1e-7a0e-4f0e-9f2e-0b8f3c0b6a11");
  v1::Zone first;
  v1::Zone second;
  ASSERT_TRUE(Create(request, &first).ok());
  ASSERT_TRUE(Create(request, &second).ok());
  EXPECT_EQ(first.uid(), second.uid());
  request.mutable_zone()->set_name("projects/acme/zones/other.org");
  grpc::Status status = Create(request);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(TellOf(status).reason, "REQUEST_ID_REUSED");
}

TEST_F(ZoneServiceTest, ValidatesWithoutStoring) {
  v1::CreateZoneRequest request = Wanted("example.org");
  request.set_validate_only(true);
  v1::Zone zone;
  ASSERT_TRUE(Create(request, &zone).ok());
  EXPECT_EQ(zone.name(), "projects/acme/zones/example.org");
  EXPECT_EQ(zone.uid(), "");
  EXPECT_EQ(store_.CountZones().value(), 0);
  ASSERT_TRUE(Create(Wanted("example.org")).ok());
  EXPECT_EQ(Create(request).error_code(), StatusCode::ALREADY_EXISTS);
}

TEST_F(ZoneServiceTest, ListsInPages) {
  for (const char* zone : {"c.org", "a.org", "b.org"}) {
    ASSERT_TRUE(Create(Wanted(zone)).ok());
  }
  v1::ListZonesRequest request;
  request.set_parent("projects/acme");
  request.set_page_size(2);
  v1::ListZonesResponse page;
  ASSERT_TRUE(stub_->ListZones(As(owner_).get(), request, &page).ok());
  ASSERT_EQ(page.zones_size(), 2);
  EXPECT_EQ(page.zones(0).name(), "projects/acme/zones/a.org");
  request.set_page_token(page.next_page_token());
  page.Clear();
  ASSERT_TRUE(stub_->ListZones(As(owner_).get(), request, &page).ok());
  ASSERT_EQ(page.zones_size(), 1);
  EXPECT_EQ(page.zones(0).name(), "projects/acme/zones/c.org");
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_token("garbage");
  request.set_page_size(-1);
  grpc::Status status = stub_->ListZones(As(owner_).get(), request, &page);
  EXPECT_THAT(TellOf(status).fields, ElementsAre("page_size", "page_token"));
}

TEST_F(ZoneServiceTest, DeletesUnderTheEtag) {
  v1::Zone zone;
  ASSERT_TRUE(Create(Wanted("example.org"), &zone).ok());
  grpc::Status status = Delete(owner_, zone.name(), "stale");
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(TellOf(status).reason, "ETAG_MISMATCH");
  EXPECT_TRUE(Delete(owner_, zone.name(), zone.etag()).ok());
  EXPECT_EQ(Get(owner_, zone.name()).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ZoneServiceTest, PassesRequestsOn) {
  ASSERT_TRUE(Create(Wanted("example.org")).ok());
  v1::RefreshZoneRequest refresh;
  refresh.set_name("projects/acme/zones/example.org");
  v1::RefreshZoneResponse refreshed;
  EXPECT_TRUE(stub_->RefreshZone(As(owner_).get(), refresh, &refreshed).ok());
  v1::RetransferZoneRequest retransfer;
  retransfer.set_name("projects/acme/zones/example.org");
  v1::RetransferZoneResponse done;
  EXPECT_TRUE(stub_->RetransferZone(As(owner_).get(), retransfer, &done).ok());
  ZoneRow row = store_.GetZone("acme", "example.org").value();
  EXPECT_EQ(row.refresh_generation, 1);
  EXPECT_EQ(row.retransfer_generation, 1);
}

TEST_F(ZoneServiceTest, SaysWhenTheDatabaseIsAway) {
  ASSERT_TRUE(Create(Wanted("example.org")).ok());
  store_.SetAvailable(false);
  grpc::Status status = Get(owner_, "projects/acme/zones/example.org");
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(TellOf(status).reason, "DATABASE_UNAVAILABLE");
}

TEST_F(ZoneServiceTest, StoresNothingAfterTheDeadline) {
  auto context = As(owner_);
  context->set_deadline(absl::ToChronoTime(clock_.Now() - absl::Seconds(1)));
  v1::Zone zone;
  EXPECT_EQ(
      stub_->CreateZone(context.get(), Wanted("late.org"), &zone).error_code(),
      StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(store_.CountZones().value(), 0);
}

TEST_F(ZoneServiceTest, WaitsForASerial) {
  CreateEdge();
  v1::Zone zone;
  ASSERT_TRUE(Create(Wanted("example.org"), &zone).ok());
  v1::WaitForSerialRequest request;
  request.set_name(zone.name());
  request.set_serial(7);
  v1::WaitForSerialResponse response;
  std::thread edge([&] { ServeSerial(zone.uid(), 7); });
  grpc::Status status =
      stub_->WaitForSerial(As(owner_).get(), request, &response);
  edge.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.zone().status().served_serial(), 7u);
}

TEST_F(ZoneServiceTest, TellsWhyAWaitEnded) {
  CreateEdge();
  ASSERT_TRUE(Create(Wanted("example.org")).ok());
  v1::WaitForSerialRequest request;
  request.set_name("projects/acme/zones/example.org");
  request.set_serial(7);
  request.mutable_timeout()->set_nanos(1'000'000);
  v1::WaitForSerialResponse response;
  grpc::Status status =
      stub_->WaitForSerial(As(owner_).get(), request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(TellOf(status).reason, "SERIAL_NOT_SERVED");
  EXPECT_THAT(status.error_message(), HasSubstr("edges/fra1 has no copy"));

  request.clear_serial();
  request.mutable_timeout()->set_seconds(601);
  status = stub_->WaitForSerial(As(owner_).get(), request, &response);
  EXPECT_THAT(TellOf(status).fields, ElementsAre("serial", "timeout"));

  status = stub_->WaitForSerial(As(other_).get(), request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  request.set_serial(7);
  request.clear_timeout();
  status = stub_->WaitForSerial(As(other_).get(), request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ZoneServiceTest, EndsWaitsThatNobodyWaitsFor) {
  CreateEdge();
  ASSERT_TRUE(Create(Wanted("example.org")).ok());
  v1::WaitForSerialRequest request;
  request.set_name("projects/acme/zones/example.org");
  request.set_serial(7);
  for (int i = 0; i < 20; ++i) {
    auto context = As(owner_);
    std::thread canceller([&] { context->TryCancel(); });
    v1::WaitForSerialResponse response;
    EXPECT_EQ(
        stub_->WaitForSerial(context.get(), request, &response).error_code(),
        StatusCode::CANCELLED);
    canceller.join();
  }
}

class InsecureZoneServiceTest : public ZoneServiceTest {
 protected:
  void SetUp() override {
    insecure_claims_ = true;
    Begin();
  }
};

TEST_F(InsecureZoneServiceTest, TakesClaimsWithoutProof) {
  CreateEdge();
  v1::Zone zone;
  ASSERT_TRUE(Create(other_, Wanted("example.org", "globex"), &zone).ok());
  EXPECT_EQ(zone.state(), v1::Zone::STATE_PENDING_TRANSFER);
  EXPECT_EQ(zone.status().edges_total(), 1u);
  EXPECT_TRUE(Create(Wanted("www.example.org")).ok());
  ServeSerial(zone.uid(), 3);
  ASSERT_TRUE(Get(other_, zone.name(), &zone).ok());
  EXPECT_EQ(zone.state(), v1::Zone::STATE_ACTIVE);
  EXPECT_EQ(zone.status().served_serial(), 3u);
}

}  // namespace
}  // namespace understudy::control
