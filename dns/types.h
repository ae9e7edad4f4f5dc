// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

// Numbers of the protocol, under IANA's names. Plain integers: any value may
// come from the wire, known or not (RFC 3597).
namespace understudy::dns {

inline constexpr size_t kHeaderSize = 12;
inline constexpr size_t kMaxNameSize = 255;  // RFC 1035 s2.3.4, wire form.
inline constexpr size_t kMaxMessageSize = 65535;

enum RrType : uint16_t {
  kTypeA = 1,
  kTypeNs = 2,
  kTypeCname = 5,
  kTypeSoa = 6,
  kTypePtr = 12,
  kTypeHinfo = 13,
  kTypeMx = 15,
  kTypeTxt = 16,
  kTypeSig = 24,
  kTypeKey = 25,
  kTypeAaaa = 28,
  kTypeSrv = 33,
  kTypeDname = 39,
  kTypeOpt = 41,
  kTypeDs = 43,
  kTypeRrsig = 46,
  kTypeNsec = 47,
  kTypeDnskey = 48,
  kTypeNsec3 = 50,
  kTypeNsec3param = 51,
  kTypeSvcb = 64,
  kTypeHttps = 65,
  kTypeTkey = 249,
  kTypeTsig = 250,
  kTypeIxfr = 251,
  kTypeAxfr = 252,
  kTypeMailb = 253,
  kTypeMaila = 254,
  kTypeAny = 255,
};

enum RrClass : uint16_t {
  kClassIn = 1,
  kClassCh = 3,
  kClassNone = 254,
  kClassAny = 255,
};

enum Opcode : uint8_t {
  kOpcodeQuery = 0,
  kOpcodeNotify = 4,  // RFC 1996
  kOpcodeUpdate = 5,  // RFC 2136
};

enum Rcode : uint16_t {
  kRcodeNoError = 0,
  kRcodeFormErr = 1,
  kRcodeServFail = 2,
  kRcodeNxDomain = 3,
  kRcodeNotImp = 4,
  kRcodeRefused = 5,
  kRcodeNotAuth = 9,
  kRcodeBadVers = 16,  // RFC 6891
};

// Header flags, in the second 16-bit word of a message.
inline constexpr uint16_t kFlagQr = 0x8000;
inline constexpr uint16_t kFlagAa = 0x0400;
inline constexpr uint16_t kFlagTc = 0x0200;
inline constexpr uint16_t kFlagRd = 0x0100;
inline constexpr uint16_t kFlagCd = 0x0010;
inline constexpr uint16_t kOpcodeMask = 0x7800;
inline constexpr int kOpcodeShift = 11;

// Meta-types are never data in a zone (RFC 6895 s3.1).
constexpr bool IsMetaType(uint16_t type) {
  return type == 0 || type == kTypeOpt || (type >= 128 && type <= 255);
}

}  // namespace understudy::dns
