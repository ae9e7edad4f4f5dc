// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace understudy::dns {

// True when serial `a` is newer than `b` (RFC 1982 s3.2). A distance of
// exactly 2^31 is undefined there and "not newer" here, both ways.
constexpr bool SerialNewer(uint32_t a, uint32_t b) {
  uint32_t distance = a - b;
  return distance != 0 && distance < 0x80000000u;
}

}  // namespace understudy::dns
