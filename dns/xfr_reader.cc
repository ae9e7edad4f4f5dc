// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/xfr_reader.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dns/types.h"

namespace understudy::dns {
namespace {

// RFC 2181 s8: a TTL with its highest bit set counts as zero.
uint32_t EffectiveTtl(uint32_t ttl) { return ttl > 0x7fffffff ? 0 : ttl; }

// Equal but for the case of the two names, which may come from compression
// against an owner that is written differently. Label lengths are below any
// letter, and the five numbers behind the names are compared as they are.
bool SameSoa(absl::string_view a, absl::string_view b) {
  constexpr size_t kNumbers = 20;
  if (a.size() != b.size() || a.size() < kNumbers) return false;
  const size_t names = a.size() - kNumbers;
  if (a.substr(names) != b.substr(names)) return false;
  for (size_t i = 0; i < names; ++i) {
    if (ToLower(static_cast<uint8_t>(a[i])) !=
        ToLower(static_cast<uint8_t>(b[i]))) {
      return false;
    }
  }
  return true;
}

std::string NameText(absl::string_view wire) {
  return Name::FromValidWire(wire).ToText();
}

}  // namespace

XfrReader::Step XfrReader::Fail(XfrError error, std::string evidence) {
  error_ = error;
  evidence_ = std::move(evidence);
  return Step::kFailed;
}

XfrReader::Step XfrReader::Feed(absl::string_view message, Take take) {
  WireReader reader(message);
  MessageHeader header;
  if (!ReadMessageHeader(reader, &header)) {
    return Fail(
        XfrError::kMalformed,
        absl::StrCat("a message of ", message.size(), " bytes is too short"));
  }
  if (!CheckHeader(header) || !CheckQuestion(reader, header)) {
    return Step::kFailed;
  }
  first_message_ = false;
  if (header.answer_count == 0) {
    if (++empty_messages_ <= kMaxEmptyMessages) return Step::kMore;
    return Fail(
        XfrError::kTooManyEmpty,
        absl::StrCat(empty_messages_, " messages in a row hold no record"));
  }
  empty_messages_ = 0;
  for (int i = 0; i < header.answer_count; ++i) {
    if (done_) {
      return Fail(XfrError::kTrailingRecords,
                  absl::StrCat(header.answer_count - i,
                               " records behind the closing SOA"));
    }
    if (!ReadRecord(reader, take)) return Step::kFailed;
  }
  // Authority and additional sections hold nothing of the zone (RFC 5936
  // s2.2.4, s2.2.5) and are left unread.
  return done_ ? Step::kDone : Step::kMore;
}

bool XfrReader::CheckHeader(const MessageHeader& header) {
  if ((header.flags & kFlagQr) == 0 || header.opcode() != kOpcodeQuery) {
    Fail(XfrError::kWrongMessage,
         absl::StrCat("a message is no answer (flags ",
                      absl::Hex(header.flags, absl::kZeroPad4), ")"));
    return false;
  }
  // RFC 5936 s2.2.1: the same in all messages.
  if (header.id != id_) {
    Fail(XfrError::kWrongMessage,
         absl::StrCat("a message has the id ", header.id, " instead of ", id_));
    return false;
  }
  if (header.rcode() != kRcodeNoError) {
    rcode_ = header.rcode();
    Fail(XfrError::kRcode,
         absl::StrCat("RCODE ", rcode_, " after ", records_, " records"));
    return false;
  }
  if (header.flags & kFlagTc) {
    Fail(XfrError::kTruncated, "a message over TCP has TC set");
    return false;
  }
  return true;
}

bool XfrReader::CheckQuestion(WireReader& reader, const MessageHeader& header) {
  // RFC 5936 s2.2.2: one in the first message, none or one in the others.
  if (header.question_count == 0 && !first_message_) return true;
  if (header.question_count != 1) {
    Fail(XfrError::kWrongMessage,
         absl::StrCat("a message has ", header.question_count, " questions"));
    return false;
  }
  NameBuffer name;
  reader.ReadName(&name);
  const uint16_t type = reader.U16();
  const uint16_t rr_class = reader.U16();
  if (!reader.ok()) {
    Fail(XfrError::kMalformed, "the question cannot be read");
    return false;
  }
  if (!WireNamesEqual(name.wire(), zone_.wire()) || type != kTypeAxfr ||
      rr_class != kClassIn) {
    Fail(XfrError::kWrongMessage,
         absl::StrCat("the answer is to the question ", NameText(name.wire()),
                      " type ", type, " class ", rr_class));
    return false;
  }
  return true;
}

bool XfrReader::ReadRecord(WireReader& reader, Take take) {
  RecordHeader record;
  if (!ReadRecordHeader(reader, &record)) {
    Fail(XfrError::kMalformed,
         absl::StrCat("record ", records_ + 1, " cannot be read"));
    return false;
  }
  if (record.rr_class != kClassIn || IsMetaType(record.type)) {
    Fail(XfrError::kForbiddenRecord,
         absl::StrCat(NameText(record.owner.wire()), " has class ",
                      record.rr_class, " type ", record.type));
    return false;
  }
  rdata_.clear();
  // Expansion must not make more of a record than a record can hold.
  if (!ReadRdata(reader, record.type, record.rdata_size, &rdata_) ||
      rdata_.size() > kMaxMessageSize) {
    Fail(XfrError::kMalformed,
         absl::StrCat("the data of ", NameText(record.owner.wire()), " type ",
                      record.type, " is not well formed"));
    return false;
  }
  const bool is_zone_soa = record.type == kTypeSoa &&
                           WireNamesEqual(record.owner.wire(), zone_.wire());
  if (records_ == 0 && !is_zone_soa) {
    Fail(XfrError::kNoSoa,
         absl::StrCat("the first record is ", NameText(record.owner.wire()),
                      " type ", record.type));
    return false;
  }
  if (is_zone_soa && !OnZoneSoa(rdata_)) return false;
  if (done_) return true;
  ++records_;
  if (take({record.owner.wire(), record.type, EffectiveTtl(record.ttl),
            rdata_})) {
    return true;
  }
  Fail(XfrError::kStopped, "");
  return false;
}

bool XfrReader::OnZoneSoa(absl::string_view rdata) {
  SoaFields soa;
  if (!ParseSoa(rdata, &soa)) {
    Fail(XfrError::kMalformed, "the SOA cannot be read");
    return false;
  }
  if (!has_soa()) {
    soa_ = soa;
    soa_rdata_ = std::string(rdata);
    return true;
  }
  // RFC 5936 s2.2: the zone changed under the primary's hands, or it sent two.
  if (!SameSoa(rdata, soa_rdata_)) {
    Fail(XfrError::kSoaMismatch,
         absl::StrCat("began with serial ", soa_.serial, ", ended with serial ",
                      soa.serial,
                      soa.serial == soa_.serial ? " and other fields" : ""));
    return false;
  }
  done_ = true;
  return true;
}

}  // namespace understudy::dns
