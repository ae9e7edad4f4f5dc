// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/socket_address.h"
#include "base/status_macros.h"
#include "controlplane/auth/certificate.h"
#include "controlplane/store/postgres_store.h"

namespace understudy::control {
namespace {

using Config = config::v1::ControllerConfig;
using Faults = std::vector<std::string>;

constexpr char kDefaultGrpcListen[] = "127.0.0.1:8443";
constexpr uint32_t kDefaultConnections = 8;
constexpr uint32_t kMostConnections = 500;

// What the text-format parser finds, with its place.
class Collector final : public google::protobuf::io::ErrorCollector {
 public:
  explicit Collector(Faults& faults) : faults_(faults) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    faults_.push_back(absl::StrCat("line ", line + 1, ", column ", column + 1,
                                   ": ", message));
  }

 private:
  Faults& faults_;
};

void CheckListen(const std::string& field, const std::string& value,
                 Faults& faults) {
  if (value.empty()) return;
  if (!SocketAddress::Parse(value).ok()) {
    faults.push_back(absl::StrCat(
        field, ": \"", value,
        "\" is not an address with a port, such as 127.0.0.1:8443 or "
        "[::1]:8443"));
  }
}

void CheckHttpListen(const std::string& value, Faults& faults) {
  CheckListen("http_listen", value, faults);
  absl::StatusOr<SocketAddress> address = SocketAddress::Parse(value);
  if (!address.ok()) return;
  const std::string ip = address->ip();
  if (ip != "::1" && !absl::StartsWith(ip, "127.")) {
    faults.push_back(
        "http_listen: it has no TLS, so it must be a loopback address; put a "
        "proxy with TLS before it");
  }
}

void CheckTls(const Config& config, Faults& faults) {
  const bool has_certificate = !config.tls_certificate_file().empty();
  const bool has_key = !config.tls_key_file().empty();
  if (has_certificate != has_key) {
    faults.push_back(
        has_key ? "tls_certificate_file: it is missing, but tls_key_file is set"
                : "tls_key_file: it is missing, but tls_certificate_file is "
                  "set");
  }
  for (const std::string& name : config.tls_names()) {
    if (absl::Status good = CheckCertificateName(name); !good.ok()) {
      faults.push_back(absl::StrCat("tls_names: ", good.message()));
    }
  }
}

void CheckDatabase(const Config& config, Faults& faults) {
  if (config.database_connections() > kMostConnections) {
    faults.push_back(
        absl::StrCat("database_connections: at most ", kMostConnections));
  }
  if (config.database_url().empty()) return;
  absl::Status good =
      PostgresStore::CheckConnectionString(config.database_url());
  if (!good.ok()) {
    faults.push_back(absl::StrCat("database_url: ", good.message()));
  }
}

void FillDefaults(Config& config) {
  if (config.grpc_listen().empty()) config.set_grpc_listen(kDefaultGrpcListen);
  if (config.database_connections() == 0) {
    config.set_database_connections(kDefaultConnections);
  }
}

}  // namespace

absl::StatusOr<Config> ParseConfig(const std::string& text) {
  Config config;
  Faults faults;
  Collector collector(faults);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  if (parser.ParseFromString(text, &config)) {
    if (config.data_dir().empty()) {
      faults.push_back(
          "data_dir: it is missing; name a directory for the controller's "
          "data, such as /var/lib/understudy/controller");
    }
    CheckListen("grpc_listen", config.grpc_listen(), faults);
    CheckHttpListen(config.http_listen(), faults);
    CheckListen("metrics_listen", config.metrics_listen(), faults);
    CheckDatabase(config, faults);
    CheckTls(config, faults);
  }
  if (!faults.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  }
  FillDefaults(config);
  return config;
}

absl::StatusOr<Config> ReadConfig(const std::string& path) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  return ParseConfig(text);
}

}  // namespace understudy::control
