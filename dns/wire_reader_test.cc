// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/wire_reader.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace understudy::dns {
namespace {

using namespace std::string_literals;

TEST(WireReader, FailureSticks) {
  const std::string message = "\1\2\3"s;
  WireReader reader(message);
  EXPECT_EQ(reader.U16(), 0x0102);
  EXPECT_EQ(reader.U16(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0);
}

TEST(WireReader, ReadsPlainAndCompressedNames) {
  const std::string message = "\1a\2bc\0\3www\xc0\x02z"s;
  WireReader reader(message);
  NameBuffer name;
  ASSERT_TRUE(reader.ReadName(&name));
  EXPECT_EQ(name.wire(), "\1a\2bc\0"s);
  ASSERT_TRUE(reader.ReadName(&name));
  EXPECT_EQ(name.wire(), "\3www\2bc\0"s);
  EXPECT_EQ(reader.U8(), 'z');
}

TEST(WireReader, RefusesPointersThatDoNotGoBack) {
  for (const std::string& message :
       {"\xc0\x00"s, "\xc0\x02\1a\0"s, "\1a\xc0\x00"s, "\xc0"s}) {
    WireReader reader(message);
    NameBuffer name;
    EXPECT_FALSE(reader.ReadName(&name));
    EXPECT_FALSE(reader.ok());
  }
}

TEST(WireReader, RefusesLoopsOfPointers) {
  // Two pointers that name each other.
  std::string message = "\xc0\x02\xc0\x00"s;
  WireReader reader(message);
  reader.Bytes(2);
  NameBuffer name;
  EXPECT_FALSE(reader.ReadName(&name));
}

TEST(WireReader, RefusesChainsOfPointersThatNoNameNeeds) {
  // A name, then pointers, each to the one before it.
  for (const auto& [pointers, good] : {std::pair{127, true}, {128, false}}) {
    std::string message = "\1a\0\0"s;
    for (int i = 0; i < pointers; ++i) {
      const size_t target = i == 0 ? 0 : message.size() - 2;
      message.push_back(static_cast<char>(0xc0 | target >> 8));
      message.push_back(static_cast<char>(target));
    }
    WireReader reader(message);
    reader.Bytes(message.size() - 2);
    NameBuffer name;
    EXPECT_EQ(reader.ReadName(&name), good) << pointers;
  }
}

TEST(WireReader, RefusesReservedLabelTypesAndCutNames) {
  for (const std::string& message :
       {"\x40"s, "\x80\0"s, "\5abc"s, "\1a"s, ""s}) {
    WireReader reader(message);
    NameBuffer name;
    EXPECT_FALSE(reader.ReadName(&name)) << message;
  }
}

TEST(WireReader, RefusesNamesOver255Octets) {
  std::string label = "\x3f"s + std::string(63, 'a');
  std::string most = label + label + label + "\x3d"s + std::string(61, 'b');

  std::string good_bytes = most + "\0"s;
  WireReader reader(good_bytes);
  NameBuffer name;
  EXPECT_TRUE(reader.ReadName(&name));
  EXPECT_EQ(name.size, 255);
  std::string long_bytes = label + label + label + label + "\0"s;
  WireReader too_long(long_bytes);
  EXPECT_FALSE(too_long.ReadName(&name));
}

TEST(WireReader, PlainNameRefusesPointers) {
  const std::string message = "\1a\0\xc0\x00"s;
  WireReader reader(message);
  NameBuffer name;
  ASSERT_TRUE(reader.ReadPlainName(&name));
  EXPECT_FALSE(reader.ReadPlainName(&name));
}

TEST(WireReader, SkipsNames) {
  const std::string message = "\1a\2bc\0\1x\xc0\x00!"s;
  WireReader reader(message);
  reader.SkipName();
  reader.SkipName();
  EXPECT_EQ(reader.U8(), '!');
}

TEST(ReadRecordHeader, NeedsAllOfTheRdata) {
  const std::string message = "\0\0\1\0\1\0\0\0\x3c\0\4\1\2\3"s;
  WireReader reader(message);
  RecordHeader header;
  EXPECT_FALSE(ReadRecordHeader(reader, &header));
}

}  // namespace
}  // namespace understudy::dns
