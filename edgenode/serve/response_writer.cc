// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/response_writer.h"

#include <cstring>

#include "dns/rdata.h"

namespace understudy::edge {
namespace {

constexpr size_t kMaxPointer = 0x3fff;

// Only the types of RFC 1035 may be compressed when sent (RFC 3597 s4).
bool HasCompressibleName(uint16_t type) {
  switch (type) {
    case dns::kTypeNs:
    case dns::kTypeCname:
    case dns::kTypeSoa:
    case dns::kTypePtr:
    case dns::kTypeMx:
      return true;
    default:
      // MD to MINFO; rare, and not worth a look at the table for each answer.
      return type <= 14 && *dns::RdataLayout(type) == 'n';
  }
}

size_t NameSize(const uint8_t* wire) {
  size_t at = 0;
  while (wire[at] != 0) at += 1 + size_t{wire[at]};
  return at + 1;
}

}  // namespace

void ResponseWriter::Begin(absl::string_view qname, uint16_t qtype,
                           uint16_t qclass) {
  qname_ = qname;
  if (qname.empty()) return;
  question_count_ = 1;
  std::memcpy(out_ + at_, qname.data(), qname.size());
  at_ += qname.size();
  Put16(qtype);
  Put16(qclass);
}

bool ResponseWriter::PutBytes(const uint8_t* bytes, size_t size) {
  if (!Room(size)) return false;
  std::memcpy(out_ + at_, bytes, size);
  at_ += size;
  return true;
}

bool ResponseWriter::PutOwner(const Owner& owner) {
  if (owner.offset <= kMaxPointer) [[likely]] {
    if (!Room(2)) return false;
    Put16(static_cast<uint16_t>(0xc000 | owner.offset));
    return true;
  }
  return PutBytes(reinterpret_cast<const uint8_t*>(owner.wire.data()),
                  owner.wire.size());
}

void ResponseWriter::LearnName(const uint8_t* wire, size_t size,
                               size_t offset) {
  while (size > 1 && offset <= kMaxPointer && known_count_ < kMaxKnown) {
    known_[known_count_++] = {wire, static_cast<uint8_t>(size),
                              static_cast<uint16_t>(offset)};
    const size_t step = 1 + size_t{*wire};
    wire += step;
    size -= step;
    offset += step;
  }
}

bool ResponseWriter::PutName(const uint8_t* wire, size_t size) {
  if (!knows_qname_) {
    knows_qname_ = true;
    LearnName(reinterpret_cast<const uint8_t*>(qname_.data()), qname_.size(),
              dns::kHeaderSize);
  }
  const uint8_t* const start = wire;
  const size_t start_size = size;
  const size_t start_at = at_;
  while (size > 1) {
    for (int i = 0; i < known_count_; ++i) {
      // To the letter: compression must not change the case of data (RFC 4343).
      if (known_[i].size == size &&
          std::memcmp(known_[i].wire, wire, size) == 0) {
        if (!Room(2)) return false;
        Put16(static_cast<uint16_t>(0xc000 | known_[i].offset));
        // Only what was written out is new.
        const size_t fresh = start_size - size;
        const uint8_t* name = start;
        for (size_t done = 0; done < fresh && known_count_ < kMaxKnown &&
                              start_at + done <= kMaxPointer;) {
          known_[known_count_++] = {name + done,
                                    static_cast<uint8_t>(start_size - done),
                                    static_cast<uint16_t>(start_at + done)};
          done += 1 + size_t{name[done]};
        }
        return true;
      }
    }
    const size_t step = 1 + size_t{*wire};
    if (!PutBytes(wire, step)) return false;
    wire += step;
    size -= step;
  }
  if (!Room(1)) return false;
  out_[at_++] = 0;
  LearnName(start, start_size, start_at);
  return true;
}

bool ResponseWriter::PutRdata(const char* layout, const uint8_t* rdata,
                              size_t size) {
  size_t left = size;
  for (; *layout != '\0'; ++layout) {
    size_t field;
    if (*layout == 'n') {
      field = NameSize(rdata);
      last_name_offset_ = at_;
      if (!PutName(rdata, field)) return false;
    } else {
      // MX has a number before its name; SOA's numbers are what is left.
      field = *layout == '2' ? 2 : left;
      if (!PutBytes(rdata, field)) return false;
    }
    rdata += field;
    left -= field;
  }
  return true;
}

bool ResponseWriter::PutRecords(const Owner& owner, RrsetView rrset,
                                uint32_t ttl) {
  const uint16_t type = rrset.type();
  const bool compress = HasCompressibleName(type);
  const char* layout = compress ? dns::RdataLayout(type) : nullptr;
  const uint8_t* record = rrset.data();
  for (int i = rrset.count(); i > 0; --i) {
    const size_t size = size_t{record[0]} << 8 | record[1];
    if (!PutOwner(owner) || !Room(10)) return false;
    Put16(type);
    Put16(dns::kClassIn);
    Put32(ttl);
    if (!compress) {
      if (!PutBytes(record, 2 + size)) return false;
    } else {
      const size_t size_at = at_;
      at_ += 2;
      if (!PutRdata(layout, record + 2, size)) return false;
      const size_t written = at_ - size_at - 2;
      out_[size_at] = static_cast<uint8_t>(written >> 8);
      out_[size_at + 1] = static_cast<uint8_t>(written);
      if (type == dns::kTypeNs && target_count_ < kMaxTargets) {
        targets_[target_count_++] = {
            {reinterpret_cast<const char*>(record) + 2, size},
            last_name_offset_};
      }
    }
    record += 2 + size;
  }
  return true;
}

bool ResponseWriter::AddRrset(Section section, const Owner& owner,
                              RrsetView rrset, uint32_t ttl) {
  const size_t at = at_;
  const int known = known_count_;
  if (rrset.type() == dns::kTypeNs) target_count_ = 0;
  if (PutRecords(owner, rrset, ttl)) {
    counts_[static_cast<int>(section)] = static_cast<uint16_t>(
        counts_[static_cast<int>(section)] + rrset.count());
    return true;
  }
  at_ = at;
  known_count_ = known;
  target_count_ = 0;
  return false;
}

void ResponseWriter::AddOpt(uint16_t udp_size, uint16_t extended_rcode,
                            bool dnssec_ok) {
  limit_ += kOptSize;
  out_[at_++] = 0;
  Put16(dns::kTypeOpt);
  Put16(udp_size);
  out_[at_++] = static_cast<uint8_t>(extended_rcode >> 4);
  out_[at_++] = 0;  // EDNS version.
  Put16(dnssec_ok ? 0x8000 : 0);
  Put16(0);
  ++counts_[2];
}

size_t ResponseWriter::Finish(uint16_t id, uint16_t flags) {
  const size_t size = at_;
  at_ = 0;
  Put16(id);
  Put16(flags);
  Put16(question_count_);
  for (uint16_t count : counts_) Put16(count);
  return size;
}

}  // namespace understudy::edge
