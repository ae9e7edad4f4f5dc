// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace understudy::edge {
namespace {

using understudy::config::v1::EdgeConfig;
using understudy::config::v1::Limits;

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint32_t kMaxWorkers = 256;

class Faults final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    Add(absl::StrCat("line ", line + 1, ", column ", column + 1, ": ",
                     message));
  }
  void Add(std::string fault) { faults_.push_back(std::move(fault)); }
  bool empty() const { return faults_.empty(); }
  absl::Status status() const {
    return absl::InvalidArgumentError(absl::StrJoin(faults_, "; "));
  }

 private:
  std::vector<std::string> faults_;
};

SocketAddress ReadAddress(absl::string_view field, const std::string& text,
                          Faults& faults) {
  auto address = SocketAddress::Parse(text);
  if (address.ok()) return *address;
  faults.Add(absl::StrCat(field, ": ", address.status().message()));
  return SocketAddress();
}

// HOST:PORT or [v6]:PORT; the host may be a name.
bool IsHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  uint32_t port = 0;
  if (!absl::SimpleAtoi(text.substr(colon + 1), &port) || port == 0 ||
      port > 65535) {
    return false;
  }
  const absl::string_view host = text.substr(0, colon);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  return bracketed || host.find(':') == absl::string_view::npos;
}

void ReadLimits(const Limits& limits, EdgeSettings& settings, Faults& faults) {
  auto or_default = [](auto value, auto fallback) {
    return value != 0 ? value : fallback;
  };
  settings.store_bytes = or_default(limits.store_bytes(), 64 * kGiB);
  if (settings.store_bytes < (uint64_t{1} << 20)) {
    faults.Add("limits.store_bytes: less than 1 MiB holds no zone");
  }
  settings.tcp_connections =
      or_default(limits.tcp_connections(), uint32_t{10'000});
  ZoneLoopOptions& loop = settings.zone_loop;
  loop.transfers = or_default(limits.transfers(), uint32_t{200});
  loop.transfers_per_address = std::max<size_t>(1, loop.transfers / 10);
  TransferLimits& transfer = loop.limits;
  transfer.bytes = or_default(limits.transfer_bytes(), 4 * kGiB);
  transfer.zone.bytes = transfer.bytes;
  transfer.idle =
      absl::Seconds(or_default(limits.transfer_idle_seconds(), uint32_t{10}));
  transfer.total = absl::Seconds(
      or_default(limits.transfer_total_seconds(), uint32_t{3600}));
  transfer.answer = std::min(transfer.answer, transfer.idle);
  transfer.zone.records =
      or_default(limits.zone_records(), uint64_t{20'000'000});
  transfer.zone.rrset_records =
      or_default(limits.rrset_records(), ZoneLimits::kMaxRrsetRecords);
}

void ReadControllers(const EdgeConfig& config, EdgeSettings& settings,
                     Faults& faults) {
  for (const std::string& controller : config.controllers()) {
    if (!IsHostPort(controller)) {
      faults.Add(
          absl::StrCat("controllers: \"", controller, "\" is not HOST:PORT"));
    }
    settings.controllers.push_back(controller);
  }
  settings.controller_ca_file = config.controller_ca_file();
  settings.token_file = config.token_file();
  if (!settings.controllers.empty() && settings.token_file.empty()) {
    faults.Add(
        "token_file: missing; it names the file with what `understudy edges "
        "create` printed");
  }
}

void ReadListeners(const EdgeConfig& config, EdgeSettings& settings,
                   Faults& faults) {
  if (config.dns_listen().empty()) {
    faults.Add("dns_listen: missing; write dns_listen: \"192.0.2.1:53\"");
  }
  for (const std::string& text : config.dns_listen()) {
    settings.dns_listen.push_back(ReadAddress("dns_listen", text, faults));
  }
  if (!config.metrics_listen().empty()) {
    settings.metrics_listen =
        ReadAddress("metrics_listen", config.metrics_listen(), faults);
  }
  if (!config.transfer_source().empty()) {
    auto source = SocketAddress::FromIp(config.transfer_source(), 0);
    if (source.ok()) {
      settings.zone_loop.source = *source;
    } else {
      faults.Add(absl::StrCat("transfer_source: ", source.status().message()));
    }
  }
}

}  // namespace

absl::StatusOr<EdgeSettings> ParseConfig(absl::string_view text) {
  Faults faults;
  EdgeConfig config;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  if (!parser.ParseFromString(std::string(text), &config)) {
    return faults.status();
  }
  EdgeSettings settings;
  settings.data_dir = config.data_dir();
  if (settings.data_dir.empty()) {
    faults.Add("data_dir: missing; write data_dir: \"/var/lib/understudy\"");
  }
  ReadListeners(config, settings, faults);
  ReadControllers(config, settings, faults);
  ReadLimits(config.limits(), settings, faults);
  settings.address_file = config.address_file();
  if (config.workers() > kMaxWorkers) {
    faults.Add(absl::StrCat("workers: at most ", kMaxWorkers));
  }
  settings.workers = static_cast<int>(
      config.workers() != 0
          ? config.workers()
          : std::clamp(std::thread::hardware_concurrency(), 1u, kMaxWorkers));
  if (!faults.empty()) return faults.status();
  return settings;
}

absl::StatusOr<EdgeSettings> LoadConfig(const std::string& path) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  auto settings = ParseConfig(text);
  if (settings.ok()) return settings;
  return absl::Status(settings.status().code(),
                      absl::StrCat(path, ": ", settings.status().message()));
}

}  // namespace understudy::edge
