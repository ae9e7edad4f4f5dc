// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/http/unary_caller.h"

#include <grpc/support/time.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace understudy::control {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, std::string* bytes) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  for (const grpc::Slice& slice : slices) {
    bytes->append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return true;
}

}  // namespace

struct UnaryCaller::Impl {
  explicit Impl(std::shared_ptr<grpc::ChannelInterface> channel)
      : stub(std::move(channel)) {}

  grpc::GenericStub stub;
  Mutex mu;
  bool cancelled ABSL_GUARDED_BY(mu) = false;
  std::set<grpc::ClientContext*> running ABSL_GUARDED_BY(mu);
};

UnaryCaller::UnaryCaller(std::shared_ptr<grpc::ChannelInterface> channel)
    : impl_(std::make_unique<Impl>(std::move(channel))) {}

UnaryCaller::~UnaryCaller() = default;

UnaryCaller::Reply UnaryCaller::Call(const std::string& path,
                                     const std::string& request,
                                     const std::string& authorization,
                                     absl::Duration timeout) {
  grpc::ClientContext context;
  // gRPC counts a span from its own present.
  context.set_deadline(
      gpr_time_from_micros(absl::ToInt64Microseconds(timeout), GPR_TIMESPAN));
  if (!authorization.empty()) {
    context.AddMetadata("authorization", authorization);
  }
  {
    MutexLock lock(impl_->mu);
    if (impl_->cancelled) {
      return {grpc::StatusCode::CANCELLED, "the server is stopping", "", ""};
    }
    impl_->running.insert(&context);
  }
  const grpc::ByteBuffer sent = ToBuffer(request);
  grpc::ByteBuffer received;
  grpc::Status status;
  Mutex mu;
  CondVar done;
  bool is_done = false;
  impl_->stub.UnaryCall(&context, path, grpc::StubOptions(), &sent, &received,
                        [&](grpc::Status result) {
                          // Notified under the lock: the one who waits takes
                          // the condition away with it.
                          MutexLock lock(mu);
                          status = std::move(result);
                          is_done = true;
                          done.NotifyAll();
                        });
  {
    MutexLock lock(mu);
    while (!is_done) done.Wait(mu);
  }
  {
    MutexLock lock(impl_->mu);
    impl_->running.erase(&context);
  }
  Reply reply{status.error_code(), status.error_message(),
              status.error_details(), ""};
  if (status.ok() && !FromBuffer(received, &reply.response)) {
    reply.code = grpc::StatusCode::INTERNAL;
    reply.message = "the response cannot be read";
  }
  return reply;
}

void UnaryCaller::CancelAll() {
  MutexLock lock(impl_->mu);
  impl_->cancelled = true;
  // Completions come on gRPC's threads, which do not wait for this lock.
  for (grpc::ClientContext* context : impl_->running) context->TryCancel();
}

}  // namespace understudy::control
