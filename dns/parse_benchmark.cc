// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "dns/wire_reader.h"
#include "dns/wire_writer.h"
#include "dns/xfr_reader.h"

namespace understudy::dns {
namespace {

// A transfer's message with as many address records as fit into 16 KiB, owners
// compressed against the zone's name, as primaries send them.
std::string TransferMessage(const Name& zone, int* records) {
  std::string body;
  WireWriter writer(&body);
  auto record = [&](const std::string& label, uint16_t type,
                    const std::string& rdata) {
    writer.U8(static_cast<uint8_t>(label.size()));
    writer.Bytes(label);
    writer.U16(0xc00c);
    writer.U16(type);
    writer.U16(kClassIn);
    writer.U32(300);
    writer.U16(static_cast<uint16_t>(rdata.size()));
    writer.Bytes(rdata);
  };
  // The opening SOA, owned by the zone itself.
  writer.U16(0xc00c);
  writer.U16(kTypeSoa);
  writer.U16(kClassIn);
  writer.U32(300);
  writer.U16(22);
  writer.Bytes(std::string(2, '\0') + std::string(20, '\1'));
  *records = 1;
  for (; body.size() < 16000; ++*records) {
    record(absl::StrCat("h", absl::Hex(*records)), kTypeA, "\x0a\1\2\3");
  }
  std::string message;
  WireWriter head(&message);
  head.Header(7, kFlagQr | kFlagAa, 1, static_cast<uint16_t>(*records));
  head.Question(zone.wire(), kTypeAxfr);
  return message + body;
}

void BM_ReadTransfer(benchmark::State& state) {
  const Name zone = *Name::FromText("big.test");
  int records;
  const std::string message = TransferMessage(zone, &records);
  for (auto _ : state) {
    XfrReader reader(zone, 7);
    size_t bytes = 0;
    const auto step = reader.Feed(message, [&](const XfrRecord& r) {
      bytes += r.rdata.size();
      return true;
    });
    if (step != XfrReader::Step::kMore) state.SkipWithError("refused");
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * records);
}
BENCHMARK(BM_ReadTransfer);

void BM_MakeOrderKey(benchmark::State& state) {
  const Name name = *Name::FromText("hf4240.g123.big.test");
  const Name apex = *Name::FromText("big.test");
  OrderKey key;
  for (auto _ : state) {
    MakeOrderKey(name.wire(), apex.size(), &key);
    benchmark::DoNotOptimize(key);
  }
}
BENCHMARK(BM_MakeOrderKey);

}  // namespace
}  // namespace understudy::dns
