// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/name.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/testing/fake_random.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace understudy::dns {
namespace {

Name N(absl::string_view text) {
  auto name = Name::FromText(text);
  EXPECT_OK(name) << text;
  return *name;
}

bool Below(const Name& name, const Name& ancestor) {
  return WireIsAtOrBelow(name.wire(), ancestor.wire());
}

std::string Key(const Name& name, const Name& apex) {
  OrderKey key;
  MakeOrderKey(name.wire(), apex.size(), &key);
  return std::string(key.view());
}

TEST(Name, TextRoundTrips) {
  for (const char* text : {"example.org", ".", "a", "xn--bcher-kva.example",
                           R"(a\.b.example)", R"(\000\255.x)", "*.w.example",
                           R"(quo\"te.example)", "_sip._tcp.example"}) {
    EXPECT_EQ(N(text).ToText(), text);
  }
}

TEST(Name, FinalDotMayBeLeftOut) { EXPECT_EQ(N("a.b."), N("a.b")); }

TEST(Name, RefusesWhatIsNone) {
  const std::string label64(64, 'a');
  std::string long_name;
  for (int i = 0; i < 50; ++i) long_name += "abcde.";
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a..b"),
        std::string(".a"), label64, long_name, std::string("a\\"),
        std::string("a\\25"), std::string("\\256")}) {
    EXPECT_THAT(Name::FromText(text),
                HasCode(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(Name, TakesTheLongestNames) {
  // Three labels of 63 and one of 61 make 255 octets.
  const std::string l63(63, 'a'), l61(61, 'b'), l62(62, 'b');
  EXPECT_OK(Name::FromText(l63 + "." + l63 + "." + l63 + "." + l61));
  EXPECT_FALSE(Name::FromText(l63 + "." + l63 + "." + l63 + "." + l62).ok());
}

TEST(Name, WireIsChecked) {
  EXPECT_OK(Name::FromWire(absl::string_view("\1a\0", 3)));
  for (absl::string_view wire :
       {absl::string_view("", 0), absl::string_view("\1a", 2),
        absl::string_view("\2a\0", 3), absl::string_view("\0\0", 2),
        absl::string_view("\xc0\x0c", 2)}) {
    EXPECT_FALSE(Name::FromWire(wire).ok());
  }
}

TEST(Name, ComparesWithoutCase) {
  EXPECT_EQ(N("WWW.Example"), N("www.eXAMPLE"));
  EXPECT_EQ(N("WWW.Example").Lower().ToText(), "www.example");
  // Only ASCII letters have a case (RFC 4343 s3).
  EXPECT_FALSE(N(R"(\193.example)") == N(R"(\225.example)"));
}

TEST(WireIsAtOrBelow, KnowsAncestors) {
  EXPECT_TRUE(Below(N("a.b.example"), N("B.EXAMPLE")));
  EXPECT_TRUE(Below(N("example"), N("example")));
  EXPECT_TRUE(Below(N("example"), Name()));
  EXPECT_FALSE(Below(N("ab.example"), N("b.example")));
  EXPECT_FALSE(Below(N("example"), N("a.example")));
  // The octets of one label may look like another name's labels.
  EXPECT_FALSE(Below(N(R"(x\001b.example)"), N("b.example")));
}

TEST(OrderKey, SortsAsRfc4034Section61) {
  // The RFC's own example, below example.
  const std::vector<std::string> order = {
      "example",           "a.example",      "yljkjljk.a.example",
      "Z.a.example",       "zABC.a.EXAMPLE", "z.example",
      R"(\001.z.example)", "*.z.example",    R"(\200.z.example)"};
  for (size_t i = 1; i < order.size(); ++i) {
    EXPECT_LT(Key(N(order[i - 1]), N("example")),
              Key(N(order[i]), N("example")))
        << order[i];
  }
}

TEST(OrderKey, LowestOctetsKeepTheirOrder) {
  Name apex = N("example");
  EXPECT_LT(Key(N(R"(\000.example)"), apex),
            Key(N(R"(\000\000.example)"), apex));
  EXPECT_LT(Key(N(R"(\000\000.example)"), apex),
            Key(N(R"(\001.example)"), apex));
  EXPECT_LT(Key(N(R"(\001.example)"), apex), Key(N(R"(\002.example)"), apex));
  // A shorter label stands before every longer one, and children between.
  EXPECT_LT(Key(N("x.a.example"), apex), Key(N(R"(a\000.example)"), apex));
}

// The order of RFC 4034 s6.1, told without keys.
bool CanonicalLess(const Name& a, const Name& b) {
  auto labels = [](const Name& name) {
    std::vector<std::string> out;
    Name lower = name.Lower();
    absl::string_view wire = lower.wire();
    for (size_t at = 0; wire[at] != '\0';
         at += 1 + static_cast<uint8_t>(wire[at])) {
      out.emplace_back(wire.substr(at + 1, static_cast<uint8_t>(wire[at])));
    }
    std::reverse(out.begin(), out.end());
    return out;
  };
  return labels(a) < labels(b);
}

TEST(OrderKey, AgreesWithTheDefinitionOnRandomNames) {
  const uint64_t seed = 20261121;
  SCOPED_TRACE(seed);
  FakeRandom random(seed);
  auto random_name = [&] {
    std::string wire;
    for (uint64_t labels = random.Uint64() % 4; labels > 0; --labels) {
      size_t size = 1 + random.Uint64() % 3;
      wire.push_back(static_cast<char>(size));
      const char octets[] = {0, 1, 2, 'a', 'A', 'b', '*', -1};
      while (size-- > 0) wire.push_back(octets[random.Uint64() % 8]);
    }
    wire.append("\7example", 8);
    wire.push_back('\0');
    return *Name::FromWire(wire);
  };
  Name apex = N("example");
  for (int i = 0; i < 20000; ++i) {
    Name a = random_name(), b = random_name();
    std::string ka = Key(a, apex), kb = Key(b, apex);
    ASSERT_EQ(ka < kb, CanonicalLess(a, b)) << a.ToText() << " " << b.ToText();
    ASSERT_EQ(ka == kb, a == b);
    ASSERT_EQ(NameOfOrderKey(ka, apex), a);
    ASSERT_EQ(OrderKeyLabels(ka), a.label_count() - 1);
    ASSERT_EQ(Below(a, b), ka.substr(0, kb.size()) == kb);
  }
}

TEST(CommonAncestorSize, EndsAtALabel) {
  Name apex = N("example");
  std::string a = Key(N("www.abc.example"), apex);
  EXPECT_EQ(CommonAncestorSize(a, Key(N("abd.example"), apex)), 0u);
  EXPECT_EQ(CommonAncestorSize(a, Key(N("w.abc.example"), apex)),
            Key(N("abc.example"), apex).size());
  EXPECT_EQ(CommonAncestorSize(a, a), a.size());
}

TEST(OrderKey, TheLongestNameFits) {
  std::string wire;
  for (int i = 0; i < 3; ++i) wire += std::string(1, 63) + std::string(63, 1);
  wire += std::string(1, 61) + std::string(61, 0) + std::string(1, 0);
  auto name = Name::FromWire(wire);
  ASSERT_OK(name);
  OrderKey key;
  MakeOrderKey(name->wire(), 1, &key);
  EXPECT_EQ(key.size, 2 * (63 * 3 + 61) + 4);
}

}  // namespace
}  // namespace understudy::dns
