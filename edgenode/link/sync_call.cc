// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/link/sync_call.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_callback.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "understudy/edge/v1/edge_sync_service.grpc.pb.h"

namespace understudy::edge {
namespace {

using understudy::edge::v1::EdgeSyncService;
using understudy::edge::v1::SyncRequest;
using understudy::edge::v1::SyncResponse;

// A dead controller is noticed after both.
constexpr int kKeepaliveMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
// A thousand assignments with sixteen primaries each fit several times.
constexpr int kMaxMessageBytes = 64 << 20;

std::shared_ptr<grpc::Channel> MakeChannel(const SyncTarget& target) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = target.ca_pem;
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The connection, and its back-off, are this call's alone.
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  args.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(target.controller, grpc::SslCredentials(tls),
                                   args);
}

}  // namespace

struct SyncCall::Reactor final
    : grpc::ClientBidiReactor<SyncRequest, SyncResponse> {
  Reactor(uint64_t call_number, const SyncTarget& target, OnEvent sink)
      : number(call_number),
        on_event(std::move(sink)),
        channel(MakeChannel(target)),
        stub(EdgeSyncService::NewStub(channel)) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", target.token));
    stub->async()->Sync(&context, this);
    // Reads and writes are begun from another thread than gRPC's: without the
    // hold the call could be over, and gone, while that happens.
    AddHold();
    StartRead(&batch);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return on_event({SyncEvent::Kind::kBroken, number, {}, {}});
    SyncEvent event{SyncEvent::Kind::kRead, number, std::move(batch), {}};
    batch = SyncResponse();
    on_event(std::move(event));
  }
  void OnWriteDone(bool ok) override {
    on_event({ok ? SyncEvent::Kind::kWrote : SyncEvent::Kind::kBroken,
              number,
              {},
              {}});
  }
  void OnDone(const grpc::Status& status) override {
    // Whoever takes the event may destroy this. The numbers of the codes are
    // the same.
    const OnEvent sink = on_event;
    sink({SyncEvent::Kind::kDone,
          number,
          {},
          absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                       status.error_message())});
  }

  const uint64_t number;
  const OnEvent on_event;
  const std::shared_ptr<grpc::Channel> channel;
  const std::unique_ptr<EdgeSyncService::Stub> stub;
  grpc::ClientContext context;
  SyncRequest request;
  SyncResponse batch;
};

SyncCall::SyncCall(uint64_t number, const SyncTarget& target, OnEvent on_event)
    : reactor_(std::make_unique<Reactor>(number, target, std::move(on_event))) {
}

SyncCall::~SyncCall() = default;

void SyncCall::Write(SyncRequest request) {
  requests_.push_back(std::move(request));
  if (!writing_) WriteNext();
}

void SyncCall::WriteNext() {
  writing_ = !requests_.empty() && !ended_;
  if (!writing_) return;
  reactor_->request = std::move(requests_.front());
  requests_.pop_front();
  reactor_->StartWrite(&reactor_->request);
}

void SyncCall::ReadNext() {
  if (!ended_) reactor_->StartRead(&reactor_->batch);
}

void SyncCall::End() {
  if (std::exchange(ended_, true)) return;
  reactor_->context.TryCancel();
  reactor_->RemoveHold();
}

}  // namespace understudy::edge
