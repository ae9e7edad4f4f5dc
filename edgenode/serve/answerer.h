// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/socket_address.h"
#include "edgenode/serve/notify_sink.h"
#include "edgenode/serve/query.h"
#include "edgenode/serve/response_writer.h"
#include "edgenode/serve/worker_stats.h"
#include "edgenode/zonestore/zone_table.h"

namespace understudy::edge {

// Makes the answer to a message: a pure function of the message, the zones and
// the transport, but for its counters and for NOTIFYs, which it passes on.
// UDP, TCP, the fuzzer and the benchmarks call the same one. No lock, no
// allocation, no log line; the work is bounded by the sizes of message and
// answer.
//
// One for each serving thread, used inside of an epoch section.
class Answerer {
 public:
  // What an answer over UDP may need at most: the size that fits every path
  // (RFC 9715).
  static constexpr size_t kMaxUdpSize = 1232;

  // All must outlive it.
  Answerer(const ZoneTable& zones, NotifySink& notifies, WorkerStats& stats)
      : zones_(zones), notifies_(notifies), stats_(stats) {}

  // Writes the answer to `message` into `out`, which holds kMaxUdpSize octets
  // for UDP and 65535 for TCP; returns its size, 0 for no answer.
  size_t Answer(absl::string_view message, const sockaddr* source,
                Transport transport, uint8_t* out);

 private:
  // What an answer has come to so far.
  struct Reply {
    uint16_t rcode = 0;
    uint16_t flags = 0;  // AA and TC.
  };

  Reply AnswerQuery(const Query& query, ResponseWriter& writer);
  Reply AnswerFromZone(const Query& query, const Zone& zone, size_t apex_size,
                       ResponseWriter& writer);
  Reply AnswerNotify(const Query& query, const sockaddr* source);
  void AddNegative(const Query& query, const Zone& zone, size_t apex_size,
                   ResponseWriter& writer, Reply* reply);
  void AddReferral(const Zone& zone, RrsetView ns, ResponseWriter::Owner owner,
                   ResponseWriter& writer, Reply* reply);
  const ZoneSlot* FindZone(const Query& query, size_t* apex_size) const;

  const ZoneTable& zones_;
  NotifySink& notifies_;
  WorkerStats& stats_;
};

}  // namespace understudy::edge
