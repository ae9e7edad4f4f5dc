// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/types.h"
#include "dns/xfr_reader.h"

// Any bytes as what a primary sends over TCP: messages behind their two-octet
// sizes. The question is AXFR of "example." with the id of the first message.
// Whatever comes out must be valid by the stricter reading of Name, and a
// whole transfer begins with a SOA that can be read.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace understudy::dns;
  absl::string_view stream(reinterpret_cast<const char*>(data), size);
  if (size < 4) return 0;
  const auto id = static_cast<uint16_t>(data[2] << 8 | data[3]);
  XfrReader reader(Name::FromValidWire(absl::string_view("\7example\0", 9)),
                   id);
  uint64_t taken = 0;
  while (stream.size() >= 2) {
    const size_t length = static_cast<size_t>(
        static_cast<uint8_t>(stream[0]) << 8 | static_cast<uint8_t>(stream[1]));
    stream.remove_prefix(2);
    if (length > stream.size()) break;
    auto step =
        reader.Feed(stream.substr(0, length), [&](const XfrRecord& record) {
          UNDERSTUDY_CHECK(Name::FromWire(record.owner).ok());
          UNDERSTUDY_CHECK(!IsMetaType(record.type));
          UNDERSTUDY_CHECK(record.ttl <= 0x7fffffff);
          UNDERSTUDY_CHECK(record.rdata.size() <= kMaxMessageSize);
          SoaFields soa;
          if (taken++ == 0) UNDERSTUDY_CHECK(ParseSoa(record.rdata, &soa));
          return taken < 100'000;
        });
    stream.remove_prefix(length);
    UNDERSTUDY_CHECK(reader.record_count() == taken);
    if (step == XfrReader::Step::kMore) continue;
    UNDERSTUDY_CHECK((step == XfrReader::Step::kFailed) ==
                     (reader.error() != XfrError::kNone));
    return 0;
  }
  return 0;
}
