// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/lookup.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/testing/fake_random.h"
#include "dns/name.h"
#include "dns/types.h"
#include "edgenode/zone/testing/zone_text.h"
#include "gtest/gtest.h"

namespace understudy::edge {
namespace {

using Kind = LookupResult::Kind;

class LookupTest : public ::testing::Test {
 protected:
  LookupResult Ask(absl::string_view name, uint16_t type) {
    auto qname = *dns::Name::FromText(absl::StrCat(name, ".example.org"));
    dns::OrderKey key;
    dns::MakeOrderKey(qname.wire(), zone_->apex().size(), &key);
    return Lookup(*zone_, key.view(), type);
  }

  ZoneRef zone_ = MustBuildZone("example.org", ZoneHead(1) +
                                                   R"(
    www 60 A 192.0.2.2
    alias 60 CNAME www
    a.b.ent 60 TXT x
    *.w 60 TXT wild
    *.w 60 A 192.0.2.3
    host.w 60 A 192.0.2.4
    deep.ent.w 60 A 192.0.2.5
    sub 60 NS ns.sub
    sub 60 TYPE43 0001
    ns.sub 60 A 192.0.2.6
    *.sub 60 A 192.0.2.7
    *.cw 60 CNAME www
  )");
};

TEST_F(LookupTest, ExactMatches) {
  EXPECT_EQ(Ask("www", dns::kTypeA).kind, Kind::kAnswer);
  EXPECT_EQ(Ask("WWW", dns::kTypeA).kind, Kind::kAnswer);
  EXPECT_EQ(Ask("www", dns::kTypeAaaa).kind, Kind::kNoData);
  EXPECT_EQ(Ask("nope", dns::kTypeA).kind, Kind::kNxDomain);
  EXPECT_EQ(Ask("x.www", dns::kTypeA).kind, Kind::kNxDomain);
}

TEST_F(LookupTest, Cname) {
  EXPECT_EQ(Ask("alias", dns::kTypeA).kind, Kind::kCname);
  EXPECT_EQ(Ask("alias", dns::kTypeCname).kind, Kind::kAnswer);
}

TEST_F(LookupTest, EmptyNonTerminalsAreNoData) {
  EXPECT_EQ(Ask("ent", dns::kTypeA).kind, Kind::kNoData);
  EXPECT_EQ(Ask("b.ent", dns::kTypeAny).kind, Kind::kNoData);
  EXPECT_EQ(Ask("c.ent", dns::kTypeA).kind, Kind::kNxDomain);
}

TEST_F(LookupTest, Wildcards) {
  LookupResult r = Ask("x.w", dns::kTypeTxt);
  EXPECT_EQ(r.kind, Kind::kAnswer);
  EXPECT_TRUE(r.is_wildcard);
  // Several labels are covered too (RFC 4592 s2.1.1).
  EXPECT_EQ(Ask("x.y.w", dns::kTypeTxt).kind, Kind::kAnswer);
  EXPECT_EQ(Ask("x.w", dns::kTypeMx).kind, Kind::kNoData);
  // An existing name, an empty one as well, blocks it (RFC 4592 s2.2.2).
  EXPECT_EQ(Ask("host.w", dns::kTypeTxt).kind, Kind::kNoData);
  EXPECT_EQ(Ask("x.host.w", dns::kTypeTxt).kind, Kind::kNxDomain);
  EXPECT_EQ(Ask("x.ent.w", dns::kTypeTxt).kind, Kind::kNxDomain);
  EXPECT_EQ(Ask("w", dns::kTypeTxt).kind, Kind::kNoData);
  // Its own name is a name like any other.
  r = Ask("*.w", dns::kTypeTxt);
  EXPECT_EQ(r.kind, Kind::kAnswer);
  EXPECT_FALSE(r.is_wildcard);
  EXPECT_EQ(Ask("x.cw", dns::kTypeA).kind, Kind::kCname);
}

TEST_F(LookupTest, Referrals) {
  for (const char* name : {"sub", "ns.sub", "x.sub", "a.b.c.sub"}) {
    LookupResult r = Ask(name, dns::kTypeA);
    EXPECT_EQ(r.kind, Kind::kReferral) << name;
    EXPECT_EQ(r.owner_labels, 1);
    EXPECT_EQ(r.rrset.type(), dns::kTypeNs);
  }
  // DS is the parent's (RFC 4035 s3.1.4.1), but only at the cut itself.
  EXPECT_EQ(Ask("sub", dns::kTypeDs).kind, Kind::kAnswer);
  EXPECT_EQ(Ask("x.sub", dns::kTypeDs).kind, Kind::kReferral);
}

// The same rules told naively, over a map of names; for random zones.
class Oracle {
 public:
  void Add(const dns::Name& owner, uint16_t type) {
    types_[owner.Lower().ToText()].insert(type);
  }

  Kind Ask(const dns::Name& qname, uint16_t type, int apex_labels) const {
    std::vector<std::string> ancestors;  // From the apex down to the name.
    std::string text = qname.Lower().ToText();
    for (int n = qname.label_count(); n > apex_labels; --n) {
      ancestors.insert(ancestors.begin(), text);
      text = text.substr(text.find('.') + 1);
    }
    std::string encloser = text;
    for (const std::string& name : ancestors) {
      if (!Exists(name)) break;
      encloser = name;
      if (Has(name, dns::kTypeNs) &&
          !(name == ancestors.back() && type == dns::kTypeDs)) {
        return Kind::kReferral;
      }
    }
    if (ancestors.empty() || encloser == ancestors.back()) {
      return From(ancestors.empty() ? text : ancestors.back(), type);
    }
    const std::string wildcard = "*." + encloser;
    return Exists(wildcard) ? From(wildcard, type) : Kind::kNxDomain;
  }

 private:
  bool Has(const std::string& name, uint16_t type) const {
    auto it = types_.find(name);
    return it != types_.end() && it->second.count(type);
  }
  bool Exists(const std::string& name) const {
    if (types_.count(name)) return true;
    for (const auto& [other, types] : types_) {
      if (other.size() > name.size() &&
          other.compare(other.size() - name.size() - 1, std::string::npos,
                        "." + name) == 0) {
        return true;
      }
    }
    return false;
  }
  Kind From(const std::string& name, uint16_t type) const {
    if (Has(name, type)) return Kind::kAnswer;
    return Has(name, dns::kTypeCname) ? Kind::kCname : Kind::kNoData;
  }
  std::map<std::string, std::set<uint16_t>> types_;
};

TEST(LookupProperty, AgreesWithANaiveReading) {
  const uint64_t seed = 4711;
  SCOPED_TRACE(seed);
  FakeRandom random(seed);
  const auto apex = *dns::Name::FromText("z");
  const char* labels[] = {"a", "b", "c", "*"};
  auto random_name = [&] {
    std::string text = "z";
    for (uint64_t n = 1 + random.Uint64() % 3; n > 0; --n) {
      text = absl::StrCat(labels[random.Uint64() % 4], ".", text);
    }
    return text;
  };
  for (int round = 0; round < 1000; ++round) {
    Oracle oracle;
    std::set<std::string> used;
    std::string lines = "@ 60 SOA n h 1 2 3 4 5\n@ 60 NS n.\n";
    for (uint64_t n = random.Uint64() % 8; n > 0; --n) {
      std::string owner = random_name();
      if (!used.insert(owner).second) continue;
      // A wildcard NS has no defined meaning (RFC 4592 s4.2): left out here.
      const bool may_ns = owner.front() != '*';
      const char* types[] = {"A 192.0.2.1", "CNAME t.", "NS n.", "TXT x"};
      const uint16_t numbers[] = {dns::kTypeA, dns::kTypeCname, dns::kTypeNs,
                                  dns::kTypeTxt};
      size_t pick = random.Uint64() % 4;
      if (pick == 2 && !may_ns) pick = 3;
      absl::StrAppend(&lines, owner, ". 60 ", types[pick], "\n");
      oracle.Add(*dns::Name::FromText(owner), numbers[pick]);
    }
    ZoneRef zone = MustBuildZone("z", lines);
    for (int q = 0; q < 40; ++q) {
      auto qname = *dns::Name::FromText(random_name());
      const uint16_t type = q % 4 == 0   ? dns::kTypeDs
                            : q % 4 == 1 ? dns::kTypeTxt
                                         : dns::kTypeA;
      dns::OrderKey key;
      dns::MakeOrderKey(qname.wire(), apex.size(), &key);
      ASSERT_EQ(static_cast<int>(Lookup(*zone, key.view(), type).kind),
                static_cast<int>(oracle.Ask(qname, type, 1)))
          << qname.ToText() << " type " << type << " in\n"
          << lines;
    }
  }
}

}  // namespace
}  // namespace understudy::edge
