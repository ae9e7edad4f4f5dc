// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/controller.h"

#include <fcntl.h>
#include <sys/file.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/metrics.h"
#include "base/socket_address.h"
#include "base/status_macros.h"
#include "base/status_server.h"
#include "base/unique_fd.h"
#include "controlplane/auth/authenticator.h"
#include "controlplane/auth/tls_files.h"
#include "controlplane/customer/edge_admin_service.h"
#include "controlplane/customer/zone_service.h"
#include "controlplane/embedded/embedded_postgres.h"
#include "controlplane/first_start.h"
#include "controlplane/grpc_server.h"
#include "controlplane/http/http_gateway.h"
#include "controlplane/push/push_service.h"
#include "controlplane/store/postgres_store.h"
#include "controlplane/upkeep.h"

namespace understudy::control {
namespace {

using Config = config::v1::ControllerConfig;

// Connections of the embedded PostgreSQL beyond the pool's: the listener, the
// migration, an operator with psql.
constexpr int kSpareConnections = 10;

// An edge's token is one of ours.
class TokenEdgeAuthenticator final : public EdgeAuthenticator {
 public:
  explicit TokenEdgeAuthenticator(Authenticator& authenticator)
      : authenticator_(authenticator) {}

  absl::StatusOr<std::string> EdgeOf(const std::string& token) override {
    UNDERSTUDY_ASSIGN_OR_RETURN(
        Principal principal,
        authenticator_.Authenticate(absl::StrCat("Bearer ", token)));
    if (principal.is_edge()) return principal.subject();
    return absl::UnauthenticatedError(
        "this is not an edge's token; use the one that `understudy edges "
        "create` printed");
  }

 private:
  Authenticator& authenticator_;
};

// Kept for as long as the process lives: two controllers would end each other's
// PostgreSQL.
absl::StatusOr<UniqueFd> LockDirectory(const std::string& data_dir) {
  const std::string path = absl::StrCat(data_dir, "/lock");
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot write in data_dir ", data_dir));
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("another controller runs on data_dir ", data_dir));
  }
  return lock;
}

}  // namespace

// In the order of their making; they end in the opposite one.
struct Controller::Parts {
  Parts(const Config& c, const Clock& k, Random& r, Logger& l)
      : config(c), clock(k), random(r), logger(l) {}
  ~Parts();

  absl::Status StartDatabase();
  absl::Status StartServices();
  absl::Status StartServers();
  absl::Status WriteAddresses() const;
  absl::Status Prepare();
  absl::StatusOr<TlsFiles> EnsureTls() const;
  void RenewTls() const;

  const Config config;
  const Clock& clock;
  Random& random;
  Logger& logger;

  UniqueFd lock;
  Metrics metrics;
  std::unique_ptr<EmbeddedPostgres> postgres;
  std::unique_ptr<PostgresStore> store;
  std::unique_ptr<Upkeep> upkeep;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<TokenEdgeAuthenticator> edge_authenticator;
  std::unique_ptr<RpcMetrics> rpc_metrics;
  std::unique_ptr<ZoneService> zones;
  std::unique_ptr<EdgeAdminService> edges;
  std::unique_ptr<PushService> push;
  std::unique_ptr<GrpcServer> server;
  std::unique_ptr<HttpGateway> http;
  std::unique_ptr<StatusServer> status;
};

Controller::Parts::~Parts() {
  status.reset();
  http.reset();
  // Calls and streams that would last end now; the others get a moment.
  if (zones != nullptr) zones->Stop();
  if (push != nullptr) push->Stop();
  server.reset();
}

absl::Status Controller::Parts::StartDatabase() {
  DatabaseOptions options{
      .connection_string = config.database_url(),
      .most_connections = static_cast<int>(config.database_connections())};
  if (config.database_url().empty()) {
    UNDERSTUDY_ASSIGN_OR_RETURN(
        postgres,
        EmbeddedPostgres::Start(
            {.directory = absl::StrCat(config.data_dir(), "/postgres"),
             .most_connections = options.most_connections + kSpareConnections},
            random, logger));
    options.connection_string = postgres->connection_string();
  }
  UNDERSTUDY_ASSIGN_OR_RETURN(store,
                              PostgresStore::Open(options, clock, random));
  upkeep = std::make_unique<Upkeep>(
      *store, clock, metrics, logger, [this] { return Prepare(); },
      [this] { RenewTls(); });
  return upkeep->Start();
}

absl::Status Controller::Parts::Prepare() {
  UNDERSTUDY_RETURN_IF_ERROR(store->Migrate());
  return MakeFirstProject(*store, random,
                          absl::StrCat(config.data_dir(), "/tokens"), logger);
}

absl::Status Controller::Parts::StartServices() {
  authenticator = std::make_unique<Authenticator>(*store, clock);
  edge_authenticator = std::make_unique<TokenEdgeAuthenticator>(*authenticator);
  rpc_metrics = std::make_unique<RpcMetrics>(metrics, clock);
  const ApiParts api{
      *store, *authenticator,          clock, random, *rpc_metrics,
      logger, config.insecure_claims()};
  zones = std::make_unique<ZoneService>(api);
  edges = std::make_unique<EdgeAdminService>(api);
  push = std::make_unique<PushService>(*store, *edge_authenticator, clock,
                                       random, metrics, logger);
  zones->Start();
  push->Start();
  return absl::OkStatus();
}

absl::StatusOr<TlsFiles> Controller::Parts::EnsureTls() const {
  if (!config.tls_certificate_file().empty()) {
    return TlsFiles{config.tls_certificate_file(), config.tls_key_file(), ""};
  }
  return EnsureTlsFiles(absl::StrCat(config.data_dir(), "/tls"),
                        {config.tls_names().begin(), config.tls_names().end()},
                        clock);
}

void Controller::Parts::RenewTls() const {
  if (absl::StatusOr<TlsFiles> files = EnsureTls(); !files.ok()) {
    logger.Error("certificate not renewed",
                 {{"error", files.status().message()}});
  }
}

absl::Status Controller::Parts::StartServers() {
  UNDERSTUDY_ASSIGN_OR_RETURN(TlsFiles tls, EnsureTls());
  UNDERSTUDY_ASSIGN_OR_RETURN(SocketAddress listen,
                              SocketAddress::Parse(config.grpc_listen()));
  UNDERSTUDY_ASSIGN_OR_RETURN(
      server,
      GrpcServer::Start(listen, tls.certificate_file, tls.key_file,
                        {zones->service(), edges->service(), push->service()}));
  logger.Info("serving grpc", {{"address", server->address().ToString()}});
  if (!config.http_listen().empty()) {
    UNDERSTUDY_ASSIGN_OR_RETURN(listen,
                                SocketAddress::Parse(config.http_listen()));
    UNDERSTUDY_ASSIGN_OR_RETURN(
        http, HttpGateway::Start(listen, server->LocalChannel(),
                                 {"understudy.v1.ZoneService",
                                  "understudy.admin.v1.EdgeService"},
                                 metrics, logger));
    logger.Info("serving http", {{"address", http->address().ToString()}});
  }
  if (!config.metrics_listen().empty()) {
    UNDERSTUDY_ASSIGN_OR_RETURN(listen,
                                SocketAddress::Parse(config.metrics_listen()));
    UNDERSTUDY_ASSIGN_OR_RETURN(
        status, StatusServer::Start(listen, metrics,
                                    [this] { return upkeep->readiness(); }));
  }
  return WriteAddresses();
}

absl::Status Controller::Parts::WriteAddresses() const {
  if (config.address_file().empty()) return absl::OkStatus();
  std::string text = absl::StrCat("grpc=", server->address().ToString(), "\n");
  if (http != nullptr) {
    absl::StrAppend(&text, "http=", http->address().ToString(), "\n");
  }
  if (status != nullptr) {
    absl::StrAppend(&text, "metrics=", status->address().ToString(), "\n");
  }
  return ReplaceFile(config.address_file(), text, 0644);
}

absl::StatusOr<std::unique_ptr<Controller>> Controller::Start(
    const Config& config, const Clock& clock, Random& random, Logger& logger) {
  auto parts = std::make_unique<Parts>(config, clock, random, logger);
  UNDERSTUDY_RETURN_IF_ERROR(MakeDirectories(config.data_dir(), 0755));
  UNDERSTUDY_ASSIGN_OR_RETURN(parts->lock, LockDirectory(config.data_dir()));
  if (config.insecure_claims()) {
    logger.Warning("zones are taken without proof of ownership",
                   {{"setting", "insecure_claims"}});
  }
  UNDERSTUDY_RETURN_IF_ERROR(parts->StartDatabase());
  UNDERSTUDY_RETURN_IF_ERROR(parts->StartServices());
  UNDERSTUDY_RETURN_IF_ERROR(parts->StartServers());
  return std::unique_ptr<Controller>(new Controller(std::move(parts)));
}

Controller::Controller(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)) {}
Controller::~Controller() = default;

}  // namespace understudy::control
