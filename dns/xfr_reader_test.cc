// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "dns/xfr_reader.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "dns/wire_writer.h"
#include "gtest/gtest.h"

namespace understudy::dns {
namespace {

using namespace std::string_literals;
using Step = XfrReader::Step;

constexpr uint16_t kId = 4711;

Name Zone() { return Name::FromText("example.org").value(); }
std::string Wire(const char* name) {
  return std::string(Name::FromText(name).value().wire());
}

struct Rr {
  std::string owner;
  uint16_t type;
  std::string rdata;
  uint16_t rr_class = kClassIn;
  uint32_t ttl = 300;
};

std::string SoaData(uint32_t serial, const char* mname = "ns.example.org",
                    uint32_t minimum = 60) {
  std::string out = Wire(mname) + Wire("admin.example.org");
  WireWriter writer(&out);
  for (uint32_t v : {serial, 3600u, 600u, 86400u, minimum}) writer.U32(v);
  return out;
}
Rr Soa(uint32_t serial) {
  return {Wire("example.org"), kTypeSoa, SoaData(serial)};
}
Rr A(const char* owner) { return {Wire(owner), kTypeA, "\x7f\0\0\1"s}; }

struct Shape {
  uint16_t id = kId;
  uint16_t flags = kFlagQr | kFlagAa;
  int questions = 1;
  const char* zone = "example.org";
  uint16_t qtype = kTypeAxfr;
};

std::string Message(const std::vector<Rr>& records, Shape shape = {}) {
  std::string out;
  WireWriter writer(&out);
  writer.Header(shape.id, shape.flags, static_cast<uint16_t>(shape.questions),
                static_cast<uint16_t>(records.size()));
  for (int i = 0; i < shape.questions; ++i) {
    writer.Question(Wire(shape.zone), shape.qtype);
  }
  for (const Rr& rr : records) {
    writer.Bytes(rr.owner);
    writer.U16(rr.type);
    writer.U16(rr.rr_class);
    writer.U32(rr.ttl);
    writer.U16(static_cast<uint16_t>(rr.rdata.size()));
    writer.Bytes(rr.rdata);
  }
  return out;
}

// Feeds messages until the reader has an opinion.
struct Reading {
  explicit Reading(const std::vector<std::string>& messages) {
    for (const std::string& m : messages) {
      step = reader.Feed(m, [&](const XfrRecord& r) {
        taken.push_back({std::string(r.owner), r.type, std::string(r.rdata),
                         kClassIn, r.ttl});
        return taken.size() < stop_at;
      });
      if (step != Step::kMore) break;
    }
  }
  size_t stop_at = 1000;
  XfrReader reader{Zone(), kId};
  std::vector<Rr> taken;
  Step step = Step::kMore;
};

TEST(XfrReader, TakesAWholeZoneInOneMessage) {
  Reading run(
      {Message({Soa(1), A("www.example.org"), A("example.org"), Soa(1)})});
  EXPECT_EQ(run.step, Step::kDone);
  ASSERT_EQ(run.taken.size(), 3u);
  EXPECT_EQ(run.taken[0].type, kTypeSoa);
  EXPECT_EQ(run.taken[1].owner, Wire("www.example.org"));
  EXPECT_EQ(run.taken[1].rdata, "\x7f\0\0\1"s);
  EXPECT_EQ(run.taken[1].ttl, 300u);
  EXPECT_EQ(run.reader.soa().serial, 1u);
  EXPECT_EQ(run.reader.record_count(), 3u);
}

// RFC 5936 s2.2: one record in a message, and many, are both fine; the
// question may be missing after the first message.
TEST(XfrReader, TakesOneRecordPerMessageWithoutQuestions) {
  Shape later;
  later.questions = 0;
  Reading run({Message({Soa(7)}), Message({A("a.example.org")}, later),
               Message({}, later), Message({Soa(7)}, later)});
  EXPECT_EQ(run.step, Step::kDone);
  EXPECT_EQ(run.taken.size(), 2u);
}

TEST(XfrReader, AsksForMoreUntilTheClosingSoa) {
  Reading run({Message({Soa(1), A("www.example.org")})});
  EXPECT_EQ(run.step, Step::kMore);
}

TEST(XfrReader, ExpandsCompressedNames) {
  // NS with a pointer to the question's name at offset 12.
  Reading run(
      {Message({Soa(1), {"\xc0\x0c"s, kTypeNs, "\2ns\xc0\x0c"s}, Soa(1)})});
  ASSERT_EQ(run.step, Step::kDone);
  EXPECT_EQ(run.taken[1].owner, Wire("example.org"));
  EXPECT_EQ(run.taken[1].rdata, Wire("ns.example.org"));
}

TEST(XfrReader, FailsWhenTheSerialsDiffer) {
  Reading run({Message({Soa(1), A("www.example.org"), Soa(2)})});
  EXPECT_EQ(run.step, Step::kFailed);
  EXPECT_EQ(run.reader.error(), XfrError::kSoaMismatch);
  EXPECT_EQ(run.reader.evidence(), "began with serial 1, ended with serial 2");
}

TEST(XfrReader, FailsWhenAnotherFieldOfTheSoaDiffers) {
  Rr other = {Wire("example.org"), kTypeSoa, SoaData(1, "ns.example.org", 61)};
  Reading run({Message({Soa(1), other})});
  EXPECT_EQ(run.reader.error(), XfrError::kSoaMismatch);
}

TEST(XfrReader, TakesAClosingSoaInOtherCase) {
  Rr closing = {Wire("EXAMPLE.org"), kTypeSoa, SoaData(1, "NS.example.ORG")};
  Reading run({Message({Soa(1), closing})});
  EXPECT_EQ(run.step, Step::kDone);
}

TEST(XfrReader, FailsOnRecordsBehindTheClosingSoa) {
  Reading run({Message({Soa(1), Soa(1), A("www.example.org")})});
  EXPECT_EQ(run.reader.error(), XfrError::kTrailingRecords);
}

TEST(XfrReader, KeepsASoaThatIsNotTheZones) {
  Rr child = {Wire("child.example.org"), kTypeSoa, SoaData(9)};
  Reading run({Message({Soa(1), child, Soa(1)})});
  EXPECT_EQ(run.step, Step::kDone);
  EXPECT_EQ(run.taken.size(), 2u);
}

TEST(XfrReader, FailsWhenItDoesNotBeginWithTheSoa) {
  Reading run({Message({A("example.org"), Soa(1)})});
  EXPECT_EQ(run.reader.error(), XfrError::kNoSoa);
  Rr other = {Wire("example.net"), kTypeSoa, SoaData(1)};
  EXPECT_EQ(Reading({Message({other})}).reader.error(), XfrError::kNoSoa);
}

// RFC 5936 s2.2.1.
TEST(XfrReader, FailsOnAnotherIdInAnyMessage) {
  Shape other;
  other.id = kId + 1;
  EXPECT_EQ(Reading({Message({Soa(1), Soa(1)}, other)}).reader.error(),
            XfrError::kWrongMessage);
  EXPECT_EQ(
      Reading({Message({Soa(1)}), Message({Soa(1)}, other)}).reader.error(),
      XfrError::kWrongMessage);
}

TEST(XfrReader, FailsOnAnRcodeInAnyMessage) {
  Shape refused;
  refused.flags = kFlagQr | kRcodeRefused;
  refused.questions = 0;
  Reading run({Message({Soa(1)}), Message({}, refused)});
  EXPECT_EQ(run.reader.error(), XfrError::kRcode);
  EXPECT_EQ(run.reader.rcode(), kRcodeRefused);
  EXPECT_EQ(Reading({Message({}, refused)}).reader.rcode(), kRcodeRefused);
}

TEST(XfrReader, FailsOnWhatIsNoAnswer) {
  Shape query;
  query.flags = 0;
  EXPECT_EQ(Reading({Message({Soa(1)}, query)}).reader.error(),
            XfrError::kWrongMessage);
  Shape notify;
  notify.flags = kFlagQr | kOpcodeNotify << kOpcodeShift;
  EXPECT_EQ(Reading({Message({Soa(1)}, notify)}).reader.error(),
            XfrError::kWrongMessage);
}

TEST(XfrReader, FailsOnTruncation) {
  Shape cut;
  cut.flags = kFlagQr | kFlagTc;
  EXPECT_EQ(Reading({Message({Soa(1)}, cut)}).reader.error(),
            XfrError::kTruncated);
}

TEST(XfrReader, FailsOnAnotherQuestion) {
  Shape zone;
  zone.zone = "example.net";
  EXPECT_EQ(Reading({Message({Soa(1)}, zone)}).reader.error(),
            XfrError::kWrongMessage);
  Shape type;
  type.qtype = kTypeSoa;
  EXPECT_EQ(Reading({Message({Soa(1)}, type)}).reader.error(),
            XfrError::kWrongMessage);
  Shape none;
  none.questions = 0;
  EXPECT_EQ(Reading({Message({Soa(1)}, none)}).reader.error(),
            XfrError::kWrongMessage);
  Shape two;
  two.questions = 2;
  EXPECT_EQ(Reading({Message({Soa(1)}, two)}).reader.error(),
            XfrError::kWrongMessage);
}

TEST(XfrReader, RefusesMetaTypesAndOtherClasses) {
  Rr any = A("www.example.org");
  any.type = kTypeAny;
  EXPECT_EQ(Reading({Message({Soa(1), any})}).reader.error(),
            XfrError::kForbiddenRecord);
  Rr chaos = A("www.example.org");
  chaos.rr_class = kClassCh;
  EXPECT_EQ(Reading({Message({Soa(1), chaos})}).reader.error(),
            XfrError::kForbiddenRecord);
}

TEST(XfrReader, FailsOnMalformedData) {
  Rr bad = A("www.example.org");
  bad.rdata = "\x7f\0\0"s;
  Reading run({Message({Soa(1), bad})});
  EXPECT_EQ(run.reader.error(), XfrError::kMalformed);
  EXPECT_EQ(run.reader.evidence(),
            "the data of www.example.org type 1 is not well formed");
}

// Every cut of a good message fails or, before the header's end, is too short:
// none is taken for a whole transfer.
TEST(XfrReader, NeverTakesACutMessage) {
  const std::string whole =
      Message({Soa(1), A("www.example.org"), A("x.example.org"), Soa(1)});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Reading({whole.substr(0, size)}).step, Step::kFailed) << size;
  }
}

TEST(XfrReader, BoundsEmptyMessages) {
  Shape later;
  later.questions = 0;
  std::vector<std::string> messages(XfrReader::kMaxEmptyMessages + 1,
                                    Message({}, later));
  messages.insert(messages.begin(), Message({Soa(1)}));
  Reading run(messages);
  EXPECT_EQ(run.reader.error(), XfrError::kTooManyEmpty);
  messages.pop_back();
  EXPECT_EQ(Reading(messages).step, Step::kMore);
}

// RFC 2181 s8.
TEST(XfrReader, ReadsANegativeTtlAsZero) {
  Rr rr = A("www.example.org");
  rr.ttl = 0x80000000;
  Reading run({Message({Soa(1), rr, Soa(1)})});
  ASSERT_EQ(run.step, Step::kDone);
  EXPECT_EQ(run.taken[1].ttl, 0u);
}

TEST(XfrReader, StopsWhenTheTakerSaysSo) {
  XfrReader reader(Zone(), kId);
  EXPECT_EQ(reader.Feed(Message({Soa(1), A("www.example.org"), Soa(1)}),
                        [](const XfrRecord& r) { return r.type == kTypeSoa; }),
            Step::kFailed);
  EXPECT_EQ(reader.error(), XfrError::kStopped);
}

// Names that expand beyond what a record can hold are refused.
TEST(XfrReader, RefusesDataThatExpandsBeyondARecord) {
  std::string label(63, 'x');
  const std::string big = absl::StrCat(label, ".", label, ".", label, ".org");
  Rr soa = Soa(1);
  std::string message;
  WireWriter writer(&message);
  writer.Header(kId, kFlagQr, 1, 3);
  writer.Question(Wire("example.org"), kTypeAxfr);
  auto add = [&](const Rr& rr) {
    writer.Bytes(rr.owner);
    writer.U16(rr.type);
    writer.U16(rr.rr_class);
    writer.U32(rr.ttl);
    writer.U16(static_cast<uint16_t>(rr.rdata.size()));
    writer.Bytes(rr.rdata);
  };
  add(soa);
  const auto at = static_cast<uint16_t>(message.size());
  add({Wire(big.c_str()), kTypeA, "\x7f\0\0\1"s});
  std::string sig(18, 's');
  sig.push_back(static_cast<char>(0xc0 | at >> 8));
  sig.push_back(static_cast<char>(at));
  sig.append(65000 + 400, 's');
  ASSERT_LE(sig.size(), 65535u);
  add({Wire("example.org"), kTypeSig, sig});
  XfrReader reader(Zone(), kId);
  EXPECT_EQ(reader.Feed(message, [](const XfrRecord&) { return true; }),
            Step::kFailed);
  EXPECT_EQ(reader.error(), XfrError::kMalformed);
}

}  // namespace
}  // namespace understudy::dns
