// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/wire_reader.h"

// Any bytes as a message: header, names, records and their RDATA. What was read
// must be valid by the stricter reading of Name, and survive its text form.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace understudy::dns;
  absl::string_view message(reinterpret_cast<const char*>(data), size);
  WireReader reader(message);
  MessageHeader header;
  if (!ReadMessageHeader(reader, &header)) return 0;
  for (int i = 0; i < header.question_count && reader.ok(); ++i) {
    NameBuffer name;
    if (!reader.ReadName(&name)) return 0;
    auto owned = Name::FromWire(name.wire());
    UNDERSTUDY_CHECK(owned.ok());
    auto back = Name::FromText(owned->ToText());
    UNDERSTUDY_CHECK(back.ok() && back->wire() == owned->wire());
    reader.U16();
    reader.U16();
  }
  std::string rdata;
  while (reader.ok() && reader.remaining() > 0) {
    RecordHeader record;
    if (!ReadRecordHeader(reader, &record)) return 0;
    UNDERSTUDY_CHECK(Name::FromWire(record.owner.wire()).ok());
    rdata.clear();
    const size_t before = reader.offset();
    if (!ReadRdata(reader, record.type, record.rdata_size, &rdata)) return 0;
    UNDERSTUDY_CHECK(reader.offset() == before + record.rdata_size);
    SoaFields soa;
    if (record.type == kTypeSoa) UNDERSTUDY_CHECK(ParseSoa(rdata, &soa));
  }
  return 0;
}
