// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/soa_query.h"

#include <string>

#include "dns/types.h"
#include "dns/wire_writer.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using namespace std::string_literals;

constexpr uint16_t kId = 99;

dns::Name Zone() { return dns::Name::FromText("example.org").value(); }

struct Shape {
  uint16_t id = kId;
  uint16_t flags = dns::kFlagQr | dns::kFlagAa;
  const char* question = "example.org";
  uint16_t qtype = dns::kTypeSoa;
  const char* owner = "example.org";
  bool answer = true;
};

std::string Answer(const Shape& shape) {
  std::string out;
  dns::WireWriter writer(&out);
  writer.Header(shape.id, shape.flags, 1, shape.answer ? 1 : 0);
  writer.Question(dns::Name::FromText(shape.question)->wire(), shape.qtype);
  if (!shape.answer) return out;
  std::string rdata = "\2ns\xc0\x0c\5admin\xc0\x0c"s;
  dns::WireWriter data(&rdata);
  for (uint32_t v : {42u, 3600u, 600u, 86400u, 60u}) data.U32(v);
  writer.Bytes(dns::Name::FromText(shape.owner)->wire());
  writer.U16(dns::kTypeSoa);
  writer.U16(dns::kClassIn);
  writer.U32(300);
  writer.U16(static_cast<uint16_t>(rdata.size()));
  writer.Bytes(rdata);
  return out;
}

FailureReason ReasonFor(const std::string& message) {
  auto result = ParseSoaAnswer(message, Zone(), kId);
  return std::holds_alternative<Failure>(result)
             ? std::get<Failure>(result).reason
             : FailureReason::kNone;
}

TEST(MakeQuery, IsAPlainQuestion) {
  EXPECT_EQ(MakeQuery(Zone(), dns::kTypeAxfr, 0x1234),
            "\x12\x34\0\0\0\1\0\0\0\0\0\0\7example\3org\0\0\xfc\0\1"s);
}

TEST(ParseSoaAnswer, ReadsTheSoa) {
  auto result = ParseSoaAnswer(Answer({}), Zone(), kId);
  ASSERT_TRUE(std::holds_alternative<dns::SoaFields>(result));
  const auto& soa = std::get<dns::SoaFields>(result);
  EXPECT_EQ(soa.serial, 42u);
  EXPECT_EQ(soa.expire, 86400u);
  // RFC 4343: the case does not matter.
  EXPECT_EQ(
      ReasonFor(Answer({.question = "EXAMPLE.ORG", .owner = "Example.Org"})),
      FailureReason::kNone);
}

TEST(ParseSoaAnswer, NamesTheRcode) {
  for (auto [rcode, reason] : {
           std::pair{5, FailureReason::kRcodeRefused},
           std::pair{9, FailureReason::kRcodeNotAuth},
           std::pair{2, FailureReason::kRcodeServFail},
           std::pair{4, FailureReason::kRcodeNotImp},
           std::pair{1, FailureReason::kRcodeFormErr},
           std::pair{3, FailureReason::kRcodeOther},
       }) {
    Shape shape;
    shape.flags = static_cast<uint16_t>(dns::kFlagQr | rcode);
    shape.answer = false;
    EXPECT_EQ(ReasonFor(Answer(shape)), reason);
  }
}

TEST(ParseSoaAnswer, WantsAnAuthoritativeAnswer) {
  EXPECT_EQ(ReasonFor(Answer({.flags = dns::kFlagQr})),
            FailureReason::kNotAuthoritative);
  // A referral.
  EXPECT_EQ(ReasonFor(Answer({.flags = dns::kFlagQr, .answer = false})),
            FailureReason::kNotAuthoritative);
}

TEST(ParseSoaAnswer, WantsTheZonesSoa) {
  EXPECT_EQ(ReasonFor(Answer({.answer = false})), FailureReason::kNoSoa);
  EXPECT_EQ(ReasonFor(Answer({.owner = "org"})), FailureReason::kNoSoa);
}

TEST(ParseSoaAnswer, WantsTheAnswerToItsOwnQuestion) {
  EXPECT_EQ(ReasonFor(Answer({.id = kId + 1})), FailureReason::kRrMalformed);
  EXPECT_EQ(ReasonFor(Answer({.flags = dns::kFlagAa})),
            FailureReason::kRrMalformed);
  EXPECT_EQ(ReasonFor(Answer({.question = "example.net"})),
            FailureReason::kRrMalformed);
  EXPECT_EQ(ReasonFor(Answer({.qtype = dns::kTypeNs})),
            FailureReason::kRrMalformed);
}

TEST(ParseSoaAnswer, RefusesEveryCut) {
  const std::string whole = Answer({});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(ReasonFor(whole.substr(0, size)), FailureReason::kRrMalformed)
        << size;
  }
}

}  // namespace
}  // namespace understudy::edge
