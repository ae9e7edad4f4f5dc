// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/store/row_codec.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace understudy::control {
namespace {

absl::Time Time(const pqxx::field& field) {
  return absl::FromUnixMicros(field.as<int64_t>());
}

std::optional<absl::Time> MaybeTime(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return Time(field);
}

std::optional<uint32_t> MaybeSerial(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return static_cast<uint32_t>(field.as<int64_t>());
}

std::string Text(const pqxx::field& field) {
  return std::string(field.c_str(), field.size());
}

// "192.0.2.1 53,2001:db8::1 5353"
std::vector<PrimaryRow> Primaries(const pqxx::field& field) {
  std::vector<PrimaryRow> primaries;
  const std::string list = Text(field);
  for (absl::string_view item : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(item, ' ');
    uint32_t port = 0;
    if (!absl::SimpleAtoi(parts.second, &port) || port > 65535) {
      throw pqxx::conversion_error("a primary's port is not one");
    }
    primaries.push_back({parts.first, static_cast<uint16_t>(port)});
  }
  return primaries;
}

}  // namespace

ZoneRow ToZone(const pqxx::row& row) {
  ZoneRow zone;
  zone.uid = Text(row[0]);
  zone.project = Text(row[1]);
  zone.zone = Text(row[2]);
  zone.primaries = Primaries(row[3]);
  zone.claim_proven = row[4].as<bool>();
  zone.revision = row[5].as<int64_t>();
  zone.refresh_generation = row[6].as<int64_t>();
  zone.retransfer_generation = row[7].as<int64_t>();
  zone.create_time = Time(row[8]);
  zone.update_time = Time(row[9]);
  zone.delete_time = MaybeTime(row[10]);
  zone.etag = Text(row[11]);
  return zone;
}

std::vector<ZoneRow> ToZones(const pqxx::result& rows) {
  std::vector<ZoneRow> zones;
  zones.reserve(rows.size());
  for (const pqxx::row& row : rows) zones.push_back(ToZone(row));
  return zones;
}

EdgeRow ToEdge(const pqxx::row& row) {
  EdgeRow edge;
  edge.id = Text(row[0]);
  edge.uid = Text(row[1]);
  edge.create_time = Time(row[2]);
  edge.connected = row[3].as<bool>();
  edge.last_contact_time = MaybeTime(row[4]);
  edge.version = Text(row[5]);
  edge.instance = Text(row[6]);
  edge.acked_revision = row[7].as<int64_t>();
  edge.zones_serving = row[8].as<int64_t>();
  return edge;
}

PlacementRow ToPlacement(const pqxx::row& row) {
  PlacementRow placement;
  placement.zone_uid = Text(row[0]);
  placement.edge = Text(row[1]);
  placement.state = static_cast<PlacementRow::State>(row[2].as<int>());
  placement.serial = MaybeSerial(row[3]);
  placement.primary_serial = MaybeSerial(row[4]);
  placement.publish_time = MaybeTime(row[5]);
  placement.last_check_time = MaybeTime(row[6]);
  placement.next_check_time = MaybeTime(row[7]);
  placement.expire_time = MaybeTime(row[8]);
  placement.consecutive_failures = static_cast<uint32_t>(row[9].as<int64_t>());
  placement.record_count = static_cast<uint64_t>(row[10].as<int64_t>());
  placement.error_reason = Text(row[11]);
  placement.error_evidence = Text(row[12]);
  placement.error_primary = Text(row[13]);
  placement.error_time = MaybeTime(row[14]);
  placement.report_time = Time(row[15]);
  return placement;
}

RejectionRow ToRejection(const pqxx::row& row) {
  return {Text(row[0]), Text(row[1]), row[2].as<int64_t>(), Text(row[3])};
}

TokenRow ToToken(const pqxx::row& row) {
  TokenRow token;
  token.sha256_hex = Text(row[0]);
  const std::string kind = Text(row[1]);
  token.kind = kind == "operator" ? TokenKind::kOperator
               : kind == "edge"   ? TokenKind::kEdge
                                  : TokenKind::kProjectOwner;
  token.subject = Text(row[2]);
  return token;
}

const char* KindText(TokenKind kind) {
  switch (kind) {
    case TokenKind::kProjectOwner:
      return "project";
    case TokenKind::kOperator:
      return "operator";
    case TokenKind::kEdge:
      return "edge";
  }
  return "";
}

}  // namespace understudy::control
