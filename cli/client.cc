// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace understudy::cli {
namespace {

// Zones with many edges, a page of a thousand of them.
constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Make(Settings settings,
                                                     const Clock& clock) {
  if (settings.token.empty() && settings.admin_token.empty()) {
    return absl::FailedPreconditionError(
        "no token; set UNDERSTUDY_TOKEN, or token= in the profile file");
  }
  grpc::SslCredentialsOptions options;
  if (!settings.ca_file.empty()) {
    absl::StatusOr<std::string> pem = ReadFile(settings.ca_file);
    if (!pem.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the CA file cannot be read: ", pem.status().message(),
                       "; check --ca or UNDERSTUDY_CA"));
    }
    options.pem_root_certs = *std::move(pem);
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  auto channel = grpc::CreateCustomChannel(
      settings.endpoint, grpc::SslCredentials(options), arguments);
  return std::unique_ptr<Client>(
      new Client(std::move(settings), clock, std::move(channel)));
}

Client::Client(Settings settings, const Clock& clock,
               std::shared_ptr<grpc::ChannelInterface> channel)
    : settings_(std::move(settings)),
      clock_(clock),
      channel_(std::move(channel)) {}

Client::~Client() = default;

void Client::Prepare(grpc::ClientContext& context, absl::Duration timeout,
                     As role) const {
  const Secret& token =
      role == As::kOperator ? settings_.admin_token : settings_.token;
  context.AddMetadata("authorization", absl::StrCat("Bearer ", token.reveal()));
  context.set_deadline(absl::ToChronoTime(clock_.Now() + timeout));
}

}  // namespace understudy::cli
