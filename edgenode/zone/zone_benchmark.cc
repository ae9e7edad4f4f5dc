// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dns/types.h"
#include "edgenode/zone/lookup.h"
#include "edgenode/zone/testing/zone_text.h"
#include "edgenode/zone/zone_builder.h"

namespace understudy::edge {
namespace {

// h0.g0 to hN.g996, as the side-by-side measurements use.
std::string Host(int64_t i) {
  return absl::StrCat("h", absl::Hex(i), ".g", i % 997, ".big.test");
}

void Fill(ZoneBuilder& builder, int64_t records) {
  const auto apex = *dns::Name::FromText("big.test");
  for (const char* line :
       {"@ 3600 SOA ns1 host 1 3600 900 604800 300", "@ 3600 NS ns1"}) {
    TextRecord r = ParseTextRecord(apex, line);
    builder.Add(r.owner.wire(), r.type, r.ttl, r.rdata);
  }
  for (int64_t i = 0; i < records; ++i) {
    const auto name = *dns::Name::FromText(Host(i));
    builder.Add(name.wire(), dns::kTypeA, 300,
                absl::string_view("\x0a\1\2\3", 4));
  }
}

ZoneRef BigZone(int64_t records) {
  ZoneBuilder builder(*dns::Name::FromText("big.test"), {});
  Fill(builder, records);
  return std::get<ZoneRef>(builder.Build());
}

void BM_Build(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    ZoneBuilder builder(*dns::Name::FromText("big.test"), {});
    Fill(builder, state.range(0));
    state.ResumeTiming();
    benchmark::DoNotOptimize(builder.Build());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Build)->Arg(1000)->Arg(1000000)->Unit(benchmark::kMillisecond);

void BM_Lookup(benchmark::State& state) {
  ZoneRef zone = BigZone(state.range(0));
  std::vector<std::string> keys;
  for (int64_t i = 0; i < 4096; ++i) {
    const auto name = *dns::Name::FromText(Host(i * 104729 % state.range(0)));
    dns::OrderKey key;
    dns::MakeOrderKey(name.wire(), zone->apex().size(), &key);
    keys.emplace_back(key.view());
  }
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        Lookup(*zone, keys[i++ % keys.size()], dns::kTypeA));
  }
  state.counters["bytes_per_record"] =
      static_cast<double>(zone->byte_size()) /
      static_cast<double>(zone->record_count());
}
BENCHMARK(BM_Lookup)->Arg(1000)->Arg(1000000);

}  // namespace
}  // namespace understudy::edge
