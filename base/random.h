// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace understudy {

// Where chance comes from: query ids, ports, jitter, tokens. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // 64 uniform bits.
  virtual uint64_t Uint64() = 0;

  // Uniform in [0, 1).
  double Unit() { return static_cast<double>(Uint64() >> 11) * 0x1.0p-53; }

  // `count` uniform bytes.
  std::string Bytes(size_t count);
};

// The kernel's cryptographic source.
class SystemRandom final : public Random {
 public:
  uint64_t Uint64() override;
};

// A version 4 UUID in its text form.
std::string RandomUuid(Random& random);

}  // namespace understudy
