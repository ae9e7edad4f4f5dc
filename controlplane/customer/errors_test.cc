// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/errors.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

TEST(InvalidFields, NamesEveryField) {
  grpc::Status status =
      InvalidFields({{"zone.name", "it is empty"}, {"parent", "no project"}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "zone.name: it is empty (and 1 more, see the details)");
  google::rpc::Status details = Details(status);
  EXPECT_EQ(details.code(), 3);
  ASSERT_EQ(details.details_size(), 2);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INVALID_FIELDS");
  EXPECT_EQ(info.domain(), "understudy");
  google::rpc::BadRequest bad;
  ASSERT_TRUE(details.details(1).UnpackTo(&bad));
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "parent");
  EXPECT_EQ(bad.field_violations(1).description(), "no project");
}

TEST(StoreError, KeepsWhatIsAboutTheRequest) {
  grpc::Status status = StoreError(absl::NotFoundError("there is no zone x"),
                                   kReasonZoneNotFound);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no zone x");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(Details(status).details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "ZONE_NOT_FOUND");
}

TEST(StoreError, TellsNothingOfTheDatabase) {
  for (const absl::Status& inner :
       {absl::UnavailableError("host=10.0.0.1 refused"),
        absl::InternalError("SQLSTATE 42601 at 10.0.0.1")}) {
    grpc::Status status = StoreError(inner, kReasonZoneNotFound);
    EXPECT_EQ(status.error_message().find("10.0.0.1"), std::string::npos);
    EXPECT_EQ(static_cast<int>(status.error_code()),
              static_cast<int>(inner.code()));
  }
}

}  // namespace
}  // namespace understudy::control
