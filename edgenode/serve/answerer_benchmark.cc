// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "edgenode/serve/testing/answer_world.h"
#include "edgenode/zone/testing/zone_text.h"

namespace understudy::edge {
namespace {

// Queries for hosts of one zone; a tenth of them for names that are not there.
void BM_Answer(benchmark::State& state) {
  AnswerWorld world;
  std::string lines = ZoneHead(1);
  const int64_t hosts = state.range(0);
  for (int64_t i = 0; i < hosts; ++i) {
    absl::StrAppend(&lines, "h", absl::Hex(i), ".g", i % 997,
                    " 300 A 10.1.2.3\n");
  }
  world.Serve("big.test", lines);
  std::vector<std::string> queries;
  for (int64_t i = 0; i < 4096; ++i) {
    const int64_t host = i * 104729 % hosts;
    queries.push_back(
        EncodeQuery({.name = absl::StrCat(i % 10 ? "h" : "nx", absl::Hex(host),
                                          ".g", host % 997, ".big.test")}));
  }
  const SocketAddress source = *SocketAddress::Parse("192.0.2.1:1");
  std::vector<uint8_t> out(65535);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.answerer.Answer(
        queries[i++ % queries.size()], source.sockaddr_ptr(), Transport::kUdp,
        out.data()));
  }
}
BENCHMARK(BM_Answer)->Arg(1000)->Arg(1000000);

}  // namespace
}  // namespace understudy::edge
