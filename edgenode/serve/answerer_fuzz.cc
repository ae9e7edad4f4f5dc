// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "edgenode/serve/testing/answer_world.h"
#include "edgenode/zone/testing/zone_text.h"

// Any bytes as a message from anyone, over UDP and TCP: the answer is
// well formed and within its size, or there is none.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace understudy::edge;
  static AnswerWorld* world = [] {
    auto* w = new AnswerWorld;
    w->Serve("example.org", ZoneHead(1) + R"(
      www 60 A 192.0.2.2
      alias 60 CNAME www
      loop 60 CNAME loop
      *.w 60 CNAME a.sub
      a.ent 60 TXT x
      sub 60 NS ns.sub
      ns.sub 60 A 192.0.2.4
      mx 60 MX 10 www
    )");
    w->Serve(".", ". 60 SOA a. b. 1 2 3 4 5\n. 60 NS a.\norg. 60 NS b.org.\n");
    return w;
  }();
  absl::string_view message(reinterpret_cast<const char*>(data), size);
  for (Transport transport : {Transport::kUdp, Transport::kTcp}) {
    const std::string response = world->Ask(message, transport);
    if (response.empty()) continue;
    UNDERSTUDY_CHECK(transport == Transport::kTcp ||
                     response.size() <= Answerer::kMaxUdpSize);
    UNDERSTUDY_CHECK(DecodeResponse(response).has_value());
  }
  return 0;
}
