// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/rdata.h"

#include <string>

#include "gtest/gtest.h"

namespace understudy::dns {
namespace {

using namespace std::string_literals;

// Reads RDATA that stands behind the name a.b. at offset 0.
bool Read(uint16_t type, const std::string& rdata, std::string* out) {
  const std::string message = "\1a\1b\0"s + rdata;
  WireReader reader(message);
  reader.Bytes(5);
  return ReadRdata(reader, type, static_cast<uint16_t>(rdata.size()), out);
}

TEST(ReadRdata, ExpandsNamesOfTheOldTypes) {
  std::string out;
  ASSERT_TRUE(Read(kTypeMx, "\0\x0a\2mx\xc0\x02"s, &out));
  EXPECT_EQ(out, "\0\x0a\2mx\1b\0"s);
  out.clear();
  ASSERT_TRUE(Read(kTypeSrv, "\0\1\0\2\0\3\xc0\x00"s, &out));
  EXPECT_EQ(out, "\0\1\0\2\0\3\1a\1b\0"s);
}

TEST(ReadRdata, RefusesCompressionWhereItIsForbidden) {
  std::string out;
  EXPECT_FALSE(Read(kTypeNsec, "\xc0\x00\0\1\x40"s, &out));
  EXPECT_FALSE(Read(kTypeHttps, "\0\1\xc0\x00"s, &out));
  EXPECT_FALSE(Read(kTypeRrsig, std::string(18, 'x') + "\xc0\x00sig"s, &out));
}

TEST(ReadRdata, KeepsUnknownTypesByteForByte) {
  std::string out;
  ASSERT_TRUE(Read(65280, "\xc0\x00\xff"s, &out));
  EXPECT_EQ(out, "\xc0\x00\xff"s);
  out.clear();
  EXPECT_TRUE(Read(65280, ""s, &out));
}

TEST(ReadRdata, RefusesWrongSizes) {
  std::string out;
  EXPECT_FALSE(Read(kTypeA, "\1\2\3"s, &out));
  EXPECT_FALSE(Read(kTypeA, "\1\2\3\4\5"s, &out));
  EXPECT_FALSE(Read(kTypeAaaa, "\1\2\3\4"s, &out));
  EXPECT_FALSE(Read(kTypeTxt, ""s, &out));
  EXPECT_FALSE(Read(kTypeTxt, "\5abc"s, &out));
  EXPECT_FALSE(Read(kTypeNs, "\1a\0x"s, &out));
  EXPECT_FALSE(Read(kTypeSoa, "\1a\0\1b\0"s + std::string(19, 0), &out));
}

TEST(ReadRdata, FieldsDoNotRunIntoTheNextRecord) {
  // The string claims one octet more than the record has; the message has it.
  const std::string message = "\4abcd"s;
  WireReader reader(message);
  std::string out;
  EXPECT_FALSE(ReadRdata(reader, kTypeTxt, 4, &out));
}

TEST(ParseSoa, ReadsTheFiveNumbers) {
  SoaFields soa;
  ASSERT_TRUE(
      ParseSoa("\1a\0\1b\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"s, &soa));
  EXPECT_EQ(soa.serial, 1u);
  EXPECT_EQ(soa.minimum, 5u);
  EXPECT_FALSE(ParseSoa("\1a\0\1b\0"s, &soa));
}

}  // namespace
}  // namespace understudy::dns
