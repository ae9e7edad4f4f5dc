// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/edge_stream.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/mailbox.h"
#include "base/mutex.h"
#include "understudy/edge/v1/edge_sync_service.grpc.pb.h"

namespace understudy::control {
namespace {

using edge::v1::SyncRequest;
using edge::v1::SyncResponse;
using ServerReactor = grpc::ServerBidiReactor<SyncRequest, SyncResponse>;

constexpr size_t kMaxTokenLength = 512;
// An edge that acknowledges what it cannot have read yet gets no further.
constexpr size_t kMaxUnwritten = 4;
constexpr absl::Duration kRefusalLogInterval = absl::Seconds(10);
// How many streams are asked again each time whether their tokens still hold.
constexpr absl::Duration kRecheckInterval = absl::Seconds(1);
constexpr size_t kMostRechecks = 50;

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()));
}

// `authorization: Bearer TOKEN`; nothing when it is absent or oversized.
std::optional<std::string> BearerToken(
    const grpc::CallbackServerContext& context) {
  auto it = context.client_metadata().find("authorization");
  if (it == context.client_metadata().end()) return std::nullopt;
  absl::string_view value(it->second.data(), it->second.size());
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  if (value.empty() || value.size() > kMaxTokenLength) return std::nullopt;
  return std::string(value);
}

// What the hub holds of a stream. It outlives the reactor, which detaches when
// gRPC is done with it; the lock makes sure that nobody is in it then. gRPC
// never calls back from within the Start methods and Finish, so that they may
// be called under the lock.
class Connection final : public EdgeConnection {
 public:
  Connection(uint64_t id, ServerReactor* reactor)
      : id_(id), reactor_(reactor) {}

  void Send(SyncResponse response) override {
    MutexLock lock(mu_);
    if (ended_) return;
    if (!writing_) {
      Write(std::move(response));
    } else if (unwritten_.size() < kMaxUnwritten) {
      unwritten_.push_back(std::move(response));
    } else {
      Finish(absl::ResourceExhaustedError("the edge does not read its stream"));
    }
  }

  void ReadNext() override {
    MutexLock lock(mu_);
    if (!ended_) reactor_->StartRead(&request_);
  }

  void End(const absl::Status& status) override {
    MutexLock lock(mu_);
    if (!ended_) Finish(status);
  }

  // --- For the reactor ------------------------------------------------------

  uint64_t id() const { return id_; }

  // After a read and before the next ReadNext.
  SyncRequest TakeRequest() { return std::exchange(request_, SyncRequest()); }

  void OnWritten() {
    MutexLock lock(mu_);
    writing_ = false;
    if (ended_ || unwritten_.empty()) return;
    SyncResponse next = std::move(unwritten_.front());
    unwritten_.pop_front();
    Write(std::move(next));
  }

  void Detach() {
    MutexLock lock(mu_);
    ended_ = true;
    reactor_ = nullptr;
  }

  bool is_detached() {
    MutexLock lock(mu_);
    return reactor_ == nullptr;
  }

  bool has_ended() {
    MutexLock lock(mu_);
    return ended_;
  }

 private:
  void Write(SyncResponse response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    writing_ = true;
    response_ = std::move(response);
    reactor_->StartWrite(&response_);
  }

  void Finish(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    ended_ = true;
    reactor_->Finish(ToGrpc(status));
  }

  const uint64_t id_;
  // gRPC's while a read is under way, the reactor's between.
  SyncRequest request_;

  Mutex mu_;
  ServerReactor* reactor_ ABSL_GUARDED_BY(mu_);
  // Finish was called, or the reactor is gone.
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  SyncResponse response_ ABSL_GUARDED_BY(mu_);
  std::deque<SyncResponse> unwritten_ ABSL_GUARDED_BY(mu_);
};

// gRPC's end of one stream; deletes itself when gRPC is done with it.
class Reactor final : public ServerReactor {
 public:
  Reactor(uint64_t id, Hub& hub, std::atomic<size_t>& streams)
      : hub_(hub),
        streams_(streams),
        connection_(std::make_shared<Connection>(id, this)) {}

  const std::shared_ptr<Connection>& connection() { return connection_; }

  void OnReadDone(bool ok) override {
    if (ok) {
      hub_.Received(connection_->id(), connection_->TakeRequest());
    } else {
      // The edge closed its half, or the stream broke.
      connection_->End(absl::OkStatus());
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      connection_->OnWritten();
    } else {
      connection_->End(absl::UnavailableError("the stream broke"));
    }
  }

  void OnCancel() override {
    connection_->End(absl::CancelledError("the stream broke"));
  }

  void OnDone() override {
    connection_->Detach();
    hub_.Closed(connection_->id());
    --streams_;
    delete this;
  }

 private:
  Hub& hub_;
  std::atomic<size_t>& streams_;
  const std::shared_ptr<Connection> connection_;
};

}  // namespace

struct EdgeStreamService::Impl final
    : public edge::v1::EdgeSyncService::CallbackService {
  struct Applicant {
    std::shared_ptr<Connection> connection;
    std::string token;
    std::string peer;
  };

  Impl(EdgeAuthenticator& authenticator_in, Hub& hub_in, const Clock& clock_in,
       PushMetrics& metrics_in, Logger& log_in)
      : authenticator(authenticator_in),
        hub(hub_in),
        clock(clock_in),
        metrics(metrics_in),
        log(log_in) {}

  ServerReactor* Sync(grpc::CallbackServerContext* context) override {
    auto* reactor = new Reactor(++last_id, hub, streams);
    // It may be gone as soon as it was ended.
    std::shared_ptr<Connection> connection = reactor->connection();
    if (++streams > Hub::kMaxStreams) {
      connection->End(absl::ResourceExhaustedError(
          "this controller has as many edges as it can take; try another"));
      return reactor;
    }
    std::optional<std::string> token = BearerToken(*context);
    if (!token.has_value()) {
      metrics.streams_refused.Increment();
      connection->End(absl::UnauthenticatedError(
          "metadata `authorization: Bearer TOKEN` is needed, with the token "
          "that `understudy edges create` printed"));
      return reactor;
    }
    if (!applicants.TryPut({connection, *std::move(token), context->peer()})) {
      connection->End(absl::UnavailableError("the controller is stopping"));
    }
    return reactor;
  }

  void Run() {
    while (true) {
      // Asked before the box is emptied: what was put before it closed is in.
      const bool closed = applicants.is_closed();
      for (Applicant& applicant : applicants.TakeAll(kRecheckInterval)) {
        if (closed) {
          applicant.connection->End(
              absl::UnavailableError("the controller is stopping"));
        } else {
          Decide(std::move(applicant));
        }
      }
      if (closed) return;
      Recheck();
    }
  }

  // An edge that is deleted and made anew has another token: a stream that the
  // old one opened ends, though the edge's name is known again.
  void Recheck() {
    const absl::Duration now = clock.Monotonic();
    if (now < next_recheck) return;
    next_recheck = now + kRecheckInterval;
    std::erase_if(accepted, [](const Applicant& stream) {
      return stream.connection->has_ended();
    });
    const size_t due = std::min(accepted.size(), kMostRechecks);
    for (size_t i = 0; i < due; ++i) {
      Applicant stream = std::move(accepted.front());
      accepted.pop_front();
      absl::Status status = authenticator.EdgeOf(stream.token).status();
      if (absl::IsUnauthenticated(status)) {
        Refuse(stream, status);
        continue;
      }
      accepted.push_back(std::move(stream));
      // The database is away: not the time to ask about the others.
      if (!status.ok()) return;
    }
  }

  void Decide(Applicant applicant) {
    Connection& connection = *applicant.connection;
    // Broken off already: it must not end a later stream of its edge.
    if (connection.has_ended()) return;
    absl::StatusOr<std::string> edge = authenticator.EdgeOf(applicant.token);
    if (!edge.ok()) {
      Refuse(applicant, edge.status());
      return;
    }
    if (!hub.Opened(connection.id(), *std::move(edge), applicant.connection)) {
      connection.End(absl::UnavailableError("the controller is stopping"));
      return;
    }
    // When it was done before the hub knew it, the hub has not understood that.
    if (connection.is_detached()) hub.Closed(connection.id());
    accepted.push_back(std::move(applicant));
  }

  void Refuse(Applicant& applicant, const absl::Status& status) {
    metrics.streams_refused.Increment();
    applicant.connection->End(status);
    const absl::Duration now = clock.Monotonic();
    if (now < next_refusal_log) return;
    next_refusal_log = now + kRefusalLogInterval;
    log.Warning("edge stream refused",
                {{"peer", applicant.peer}, {"error", status.ToString()}});
  }

  EdgeAuthenticator& authenticator;
  Hub& hub;
  const Clock& clock;
  PushMetrics& metrics;
  Logger& log;
  std::atomic<uint64_t> last_id{0};
  std::atomic<size_t> streams{0};
  Mailbox<Applicant> applicants{Hub::kMaxStreams};
  // The thread's only.
  absl::Duration next_refusal_log = -absl::InfiniteDuration();
  absl::Duration next_recheck = -absl::InfiniteDuration();
  // Open streams, the one that was checked longest ago first.
  std::deque<Applicant> accepted;
  std::thread thread;
};

EdgeStreamService::EdgeStreamService(EdgeAuthenticator& authenticator, Hub& hub,
                                     const Clock& clock, PushMetrics& metrics,
                                     Logger& log)
    : impl_(std::make_unique<Impl>(authenticator, hub, clock, metrics, log)) {}

EdgeStreamService::~EdgeStreamService() { Stop(); }

grpc::Service* EdgeStreamService::service() { return impl_.get(); }

void EdgeStreamService::Start() {
  impl_->thread = std::thread([this] { impl_->Run(); });
}

void EdgeStreamService::Stop() {
  impl_->applicants.Close();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace understudy::control
