// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/rdata.h"

#include "dns/types.h"

namespace understudy::dns {
namespace {

bool AppendName(WireReader& reader, bool plain, std::string* out) {
  NameBuffer name;
  if (!(plain ? reader.ReadPlainName(&name) : reader.ReadName(&name))) {
    return false;
  }
  out->append(name.wire().data(), name.size);
  return true;
}

bool AppendBytes(WireReader& reader, size_t count, std::string* out) {
  absl::string_view bytes = reader.Bytes(count);
  if (!reader.ok()) return false;
  out->append(bytes.data(), bytes.size());
  return true;
}

bool AppendString(WireReader& reader, std::string* out) {
  const uint8_t size = reader.U8();
  out->push_back(static_cast<char>(size));
  return AppendBytes(reader, size, out);
}

// Fixed octets of a field, 0 for the fields that have none.
size_t FixedSize(char field) {
  switch (field) {
    case 'F':
      return 18;
    case 'S':
      return 20;
    case 'A':
      return 16;
    default:
      return field >= '1' && field <= '8' ? static_cast<size_t>(field - '0')
                                          : 0;
  }
}

}  // namespace

const char* RdataLayout(uint16_t type) {
  switch (type) {
    case kTypeA:
      return "4";
    case kTypeNs:
    case kTypeCname:
    case kTypePtr:
    case 3:  // MD
    case 4:  // MF
    case 7:  // MB
    case 8:  // MG
    case 9:  // MR
      return "n";
    case kTypeSoa:
      return "nnS";
    case kTypeMx:
      return "2n";
    case 14:  // MINFO
      return "nn";
    case kTypeHinfo:
      return "ss";
    case kTypeTxt:
    case 99:  // SPF
      return "t";
    case 17:  // RP
      return "ee";
    case 18:  // AFSDB
    case 21:  // RT
    case 36:  // KX
      return "2e";
    case kTypeSig:
      return "Fe*";
    case 26:  // PX
      return "2ee";
    case kTypeAaaa:
      return "A";
    case 30:  // NXT
      return "e*";
    case kTypeSrv:
      return "6e";
    case 35:  // NAPTR
      return "4ssse";
    case kTypeDname:
      return "e";
    case kTypeDs:
    case 59:  // CDS
      return "4*";
    case kTypeRrsig:
      return "Fp*";
    case kTypeNsec:
      return "p*";
    case kTypeDnskey:
    case 60:  // CDNSKEY
    case kTypeKey:
      return "4*";
    case kTypeNsec3:
      return "4s*";  // Salt: a length octet and as many.
    case kTypeNsec3param:
      return "4s";
    case 52:  // TLSA
    case 53:  // SMIMEA
      return "21*";
    case kTypeSvcb:
    case kTypeHttps:
      return "2p*";
    default:
      return "*";
  }
}

bool ReadRdata(WireReader& reader, uint16_t type, uint16_t size,
               std::string* out) {
  if (size > reader.remaining()) reader.Fail();
  if (!reader.ok()) return false;
  const size_t end = reader.offset() + size;
  bool good = true;
  for (const char* field = RdataLayout(type); good && *field; ++field) {
    switch (*field) {
      case 'n':
      case 'e':
      case 'p':
        good = AppendName(reader, *field == 'p', out);
        break;
      case 's':
        good = AppendString(reader, out);
        break;
      case 't':
        do {
          good = AppendString(reader, out);
        } while (good && reader.offset() < end);
        break;
      case '*':
        good = reader.offset() <= end &&
               AppendBytes(reader, end - reader.offset(), out);
        break;
      default:
        good = AppendBytes(reader, FixedSize(*field), out);
    }
  }
  // Fields may not run past their end into the next record, nor stop short;
  // and what names expand to must still fit a record.
  if (!good || reader.offset() != end) reader.Fail();
  return reader.ok();
}

bool ParseSoa(absl::string_view rdata, SoaFields* soa) {
  WireReader reader(rdata);
  NameBuffer name;
  reader.ReadPlainName(&name);
  reader.ReadPlainName(&name);
  soa->serial = reader.U32();
  soa->refresh = reader.U32();
  soa->retry = reader.U32();
  soa->expire = reader.U32();
  soa->minimum = reader.U32();
  return reader.ok() && reader.remaining() == 0;
}

}  // namespace understudy::dns
