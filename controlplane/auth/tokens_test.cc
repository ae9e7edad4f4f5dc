// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/auth/tokens.h"

#include "base/testing/fake_random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::control {
namespace {

TEST(MakeToken, MakesARecognisableTokenAndItsHash) {
  FakeRandom random(1);
  NewToken token = MakeToken(random);
  EXPECT_THAT(token.text.reveal(), testing::MatchesRegex("ust_[0-9A-Za-z_-]+"));
  EXPECT_EQ(token.text.reveal().size(), 47u);
  EXPECT_TRUE(HasTokenForm(token.text.reveal()));
  EXPECT_EQ(token.sha256_hex, TokenHash(token.text.reveal()));
  EXPECT_NE(token.sha256_hex, MakeToken(random).sha256_hex);
}

TEST(TokenHash, IsSha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(TokenHash("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HasTokenForm, RefusesWhatIsNone) {
  FakeRandom random(1);
  const std::string good = MakeToken(random).text.reveal();
  EXPECT_FALSE(HasTokenForm(""));
  EXPECT_FALSE(HasTokenForm("ust_"));
  EXPECT_FALSE(HasTokenForm(good + "A"));
  EXPECT_FALSE(HasTokenForm(good.substr(0, 46)));
  EXPECT_FALSE(HasTokenForm("usx_" + good.substr(4)));
  std::string odd = good;
  odd[20] = '+';
  EXPECT_FALSE(HasTokenForm(odd));
  odd[20] = '\0';
  EXPECT_FALSE(HasTokenForm(odd));
}

}  // namespace
}  // namespace understudy::control
