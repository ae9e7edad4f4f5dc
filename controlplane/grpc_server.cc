// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "controlplane/auth/certificate.h"

namespace understudy::control {
namespace {

// An edge's report of 5,000 zones with the longest evidence fits.
constexpr int kMostMessageBytes = 8 << 20;
constexpr int kMostStreamsPerConnection = 1'000;
// Threads that wait for the database at once; calls beyond are refused.
constexpr int kMostThreads = 256;
constexpr int kKeepaliveMilliseconds = 20'000;
constexpr int kLeastPingMilliseconds = 5'000;
constexpr unsigned kCertificateCheckSeconds = 60;

absl::Status CheckPair(const std::string& certificate_file,
                       const std::string& key_file) {
  CertifiedKey pair;
  UNDERSTUDY_ASSIGN_OR_RETURN(pair.certificate_pem, ReadFile(certificate_file));
  UNDERSTUDY_ASSIGN_OR_RETURN(pair.key_pem, ReadFile(key_file));
  absl::Status good = CheckBelongTogether(pair);
  if (good.ok()) return good;
  return absl::InvalidArgumentError(
      absl::StrCat(certificate_file, " and ", key_file, ": ", good.message()));
}

std::shared_ptr<grpc::ServerCredentials> Credentials(
    const std::string& certificate_file, const std::string& key_file) {
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          key_file, certificate_file, kCertificateCheckSeconds));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

void SetLimits(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("api");
  quota.SetMaxThreads(kMostThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMostMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             kMostStreamsPerConnection);
  // A second controller on the same port is an error, not a rival.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             kKeepaliveMilliseconds);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kLeastPingMilliseconds);
}

}  // namespace

struct GrpcServer::Impl {
  SocketAddress address;
  std::unique_ptr<grpc::Server> server;
};

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcServer::~GrpcServer() { Stop(); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const SocketAddress& listen, const std::string& certificate_file,
    const std::string& key_file, const std::vector<grpc::Service*>& services) {
  UNDERSTUDY_RETURN_IF_ERROR(CheckPair(certificate_file, key_file));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(listen.ToString(),
                           Credentials(certificate_file, key_file), &port);
  SetLimits(builder);
  for (grpc::Service* service : services) builder.RegisterService(service);
  auto impl = std::make_unique<Impl>();
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", listen.ToString(),
        ": the address is in use or not this machine's; set grpc_listen"));
  }
  impl->address = listen.WithPort(static_cast<uint16_t>(port));
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

void GrpcServer::Stop() {
  impl_->server->Shutdown(gpr_time_from_seconds(2, GPR_TIMESPAN));
  impl_->server->Wait();
}

const SocketAddress& GrpcServer::address() const { return impl_->address; }

std::shared_ptr<grpc::ChannelInterface> GrpcServer::LocalChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return impl_->server->InProcessChannel(arguments);
}

}  // namespace understudy::control
