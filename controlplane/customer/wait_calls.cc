// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/wait_calls.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <atomic>

#include "controlplane/customer/caller.h"
#include "controlplane/customer/errors.h"
#include "controlplane/customer/resource_names.h"
#include "controlplane/customer/validation.h"
#include "controlplane/store/store_errors.h"

namespace understudy::control {
namespace {

constexpr size_t kMostNewCalls = 1'000;
constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
constexpr absl::Duration kLongestTimeout = absl::Minutes(10);
// So that our answer is with the client before it gives up by itself.
constexpr absl::Duration kHeadStart = absl::Milliseconds(100);

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

grpc::Status ToError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return MakeError(status.code(), kReasonZoneNotFound, status.message());
    case absl::StatusCode::kDeadlineExceeded:
      return MakeError(status.code(), kReasonSerialNotServed, status.message());
    case absl::StatusCode::kResourceExhausted:
      return MakeError(status.code(), kReasonTooManyWaits, status.message());
    case absl::StatusCode::kCancelled:
      return MakeError(status.code(), kReasonCancelled, status.message());
    default:
      return MakeError(absl::StatusCode::kUnavailable, kReasonStopping,
                       status.message());
  }
}

// What the request says, checked.
absl::Duration Validate(const v1::WaitForSerialRequest& request,
                        ZoneResource* zone, Violations& violations) {
  absl::StatusOr<ZoneResource> name = ParseZoneName(request.name());
  if (violations.Check("name", name.status())) *zone = *std::move(name);
  if (!request.has_serial()) {
    violations.Add("serial", "it is missing; give the serial to wait for");
  }
  if (!v1::WaitForSerialRequest::Scope_IsValid(request.scope())) {
    violations.Add("scope", "it is none of SCOPE_ANY, SCOPE_QUORUM, SCOPE_ALL");
  }
  if (!request.has_timeout()) return kDefaultTimeout;
  const absl::Duration timeout = ToDuration(request.timeout());
  if (timeout < absl::ZeroDuration() || timeout > kLongestTimeout) {
    violations.Add("timeout", "it must be between 0 and 10 minutes");
  }
  return timeout;
}

}  // namespace

// One call. Deletes itself when gRPC is through with it.
class WaitCalls::Reactor final : public grpc::ServerUnaryReactor {
 public:
  // What outlives the call for those who come late.
  struct Shared {
    std::atomic<bool> cancelled{false};
    std::atomic<uint64_t> wait{0};
  };

  Reactor(WaitCalls& calls, grpc::CallbackServerContext& context,
          const v1::WaitForSerialRequest& request,
          v1::WaitForSerialResponse& response)
      : calls_(calls),
        start_(calls.parts_.metrics.Start()),
        context_(context),
        request_(request),
        response_(response) {}

  void OnDone() override { delete this; }
  void OnCancel() override {
    shared_->cancelled = true;
    calls_.waiter_.Cancel(shared_->wait);
  }

  // Once, and last of all.
  void End(const grpc::Status& status) {
    calls_.parts_.metrics.Finish("WaitForSerial", start_, status);
    Finish(status);
  }

  const v1::WaitForSerialRequest& request() const { return request_; }
  v1::WaitForSerialResponse& response() { return response_; }
  const grpc::CallbackServerContext& context() const { return context_; }
  std::shared_ptr<Shared> shared() const { return shared_; }

 private:
  WaitCalls& calls_;
  const absl::Duration start_;
  grpc::CallbackServerContext& context_;
  const v1::WaitForSerialRequest& request_;
  v1::WaitForSerialResponse& response_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

WaitCalls::WaitCalls(const ApiParts& parts)
    : parts_(parts),
      waiter_(parts.store, parts.clock),
      new_calls_(kMostNewCalls) {}

WaitCalls::~WaitCalls() { Stop(); }

void WaitCalls::Start() {
  waiter_.Start();
  checker_ = std::thread([this] { CheckNewCalls(); });
}

void WaitCalls::Stop() {
  new_calls_.Close();
  if (checker_.joinable()) checker_.join();
  waiter_.Stop();
}

void WaitCalls::CheckNewCalls() {
  bool closed = false;
  while (!closed) {
    // Asked before, so that what was put until then is taken.
    closed = new_calls_.is_closed();
    for (const auto& begin : new_calls_.TakeAll(absl::Seconds(1))) begin();
  }
}

grpc::ServerUnaryReactor* WaitCalls::Handle(
    grpc::CallbackServerContext* context,
    const v1::WaitForSerialRequest* request,
    v1::WaitForSerialResponse* response) {
  auto* reactor = new Reactor(*this, *context, *request, *response);
  if (!new_calls_.TryPut([this, reactor] { Begin(*reactor); })) {
    reactor->End(ToError(
        new_calls_.is_closed()
            ? absl::UnavailableError("the controller stops; try again")
            : absl::ResourceExhaustedError("too many calls at once; wait a "
                                           "moment and try again")));
  }
  return reactor;
}

void WaitCalls::Begin(Reactor& reactor) {
  std::optional<Principal> caller;
  grpc::Status status =
      FindCaller(parts_.authenticator, reactor.context(), &caller);
  if (!status.ok()) return reactor.End(status);
  ZoneResource name;
  Violations violations;
  absl::Duration timeout = Validate(reactor.request(), &name, violations);
  if (!violations.empty()) return reactor.End(InvalidFields(violations.list()));
  absl::StatusOr<ZoneRow> row = ZoneNotFound(name.zone);
  // Before the zone is looked up, which is therefore there at this revision.
  absl::StatusOr<int64_t> live_at = parts_.store.LatestRevision();
  if (!live_at.ok()) {
    return reactor.End(StoreError(live_at.status(), kReasonInternal));
  }
  if (caller->MayUseProject(name.project)) {
    row = parts_.store.GetZone(name.project, name.zone);
  }
  if (!row.ok()) {
    return reactor.End(StoreError(row.status(), kReasonZoneNotFound));
  }
  const absl::Duration left =
      absl::FromChrono(reactor.context().deadline()) - parts_.clock.Now();
  timeout = std::min(timeout, std::max(left - kHeadStart, left / 2));

  const std::shared_ptr<Reactor::Shared> shared = reactor.shared();
  absl::StatusOr<uint64_t> id = waiter_.Add(
      {*std::move(row), reactor.request().serial(), reactor.request().scope(),
       parts_.clock.Monotonic() + timeout, *live_at},
      [&reactor](absl::StatusOr<v1::Zone> outcome) {
        if (!outcome.ok()) return reactor.End(ToError(outcome.status()));
        *reactor.response().mutable_zone() = *std::move(outcome);
        reactor.End(grpc::Status::OK);
      });
  if (!id.ok()) return reactor.End(ToError(id.status()));
  // The reactor may be gone by now. A cancellation came before the number was
  // known, or finds it.
  shared->wait = *id;
  if (shared->cancelled) waiter_.Cancel(*id);
}

}  // namespace understudy::control
