// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/socket_address.h"
#include "edgenode/transfer/zone_loop.h"
#include "understudy/config/v1/edge.pb.h"

namespace understudy::edge {

// The configuration in the terms of this program: checked, defaults filled in.
struct EdgeSettings {
  std::string data_dir;
  std::vector<SocketAddress> dns_listen;
  std::optional<SocketAddress> metrics_listen;
  std::vector<std::string> controllers;
  std::string controller_ca_file;
  std::string token_file;
  int workers = 1;
  std::string address_file;
  uint64_t store_bytes = 0;
  size_t tcp_connections = 0;
  ZoneLoopOptions zone_loop;
};

// Reads the text format. InvalidArgument names all faults, not the first.
absl::StatusOr<EdgeSettings> ParseConfig(absl::string_view text);

// The same for a file.
absl::StatusOr<EdgeSettings> LoadConfig(const std::string& path);

}  // namespace understudy::edge
