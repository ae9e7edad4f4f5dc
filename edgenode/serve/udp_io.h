// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "base/epoch.h"
#include "edgenode/serve/answerer.h"
#include "edgenode/serve/worker_stats.h"

namespace understudy::edge {

// Receives, answers and sends datagrams in batches: two system calls and one
// epoch section for up to kBatch packets, buffers made once. Belongs to
// one serving thread.
class UdpIo {
 public:
  static constexpr int kBatch = 64;

  // All must outlive it.
  UdpIo(Answerer& answerer, EpochDomain::Reader& epoch, WorkerStats& stats);
  ~UdpIo();

  // Serves what waits at the socket, at most a few batches, so that other
  // sockets get their turn.
  void Drain(int fd);

 private:
  struct Buffers;

  int Receive(int fd);
  void Send(int fd, int count);

  Answerer& answerer_;
  EpochDomain::Reader& epoch_;
  WorkerStats& stats_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace understudy::edge
