// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/block.h"

#include <string>

#include "base/testing/fake_random.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using namespace std::string_literals;

// Three names that share "ab", one without RRsets.
std::vector<BlockRef> Sample(size_t target = 8192) {
  BlockWriter writer(target);
  writer.BeginName("aba\0"s, 0, 0);
  writer.AddRrset(1, 2, 300, "\0\4\1\2\3\4\0\4\5\6\7\x8"s);
  writer.AddRrset(16, 1, 60, "\0\2\1x"s);
  writer.BeginName("abc\0"s, kEntryWildcardBelow, 0);
  writer.BeginName("abc\0*\0"s, kEntryCut, 2);
  writer.AddRrset(2, 1, 5, "\0\1\0"s);
  return writer.Finish();
}

TEST(Block, HoldsWhatWasWritten) {
  auto blocks = Sample();
  ASSERT_EQ(blocks.size(), 1u);
  const Block& block = *blocks[0];
  EXPECT_EQ(block.name_count(), 3u);
  EXPECT_EQ(block.record_count(), 4u);
  EXPECT_EQ(block.prefix(), "ab");
  EXPECT_EQ(block.KeyOf(2), "abc\0*\0"s);
  RrsetView a = block.entry(0).Find(1);
  ASSERT_TRUE(a);
  EXPECT_EQ(a.count(), 2);
  EXPECT_EQ(a.ttl(), 300u);
  EXPECT_EQ(a.data_size(), 12u);
  EXPECT_EQ(a.next().type(), 16);
  EXPECT_FALSE(block.entry(0).Find(28));
  EXPECT_TRUE(block.entry(1).is_empty_non_terminal());
  EXPECT_EQ(block.entry(1).flags(), kEntryWildcardBelow);
  EXPECT_TRUE(block.entry(2).is_cut());
  EXPECT_EQ(block.entry(2).cut_depth(), 2);
}

TEST(Block, SearchFindsTheKeyOrTheOneBefore) {
  auto blocks = Sample();
  const Block& block = *blocks[0];
  bool exact;
  EXPECT_EQ(block.Search("abc\0"s, &exact), 1);
  EXPECT_TRUE(exact);
  EXPECT_EQ(block.Search("abb\0"s, &exact), 0);
  EXPECT_FALSE(exact);
  EXPECT_EQ(block.Search("a\0"s, &exact), -1);
  EXPECT_EQ(block.Search(""s, &exact), -1);
  EXPECT_EQ(block.Search("ab"s, &exact), -1);
  EXPECT_EQ(block.Search("b\0"s, &exact), 2);
  EXPECT_EQ(block.Search("abz\0"s, &exact), 2);
  EXPECT_LT(block.CompareFirstKey("abb\0"s), 0);
  EXPECT_EQ(block.CompareFirstKey("aba\0"s), 0);
  EXPECT_GT(block.CompareFirstKey("aa\0"s), 0);
  EXPECT_GT(block.CompareFirstKey("ab"s), 0);
}

TEST(BlockWriter, EndsABlockAtItsTarget) {
  auto blocks = Sample(1);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[1]->KeyOf(0), "abc\0"s);
}

TEST(Block, CheckedCopyTakesWhatWasWritten) {
  std::string why;
  auto blocks = Sample();
  auto copy = Block::CheckedCopy(blocks[0]->bytes(), &why);
  ASSERT_TRUE(copy) << why;
  EXPECT_EQ(copy->bytes(), blocks[0]->bytes());
}

TEST(Block, EveryDamagedOctetIsSeen) {
  auto blocks = Sample();
  const std::string good(blocks[0]->bytes());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    std::string why;
    EXPECT_FALSE(Block::CheckedCopy(bad, &why)) << i;
    EXPECT_FALSE(why.empty());
  }
  std::string why;
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Block::CheckedCopy(good.substr(0, size), &why));
  }
  EXPECT_FALSE(Block::CheckedCopy(good + "x", &why));
}

TEST(Block, SaysThatTheVersionIsUnknown) {
  auto blocks = Sample();
  std::string later(blocks[0]->bytes());
  later[4] = 9;
  std::string why;
  EXPECT_FALSE(Block::CheckedCopy(later, &why));
  EXPECT_EQ(why, "its format version is unknown to this program");
}

}  // namespace
}  // namespace understudy::edge
