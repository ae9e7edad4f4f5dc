// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/page_token.h"

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

TEST(PageToken, ComesBack) {
  for (const char* last : {"a", "example.org", "a\\.b", "."}) {
    const std::string token = MakePageToken("s", last);
    EXPECT_EQ(token.find('='), std::string::npos);
    EXPECT_EQ(ReadPageToken("s", token).value(), last);
  }
  EXPECT_EQ(ReadPageToken("s", "").value(), "");
}

TEST(PageToken, IsRefusedWhenItWasChanged) {
  const std::string token = MakePageToken("s", "example.org");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ReadPageToken("s", changed), HasCode(Code::kInvalidArgument))
        << i;
  }
  EXPECT_THAT(ReadPageToken("t", token), HasCode(Code::kInvalidArgument));
  for (const std::string& bad :
       {std::string("x"), std::string("%%%"), token + "=", token + "A",
        std::string(100'000, 'A'), std::string("\xff\xfe")}) {
    EXPECT_THAT(ReadPageToken("s", bad), HasCode(Code::kInvalidArgument));
  }
}

TEST(PageSize, HasItsBounds) {
  EXPECT_EQ(ReadPageSize(0).value(), 100);
  EXPECT_EQ(ReadPageSize(1).value(), 1);
  EXPECT_EQ(ReadPageSize(1000).value(), 1000);
  EXPECT_EQ(ReadPageSize(2'000'000'000).value(), 1000);
  EXPECT_THAT(ReadPageSize(-1), HasCode(Code::kInvalidArgument));
}

}  // namespace
}  // namespace understudy::control
