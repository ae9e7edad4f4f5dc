// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/testing/answer_world.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "dns/rdata.h"
#include "dns/types.h"
#include "dns/wire_reader.h"
#include "dns/wire_writer.h"
#include "edgenode/zone/testing/zone_text.h"

namespace understudy::edge {
namespace {

bool DecodeSection(dns::WireReader& reader, int count,
                   std::vector<std::string>* lines, DecodedResponse* out) {
  for (; count > 0; --count) {
    dns::RecordHeader record;
    if (!dns::ReadRecordHeader(reader, &record)) return false;
    std::string rdata;
    if (!dns::ReadRdata(reader, record.type, record.rdata_size, &rdata)) {
      return false;
    }
    if (record.type == dns::kTypeOpt) {
      if (out->has_opt || record.owner.size != 1) return false;
      out->has_opt = true;
      out->udp_size = record.rr_class;
      out->rcode = static_cast<uint16_t>(out->rcode | (record.ttl >> 24) << 4);
      continue;
    }
    if (record.rr_class != dns::kClassIn) return false;
    lines->push_back(absl::StrCat(
        dns::Name::FromWire(record.owner.wire())->ToText(), " ", record.ttl,
        " ", record.type, " ", absl::BytesToHexString(rdata)));
  }
  return true;
}

}  // namespace

std::optional<DecodedResponse> DecodeResponse(absl::string_view message) {
  dns::WireReader reader(message);
  dns::MessageHeader header;
  if (!dns::ReadMessageHeader(reader, &header)) return std::nullopt;
  DecodedResponse out;
  out.id = header.id;
  out.flags = header.flags;
  out.rcode = header.rcode();
  for (int i = 0; i < header.question_count; ++i) {
    dns::NameBuffer name;
    reader.ReadPlainName(&name);
    reader.Bytes(4);
  }
  if (!DecodeSection(reader, header.answer_count, &out.answer, &out) ||
      !DecodeSection(reader, header.authority_count, &out.authority, &out) ||
      !DecodeSection(reader, header.additional_count, &out.additional, &out) ||
      !reader.ok() || reader.remaining() != 0) {
    return std::nullopt;
  }
  return out;
}

std::string EncodeQuery(const QueryText& query) {
  std::string message;
  dns::WireWriter writer(&message);
  writer.Header(0x1234, query.flags, 1, 0, 0, query.edns_size >= 0);
  auto name = dns::Name::FromText(query.name);
  UNDERSTUDY_CHECK(name.ok());
  writer.Bytes(name->wire());
  writer.U16(query.type);
  writer.U16(query.rr_class);
  if (query.edns_size >= 0) {
    writer.U8(0);
    writer.U16(dns::kTypeOpt);
    writer.U16(static_cast<uint16_t>(query.edns_size));
    writer.U8(0);
    writer.U8(query.edns_version);
    writer.U16(0);
    writer.U16(0);
  }
  return message;
}

void NotifyLog::OnNotify(uint64_t zone_id, const SocketAddress& source,
                         std::optional<uint32_t> serial) {
  lines.push_back(absl::StrCat(zone_id, " ", source.ToString(), " ",
                               serial ? absl::StrCat(*serial) : "-"));
}

AnswerWorld::AnswerWorld() = default;

void AnswerWorld::Serve(absl::string_view apex, absl::string_view lines) {
  auto name = dns::Name::FromText(apex);
  UNDERSTUDY_CHECK(name.ok());
  UNDERSTUDY_CHECK(
      table.Add(next_id_++, *name, {*SocketAddress::Parse("192.0.2.53:53")})
          .ok());
  table.Publish(*name, MustBuildZone(apex, lines));
}

std::string AnswerWorld::Ask(absl::string_view message, Transport transport,
                             absl::string_view source) {
  std::string out(65535, '\0');
  const SocketAddress from = *SocketAddress::Parse(source);
  // In memory of its own size, so that a sanitizer sees a read behind its end.
  const std::vector<char> exact(message.begin(), message.end());
  out.resize(answerer.Answer({exact.data(), exact.size()}, from.sockaddr_ptr(),
                             transport,
                             reinterpret_cast<uint8_t*>(out.data())));
  return out;
}

DecodedResponse AnswerWorld::Ask(const QueryText& query, Transport transport) {
  auto decoded = DecodeResponse(Ask(EncodeQuery(query), transport));
  UNDERSTUDY_CHECK(decoded.has_value());
  UNDERSTUDY_CHECK(decoded->id == 0x1234);
  return *decoded;
}

}  // namespace understudy::edge
