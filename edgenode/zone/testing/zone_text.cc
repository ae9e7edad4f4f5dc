// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/zone/testing/zone_text.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "dns/types.h"

namespace understudy::edge {
namespace {

dns::Name NameBelow(const dns::Name& apex, absl::string_view text) {
  if (text == "@") return apex;
  std::string whole(text);
  if (whole.back() != '.') absl::StrAppend(&whole, ".", apex.ToText());
  auto name = dns::Name::FromText(whole);
  UNDERSTUDY_CHECK(name.ok());
  return *name;
}

void Put16(std::string* out, uint32_t v) {
  out->push_back(static_cast<char>(v >> 8));
  out->push_back(static_cast<char>(v));
}

uint32_t Number(absl::string_view text) {
  uint32_t v;
  UNDERSTUDY_CHECK(absl::SimpleAtoi(text, &v));
  return v;
}

void AppendName(std::string* out, const dns::Name& name) {
  out->append(name.wire().data(), name.wire().size());
}

}  // namespace

TextRecord ParseTextRecord(const dns::Name& apex, absl::string_view line) {
  const std::vector<std::string> f =
      absl::StrSplit(line, ' ', absl::SkipWhitespace());
  UNDERSTUDY_CHECK(f.size() >= 4);
  TextRecord r{NameBelow(apex, f[0]), 0, Number(f[1]), ""};
  const std::string& type = f[2];
  if (type == "A" || type == "AAAA") {
    const bool v4 = type == "A";
    r.type = v4 ? dns::kTypeA : dns::kTypeAaaa;
    r.rdata.resize(v4 ? 4 : 16);
    UNDERSTUDY_CHECK(
        inet_pton(v4 ? AF_INET : AF_INET6, f[3].c_str(), r.rdata.data()) == 1);
  } else if (type == "NS" || type == "CNAME") {
    r.type = type == "NS" ? dns::kTypeNs : dns::kTypeCname;
    AppendName(&r.rdata, NameBelow(apex, f[3]));
  } else if (type == "MX") {
    r.type = dns::kTypeMx;
    Put16(&r.rdata, Number(f[3]));
    AppendName(&r.rdata, NameBelow(apex, f[4]));
  } else if (type == "TXT") {
    r.type = dns::kTypeTxt;
    r.rdata.push_back(static_cast<char>(f[3].size()));
    r.rdata += f[3];
  } else if (type == "SOA") {
    r.type = dns::kTypeSoa;
    AppendName(&r.rdata, NameBelow(apex, f[3]));
    AppendName(&r.rdata, NameBelow(apex, f[4]));
    for (size_t i = 5; i < 10; ++i) {
      Put16(&r.rdata, Number(f[i]) >> 16);
      Put16(&r.rdata, Number(f[i]));
    }
  } else {
    UNDERSTUDY_CHECK(absl::StartsWith(type, "TYPE"));
    r.type = static_cast<uint16_t>(Number(type.substr(4)));
    if (f[3] != "-") r.rdata = absl::HexStringToBytes(f[3]);
  }
  return r;
}

std::variant<ZoneRef, Failure> BuildZone(absl::string_view apex,
                                         absl::string_view lines,
                                         const ZoneLimits& limits) {
  auto name = dns::Name::FromText(apex);
  UNDERSTUDY_CHECK(name.ok());
  ZoneBuilder builder(*name, limits);
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    const TextRecord r = ParseTextRecord(*name, line);
    if (Failure f = builder.Add(r.owner.wire(), r.type, r.ttl, r.rdata);
        !f.ok()) {
      return f;
    }
  }
  return builder.Build();
}

ZoneRef MustBuildZone(absl::string_view apex, absl::string_view lines) {
  auto built = BuildZone(apex, lines);
  UNDERSTUDY_CHECK(std::holds_alternative<ZoneRef>(built));
  return std::get<ZoneRef>(built);
}

std::string ZoneHead(uint32_t serial) {
  return absl::StrCat("@ 3600 SOA ns1 host ", serial,
                      " 3600 900 604800 300\n@ 3600 NS ns1\n"
                      "ns1 3600 A 192.0.2.1\n");
}

}  // namespace understudy::edge
