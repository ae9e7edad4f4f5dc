// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/epoch.h"
#include "base/testing/fake_random.h"
#include "edgenode/serve/answerer.h"
#include "edgenode/serve/notify_sink.h"
#include "edgenode/zonestore/zone_table.h"

namespace understudy::edge {

// A response, taken apart by a reader of its own.
struct DecodedResponse {
  uint16_t id = 0;
  uint16_t flags = 0;
  uint16_t rcode = 0;  // With the bits of the OPT record.
  // "owner ttl type rdata", rdata in hexadecimal with its names expanded.
  std::vector<std::string> answer, authority, additional;
  bool has_opt = false;
  uint16_t udp_size = 0;
};

// Nothing when it is not a well-formed message.
std::optional<DecodedResponse> DecodeResponse(absl::string_view message);

// A query message; `opt` is appended as an additional record.
struct QueryText {
  std::string name;
  uint16_t type = 1;
  uint16_t rr_class = 1;
  uint16_t flags = 0x0100;
  int edns_size = -1;  // None when negative.
  uint8_t edns_version = 0;
};
std::string EncodeQuery(const QueryText& query);

// Notes what was passed on.
class NotifyLog final : public NotifySink {
 public:
  void OnNotify(uint64_t zone_id, const SocketAddress& source,
                std::optional<uint32_t> serial) override;
  std::vector<std::string> lines;
};

// A table with zones, and an answerer over it.
class AnswerWorld {
 public:
  AnswerWorld();

  // Publishes a zone from its lines (see zone_text.h), which
  // 192.0.2.53 may notify.
  void Serve(absl::string_view apex, absl::string_view lines);

  // The answer's octets; empty for none.
  std::string Ask(absl::string_view message,
                  Transport transport = Transport::kUdp,
                  absl::string_view source = "192.0.2.53:5353");
  // Of a query that must be answered with a well-formed message.
  DecodedResponse Ask(const QueryText& query,
                      Transport transport = Transport::kUdp);

  EpochDomain epochs;
  FakeRandom random{1};
  ZoneTable table{epochs, random};
  NotifyLog notifies;
  WorkerStats stats;
  Answerer answerer{table, notifies, stats};

 private:
  uint64_t next_id_ = 1;
};

}  // namespace understudy::edge
