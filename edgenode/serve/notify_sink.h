// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>

#include "base/socket_address.h"

namespace understudy::edge {

// Takes NOTIFYs that came from a zone's primary. Called by the serving threads:
// must not block. Calls may come at any rate; the taker coalesces.
class NotifySink {
 public:
  virtual ~NotifySink() = default;
  // `zone_id` is ZoneSlot::id; `serial` is the hint in the message, if any.
  virtual void OnNotify(uint64_t zone_id, const SocketAddress& source,
                        std::optional<uint32_t> serial) = 0;
};

}  // namespace understudy::edge
