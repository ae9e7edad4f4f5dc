// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/zone_report_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace understudy::control {
namespace {

constexpr size_t kMaxReason = 64;
constexpr size_t kMaxPrimary = 64;

// Seconds of 0001-01-01 and of 9999-12-31, the range of a Timestamp.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

// The length of the UTF-8 character that `text` begins with (RFC 3629 s4); 0
// when it begins with none.
size_t CharacterLength(absl::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies above U+10FFFF.
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

std::optional<absl::Time> TimeOf(bool present,
                                 const google::protobuf::Timestamp& time) {
  if (!present || time.seconds() < kFirstSecond ||
      time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() >= 1'000'000'000) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

// The catalogue's words are capitals, digits and underscores.
std::string ReasonOf(const std::string& reason) {
  bool is_word =
      !reason.empty() && reason.size() <= kMaxReason &&
      std::all_of(reason.begin(), reason.end(), [](char c) {
        auto u = static_cast<unsigned char>(c);
        return absl::ascii_isupper(u) || absl::ascii_isdigit(u) || c == '_';
      });
  return is_word ? reason : "UNRECOGNIZED";
}

std::optional<PlacementRow::State> StateOf(edge::v1::ZoneReport::State state) {
  switch (state) {
    case edge::v1::ZoneReport::STATE_LOADING:
      return PlacementRow::State::kLoading;
    case edge::v1::ZoneReport::STATE_SERVING:
      return PlacementRow::State::kServing;
    case edge::v1::ZoneReport::STATE_EXPIRED:
      return PlacementRow::State::kExpired;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string CleanText(absl::string_view text, size_t max_bytes) {
  std::string clean;
  while (!text.empty()) {
    size_t length = CharacterLength(text);
    absl::string_view piece = text.substr(0, std::max<size_t>(length, 1));
    text.remove_prefix(piece.size());
    if (length == 0) {
      piece = "?";
    } else if (length == 1 &&
               absl::ascii_iscntrl(static_cast<unsigned char>(piece[0]))) {
      piece = " ";
    }
    if (clean.size() + piece.size() > max_bytes) break;
    clean.append(piece.data(), piece.size());
  }
  return clean;
}

std::optional<PlacementRow> PlacementOf(const edge::v1::ZoneReport& report,
                                        const AssignmentId& id,
                                        const std::string& edge,
                                        absl::Time now) {
  std::optional<PlacementRow::State> state = StateOf(report.state());
  if (!state.has_value()) return std::nullopt;
  PlacementRow row;
  row.zone_uid = id.uid();
  row.edge = edge;
  row.state = *state;
  if (report.has_serial()) row.serial = report.serial();
  if (report.has_primary_serial()) row.primary_serial = report.primary_serial();
  row.publish_time = TimeOf(report.has_publish_time(), report.publish_time());
  row.last_check_time =
      TimeOf(report.has_last_check_time(), report.last_check_time());
  row.next_check_time =
      TimeOf(report.has_next_check_time(), report.next_check_time());
  row.expire_time = TimeOf(report.has_expire_time(), report.expire_time());
  row.consecutive_failures = report.consecutive_failures();
  // Stored as a signed number.
  row.record_count = std::min(report.record_count(), uint64_t{INT64_MAX});
  if (report.has_last_error()) {
    const edge::v1::TransferFailure& error = report.last_error();
    row.error_reason = ReasonOf(error.reason());
    row.error_evidence = CleanText(error.evidence(), kMaxEvidence);
    row.error_primary = CleanText(error.primary(), kMaxPrimary);
    row.error_time = TimeOf(error.has_time(), error.time());
  }
  row.report_time = now;
  return row;
}

}  // namespace understudy::control
