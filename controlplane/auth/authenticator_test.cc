// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/authenticator.h"

#include "base/testing/fake_clock.h"
#include "base/testing/fake_random.h"
#include "base/testing/status_matchers.h"
#include "controlplane/auth/tokens.h"
#include "controlplane/store/memory_store.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

using Code = absl::StatusCode;

class AuthenticatorTest : public testing::Test {
 protected:
  AuthenticatorTest() {
    owner_ = MakeToken(random_);
    edge_ = MakeToken(random_);
    EXPECT_OK(store_.Bootstrap(
        "acme", {{owner_.sha256_hex, TokenKind::kProjectOwner, "acme"}}));
    EXPECT_OK(store_.CreateEdge("fra1",
                                {edge_.sha256_hex, TokenKind::kEdge, "fra1"}));
  }
  absl::StatusOr<Principal> Ask(const NewToken& token) {
    return authenticator_.Authenticate("Bearer " + token.text.reveal());
  }

  FakeClock clock_;
  FakeRandom random_{1};
  MemoryStore store_{clock_, random_};
  Authenticator authenticator_{store_, clock_};
  NewToken owner_;
  NewToken edge_;
};

TEST_F(AuthenticatorTest, KnowsAnOwner) {
  auto principal = Ask(owner_);
  ASSERT_OK(principal);
  EXPECT_TRUE(principal->MayUseProject("acme"));
  EXPECT_FALSE(principal->MayUseProject("globex"));
  EXPECT_FALSE(principal->is_operator());
  EXPECT_FALSE(principal->is_edge());
}

TEST_F(AuthenticatorTest, KnowsAnEdge) {
  auto principal = Ask(edge_);
  ASSERT_OK(principal);
  EXPECT_TRUE(principal->is_edge());
  EXPECT_EQ(principal->subject(), "fra1");
  EXPECT_FALSE(principal->MayUseProject("fra1"));
}

TEST_F(AuthenticatorTest, RefusesWhatIsNoToken) {
  const std::string other = MakeToken(random_).text.reveal();
  for (const std::string& value :
       {std::string(), std::string("Bearer "), "Basic " + other, other,
        "Bearer " + other, "Bearer " + owner_.text.reveal() + "x",
        std::string(100'000, 'a')}) {
    EXPECT_THAT(authenticator_.Authenticate(value),
                HasCode(Code::kUnauthenticated));
  }
}

TEST_F(AuthenticatorTest, TakesTheSchemeInAnyCase) {
  EXPECT_OK(authenticator_.Authenticate("bearer  " + owner_.text.reveal()));
}

TEST_F(AuthenticatorTest, RemembersForAShortTime) {
  ASSERT_OK(Ask(edge_));
  ASSERT_OK(store_.DeleteEdge("fra1"));
  clock_.Advance(Authenticator::kLifetime - absl::Milliseconds(1));
  EXPECT_OK(Ask(edge_));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(Ask(edge_), HasCode(Code::kUnauthenticated));
}

TEST_F(AuthenticatorTest, SaysWhenTheDatabaseIsAway) {
  store_.SetAvailable(false);
  EXPECT_THAT(Ask(owner_), HasCode(Code::kUnavailable));
}

}  // namespace
}  // namespace understudy::control
