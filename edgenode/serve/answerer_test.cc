// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/answerer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "edgenode/serve/testing/answer_world.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using namespace std::string_literals;

class AnswererTest : public ::testing::Test {
 protected:
  AnswererTest() {
    world_.Serve("example.org", ZoneHead(7) + R"(
      www 60 A 192.0.2.2
      www 60 AAAA 2001:db8::2
      alias 60 CNAME www
      chain 60 CNAME alias
      loop 60 CNAME loop2
      loop2 60 CNAME loop
      dangling 60 CNAME nope
      outside 60 CNAME www.example.com.
      todeleg 60 CNAME x.sub
      *.w 60 A 192.0.2.3
      *.cw 60 CNAME www
      a.ent 60 TXT x
      sub 60 NS ns.sub
      sub 60 NS ns1
      sub 60 NS ns.example.com.
      ns.sub 60 A 192.0.2.4
      ns.sub 60 AAAA 2001:db8::4
      mx 60 MX 10 www
    )");
  }
  DecodedResponse Ask(const std::string& name, uint16_t type,
                      Transport transport = Transport::kUdp) {
    return world_.Ask({.name = name, .type = type}, transport);
  }
  bool Aa(const DecodedResponse& r) { return r.flags & dns::kFlagAa; }
  bool Tc(const DecodedResponse& r) { return r.flags & dns::kFlagTc; }

  AnswerWorld world_;
};

TEST_F(AnswererTest, ExactMatch) {
  DecodedResponse r = Ask("www.example.org", dns::kTypeA);
  EXPECT_EQ(r.rcode, dns::kRcodeNoError);
  EXPECT_TRUE(Aa(r));
  // QR, AA and the copied RD; neither RA nor AD.
  EXPECT_EQ(r.flags, 0x8500);
  EXPECT_THAT(r.answer, ElementsAre("www.example.org 60 1 c0000202"));
  EXPECT_THAT(r.authority, IsEmpty());
  EXPECT_FALSE(r.has_opt);
}

TEST_F(AnswererTest, TheQuestionsCaseIsKept) {
  EXPECT_THAT(Ask("wWw.eXample.ORG", dns::kTypeA).answer,
              ElementsAre("wWw.eXample.ORG 60 1 c0000202"));
}

TEST_F(AnswererTest, NegativeAnswersCarryTheSoa) {
  for (const char* name : {"www.example.org", "a.ent.example.org",
                           "ent.example.org", "x.w.example.org"}) {
    DecodedResponse r = Ask(name, dns::kTypeMx);
    EXPECT_EQ(r.rcode, dns::kRcodeNoError) << name;
    EXPECT_TRUE(Aa(r));
    // TTL: the lower of the SOA's own and its minimum (RFC 2308 s3).
    ASSERT_EQ(r.authority.size(), 1u);
    EXPECT_THAT(r.authority[0], StartsWith("example.org 300 6 "));
  }
  DecodedResponse r = Ask("nope.example.org", dns::kTypeA);
  EXPECT_EQ(r.rcode, dns::kRcodeNxDomain);
  EXPECT_EQ(r.authority.size(), 1u);
}

TEST_F(AnswererTest, CnameChains) {
  DecodedResponse r = Ask("chain.example.org", dns::kTypeA);
  ASSERT_EQ(r.answer.size(), 3u);
  EXPECT_THAT(r.answer[0], StartsWith("chain.example.org 60 5 "));
  EXPECT_THAT(r.answer[1], StartsWith("alias.example.org 60 5 "));
  EXPECT_EQ(r.answer[2], "www.example.org 60 1 c0000202");
  r = Ask("dangling.example.org", dns::kTypeA);
  EXPECT_EQ(r.rcode, dns::kRcodeNxDomain);  // RFC 2308 s2.1
  EXPECT_EQ(r.authority.size(), 1u);
  r = Ask("outside.example.org", dns::kTypeA);
  EXPECT_EQ(r.rcode, dns::kRcodeNoError);
  EXPECT_EQ(r.answer.size(), 1u);
  EXPECT_THAT(r.authority, IsEmpty());
  EXPECT_EQ(Ask("loop.example.org", dns::kTypeA).answer.size(), 16u);
  EXPECT_EQ(Ask("alias.example.org", dns::kTypeCname).answer.size(), 1u);
}

TEST_F(AnswererTest, Wildcards) {
  EXPECT_THAT(Ask("a.b.w.example.org", dns::kTypeA).answer,
              ElementsAre("a.b.w.example.org 60 1 c0000203"));
  DecodedResponse r = Ask("x.cw.example.org", dns::kTypeA);
  ASSERT_EQ(r.answer.size(), 2u);
  EXPECT_THAT(r.answer[0], StartsWith("x.cw.example.org 60 5 "));
}

TEST_F(AnswererTest, ReferralsWithGlue) {
  for (const char* name : {"sub.example.org", "a.b.sub.example.org"}) {
    DecodedResponse r = Ask(name, dns::kTypeA);
    EXPECT_EQ(r.rcode, dns::kRcodeNoError);
    EXPECT_FALSE(Aa(r));
    EXPECT_THAT(r.answer, IsEmpty());
    ASSERT_EQ(r.authority.size(), 3u);
    EXPECT_THAT(r.authority[0], StartsWith("sub.example.org 60 2 "));
    EXPECT_THAT(r.additional,
                UnorderedElementsAre("ns.sub.example.org 60 1 c0000204",
                                     "ns.sub.example.org 60 28 "
                                     "20010db8000000000000000000000004",
                                     "ns1.example.org 3600 1 c0000201"));
  }
}

TEST_F(AnswererTest, ReferralBehindACname) {
  DecodedResponse r = Ask("todeleg.example.org", dns::kTypeA);
  EXPECT_TRUE(Aa(r));
  EXPECT_EQ(r.answer.size(), 1u);
  ASSERT_EQ(r.authority.size(), 3u);
  EXPECT_THAT(r.authority[0], StartsWith("sub.example.org 60 2 "));
}

TEST_F(AnswererTest, DsAtACutIsTheParents) {
  DecodedResponse r = Ask("sub.example.org", dns::kTypeDs);
  EXPECT_TRUE(Aa(r));
  EXPECT_THAT(r.authority, ElementsAre(StartsWith("example.org 300 6 ")));
  // Also when the child is served here (RFC 4035 s3.1.4.1).
  world_.Serve("sub.example.org", ZoneHead(1));
  r = Ask("sub.example.org", dns::kTypeDs);
  EXPECT_THAT(r.authority, ElementsAre(StartsWith("example.org 300 6 ")));
  EXPECT_THAT(Ask("sub.example.org", dns::kTypeMx).authority,
              ElementsAre(StartsWith("sub.example.org 300 6 ")));
}

TEST_F(AnswererTest, RcodesForWhatIsNotServed) {
  EXPECT_EQ(Ask("example.com", dns::kTypeA).rcode, dns::kRcodeRefused);
  ASSERT_TRUE(world_.table.Add(9, *dns::Name::FromText("new.test"), {}).ok());
  EXPECT_EQ(Ask("new.test", dns::kTypeA).rcode, dns::kRcodeServFail);
  world_.table.Expire(*dns::Name::FromText("example.org"));
  EXPECT_EQ(Ask("www.example.org", dns::kTypeA).rcode, dns::kRcodeServFail);
}

TEST_F(AnswererTest, MetaTypesAndClasses) {
  for (uint16_t type : std::initializer_list<uint16_t>{0, 41, 249, 250}) {
    EXPECT_EQ(Ask("example.org", type).rcode, dns::kRcodeFormErr) << type;
  }
  for (uint16_t type : std::initializer_list<uint16_t>{128, 253, 254}) {
    EXPECT_EQ(Ask("example.org", type).rcode, dns::kRcodeNotImp) << type;
  }
  EXPECT_EQ(Ask("example.org", dns::kTypeAxfr, Transport::kTcp).rcode,
            dns::kRcodeRefused);
  EXPECT_EQ(world_.Ask({.name = "example.org", .rr_class = 3}).rcode,
            dns::kRcodeRefused);
  // Unknown types are types like any other (RFC 3597).
  EXPECT_EQ(Ask("example.org", 65000).rcode, dns::kRcodeNoError);
}

TEST_F(AnswererTest, AnyGivesOneRrset) {
  EXPECT_THAT(Ask("www.example.org", dns::kTypeAny).answer,
              ElementsAre("www.example.org 60 1 c0000202"));
}

TEST_F(AnswererTest, Edns) {
  DecodedResponse r =
      world_.Ask({.name = "www.example.org", .edns_size = 4096});
  EXPECT_TRUE(r.has_opt);
  EXPECT_EQ(r.udp_size, 1232);
  r = world_.Ask(
      {.name = "www.example.org", .edns_size = 4096, .edns_version = 1});
  EXPECT_EQ(r.rcode, dns::kRcodeBadVers);
  EXPECT_THAT(r.answer, IsEmpty());
}

TEST_F(AnswererTest, TruncatesWholeRrsets) {
  std::string lines = ZoneHead(1);
  for (int i = 0; i < 60; ++i) {
    absl::StrAppend(&lines, "big 60 A 192.0.2.", i, "\n");
  }
  world_.Serve("big.test", lines);
  for (int edns : {-1, 100, 512, 900}) {
    DecodedResponse r = world_.Ask({.name = "big.big.test", .edns_size = edns});
    EXPECT_TRUE(Tc(r)) << edns;
    EXPECT_THAT(r.answer, IsEmpty());
  }
  EXPECT_EQ(
      world_.Ask({.name = "big.big.test", .edns_size = 1232}).answer.size(),
      60u);
  DecodedResponse r = Ask("big.big.test", dns::kTypeA, Transport::kTcp);
  EXPECT_FALSE(Tc(r));
  EXPECT_EQ(r.answer.size(), 60u);
}

TEST_F(AnswererTest, MissingRequiredGlueMeansTc) {
  std::string lines = ZoneHead(1);
  for (int i = 0; i < 12; ++i) {
    absl::StrAppend(&lines, "sub 60 NS ns", i, ".sub\nns", i,
                    ".sub 60 A 192.0.2.1\nns", i, ".sub 60 AAAA 2001:db8::1\n");
  }
  world_.Serve("glue.test", lines);
  EXPECT_TRUE(Tc(Ask("x.sub.glue.test", dns::kTypeA)));
  DecodedResponse r = Ask("x.sub.glue.test", dns::kTypeA, Transport::kTcp);
  EXPECT_FALSE(Tc(r));
  EXPECT_EQ(r.additional.size(), 24u);
}

TEST_F(AnswererTest, NamesFarBehindInALongMessageAreWrittenOut) {
  std::string lines = ZoneHead(1);
  const std::string text(200, 'x');
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&lines, "mx 60 MX ", i, " host-number-", i,
                    ".with.a.long.name.of.its.own-", i, "\n");
  }
  world_.Serve("long.test", lines);
  DecodedResponse r = Ask("mx.long.test", dns::kTypeMx, Transport::kTcp);
  EXPECT_EQ(r.answer.size(), 300u);
}

TEST_F(AnswererTest, WhatIsAnsweredToOddMessages) {
  EXPECT_EQ(world_.Ask(""), "");
  EXPECT_EQ(world_.Ask("short"), "");
  std::string query = EncodeQuery({.name = "www.example.org"});
  std::string response = query;
  response[2] = static_cast<char>(0x80);
  EXPECT_EQ(world_.Ask(response), "");  // Never answer an answer.
  EXPECT_EQ(world_.stats.dropped[0].value(), 3u);
  auto rcode = [&](std::string message) {
    auto decoded = DecodeResponse(world_.Ask(message));
    return decoded ? decoded->rcode : 999;
  };
  std::string two = query;
  two[5] = 2;
  EXPECT_EQ(rcode(two), dns::kRcodeFormErr);
  std::string none = query.substr(0, 12);
  none[5] = 0;
  EXPECT_EQ(rcode(none), dns::kRcodeFormErr);
  EXPECT_EQ(rcode(query.substr(0, query.size() - 1)), dns::kRcodeFormErr);
  EXPECT_EQ(rcode(query.substr(0, 12) + "\xc0\x0c\0\1\0\1"s),
            dns::kRcodeFormErr);
  std::string answers = query;
  answers[7] = 1;
  EXPECT_EQ(rcode(answers), dns::kRcodeFormErr);
  std::string update = query;
  update[2] = 0x28;
  EXPECT_EQ(rcode(update), dns::kRcodeNotImp);
  std::string two_opts =
      EncodeQuery({.name = "www.example.org", .edns_size = 512});
  two_opts += two_opts.substr(two_opts.size() - 11);
  two_opts[11] = 2;
  EXPECT_EQ(rcode(two_opts), dns::kRcodeFormErr);
}

TEST_F(AnswererTest, NotifyFromAPrimaryIsPassedOn) {
  const std::string notify = EncodeQuery(
      {.name = "Example.org", .type = dns::kTypeSoa, .flags = 0x2400});
  auto r = DecodeResponse(world_.Ask(notify));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->flags, 0xa400);  // QR, the opcode, AA.
  EXPECT_THAT(world_.notifies.lines, ElementsAre("1 192.0.2.53:5353 -"));
  std::string with_soa = notify + "\xc0\x0c\0\6\0\1\0\0\0\0\0\x16\0\0"s +
                         "\0\0\0\x2a"s + std::string(16, '\0');
  with_soa[7] = 1;
  r = DecodeResponse(world_.Ask(with_soa));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->rcode, dns::kRcodeNoError);
  EXPECT_EQ(world_.notifies.lines.back(), "1 192.0.2.53:5353 42");
  // Of the other records the names are not even read: this one is none.
  std::string with_two = with_soa + "\xc0\xff\0\6\0\1\0\0\0\0\0\0"s;
  with_two[7] = 2;
  r = DecodeResponse(world_.Ask(with_two));
  ASSERT_TRUE(r);
  EXPECT_EQ(r->rcode, dns::kRcodeNoError);
}

TEST_F(AnswererTest, NotifyIsRefusedToOthers) {
  auto rcode = [&](const QueryText& query, const char* source) {
    return DecodeResponse(
               world_.Ask(EncodeQuery(query), Transport::kUdp, source))
        ->rcode;
  };
  QueryText notify{
      .name = "example.org", .type = dns::kTypeSoa, .flags = 0x2400};
  EXPECT_EQ(rcode(notify, "192.0.2.54:53"), dns::kRcodeRefused);
  notify.name = "www.example.org";
  EXPECT_EQ(rcode(notify, "192.0.2.53:53"), dns::kRcodeNotAuth);
  notify.name = "example.org";
  notify.type = 59;
  EXPECT_EQ(rcode(notify, "192.0.2.53:53"), dns::kRcodeNotImp);
  notify.type = dns::kTypeSoa;
  notify.rr_class = 255;
  EXPECT_EQ(rcode(notify, "192.0.2.53:53"), dns::kRcodeFormErr);
  EXPECT_THAT(world_.notifies.lines, IsEmpty());
}

TEST_F(AnswererTest, CompressionKeepsTheCaseOfData) {
  world_.Serve("case.test", ZoneHead(1) + "mx 60 MX 1 MaIl.CaSe.TeSt.\n");
  DecodedResponse r = Ask("mx.case.test", dns::kTypeMx);
  ASSERT_EQ(r.answer.size(), 1u);
  EXPECT_THAT(r.answer[0], HasSubstr("044d61496c04436153650454655374"));
}

TEST_F(AnswererTest, RandomQueriesGetWellFormedAnswersOfTheirSize) {
  const uint64_t seed = 99;
  SCOPED_TRACE(seed);
  FakeRandom random(seed);
  const std::string good =
      EncodeQuery({.name = "a.sub.example.org", .edns_size = 1232});
  for (int i = 0; i < 50000; ++i) {
    std::string message = good;
    for (uint64_t n = 1 + random.Uint64() % 4; n > 0; --n) {
      message[random.Uint64() % message.size()] =
          static_cast<char>(random.Uint64());
    }
    message.resize(random.Uint64() % 4 ? message.size()
                                       : random.Uint64() % message.size());
    const std::string response = world_.Ask(message);
    ASSERT_LE(response.size(), Answerer::kMaxUdpSize);
    if (!response.empty()) {
      ASSERT_TRUE(DecodeResponse(response));
    }
  }
}

}  // namespace
}  // namespace understudy::edge
