// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/edge_admin_service.h"

#include "controlplane/customer/testing/service_fixture.h"
#include "gmock/gmock.h"
#include "understudy/admin/v1/edge_service.grpc.pb.h"

namespace understudy::control {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;

class EdgeAdminServiceTest : public ServiceFixture {
 protected:
  ~EdgeAdminServiceTest() override { StopServer(); }
  void SetUp() override {
    service_ = std::make_unique<EdgeAdminService>(Parts());
    stub_ = admin::v1::EdgeService::NewStub(Serve(service_->service()));
  }
  grpc::Status Create(const std::string& id,
                      admin::v1::CreateEdgeResponse* response) {
    admin::v1::CreateEdgeRequest request;
    request.set_edge_id(id);
    return stub_->CreateEdge(As(operator_).get(), request, response);
  }
  grpc::Status Get(const std::string& name, admin::v1::Edge* edge) {
    admin::v1::GetEdgeRequest request;
    request.set_name(name);
    return stub_->GetEdge(As(operator_).get(), request, edge);
  }

  std::unique_ptr<EdgeAdminService> service_;
  std::unique_ptr<admin::v1::EdgeService::Stub> stub_;
};

TEST_F(EdgeAdminServiceTest, MakesAnEdgeAndItsToken) {
  admin::v1::CreateEdgeResponse made;
  grpc::Status status = Create("fra1", &made);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(made.edge().name(), "edges/fra1");
  auto principal = authenticator_.Authenticate("Bearer " + made.token());
  ASSERT_OK(principal);
  EXPECT_TRUE(principal->is_edge());
  EXPECT_EQ(principal->subject(), "fra1");
  status = Create("fra1", &made);
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(TellOf(status).reason, "EDGE_NAME_TAKEN");
}

TEST_F(EdgeAdminServiceTest, IsForOperators) {
  admin::v1::ListEdgesResponse response;
  grpc::Status status = stub_->ListEdges(As(owner_).get(), {}, &response);
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(TellOf(status).reason, "OPERATOR_ONLY");
  grpc::ClientContext none;
  status = stub_->ListEdges(&none, {}, &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(EdgeAdminServiceTest, RefusesBadIds) {
  admin::v1::CreateEdgeResponse made;
  for (const char* id : {"", "Fra1", "-a", "a-", "a.b", "a/b"}) {
    grpc::Status status = Create(id, &made);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << id;
    EXPECT_THAT(TellOf(status).fields, ElementsAre("edge_id"));
  }
  EXPECT_FALSE(Create(std::string(64, 'a'), &made).ok());
  EXPECT_TRUE(Create(std::string(63, 'a'), &made).ok());
}

TEST_F(EdgeAdminServiceTest, ShowsHowAnEdgeStands) {
  admin::v1::CreateEdgeResponse made;
  ASSERT_TRUE(Create("fra1", &made).ok());
  EdgeRow row = store_.GetEdge("fra1").value();
  row.connected = true;
  row.last_contact_time = clock_.Now();
  row.version = "1.0";
  row.acked_revision = 5;
  ASSERT_OK(store_.UpdateEdge(row));
  ASSERT_OK(store_.WriteRejections({{"fra1", "u1", 3, "too big"}}));
  admin::v1::Edge edge;
  ASSERT_TRUE(Get("edges/fra1", &edge).ok());
  EXPECT_TRUE(edge.connected());
  EXPECT_EQ(edge.version(), "1.0");
  EXPECT_EQ(edge.acked_revision(), 5);
  ASSERT_EQ(edge.rejected_items_size(), 1);
  EXPECT_EQ(edge.rejected_items(0).assignment(), "assignments/u1");
  EXPECT_EQ(edge.rejected_items(0).reason(), "too big");

  // The controller that it was connected to died without a word.
  row.last_contact_time = clock_.Now() - absl::Minutes(6);
  ASSERT_OK(store_.UpdateEdge(row));
  ASSERT_TRUE(Get("edges/fra1", &edge).ok());
  EXPECT_FALSE(edge.connected());
}

TEST_F(EdgeAdminServiceTest, ListsAndDeletes) {
  admin::v1::CreateEdgeResponse made;
  ASSERT_TRUE(Create("b", &made).ok());
  ASSERT_TRUE(Create("a", &made).ok());
  admin::v1::ListEdgesRequest request;
  request.set_page_size(1);
  admin::v1::ListEdgesResponse page;
  ASSERT_TRUE(stub_->ListEdges(As(operator_).get(), request, &page).ok());
  ASSERT_EQ(page.edges_size(), 1);
  EXPECT_EQ(page.edges(0).name(), "edges/a");
  request.set_page_token(page.next_page_token());
  page.Clear();
  ASSERT_TRUE(stub_->ListEdges(As(operator_).get(), request, &page).ok());
  EXPECT_EQ(page.edges(0).name(), "edges/b");
  EXPECT_EQ(page.next_page_token(), "");

  admin::v1::DeleteEdgeRequest gone;
  gone.set_name("edges/a");
  google::protobuf::Empty empty;
  EXPECT_TRUE(stub_->DeleteEdge(As(operator_).get(), gone, &empty).ok());
  grpc::Status status = stub_->DeleteEdge(As(operator_).get(), gone, &empty);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(TellOf(status).reason, "EDGE_NOT_FOUND");
}

}  // namespace
}  // namespace understudy::control
