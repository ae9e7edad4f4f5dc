// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/zone_calls.h"

#include <grpcpp/client_context.h>

#include "absl/strings/str_cat.h"
#include "cli/zone_text.h"
#include "understudy/v1/zone_service.grpc.pb.h"

namespace understudy::cli {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(30);
// Beyond the timeout that the controller keeps itself.
constexpr absl::Duration kWaitGrace = absl::Seconds(5);

}  // namespace

struct ZoneCalls::Impl {
  std::unique_ptr<v1::ZoneService::Stub> stub;
};

ZoneCalls::ZoneCalls(const Client& client)
    : client_(client),
      impl_(new Impl{v1::ZoneService::NewStub(client.channel())}) {}

ZoneCalls::~ZoneCalls() = default;

std::string ZoneCalls::Name(const std::string& zone) const {
  return ZoneResourceName(client_.settings().project, zone);
}

grpc::Status ZoneCalls::Create(const std::string& zone,
                               const std::vector<v1::Primary>& primaries,
                               const std::string& request_id,
                               bool validate_only, v1::Zone* created) {
  v1::CreateZoneRequest request;
  request.set_parent(absl::StrCat("projects/", client_.settings().project));
  request.set_request_id(request_id);
  request.set_validate_only(validate_only);
  request.mutable_zone()->set_name(Name(zone));
  for (const v1::Primary& primary : primaries) {
    *request.mutable_zone()->add_primaries() = primary;
  }
  grpc::ClientContext context;
  client_.Prepare(context, kCallTimeout);
  return impl_->stub->CreateZone(&context, request, created);
}

grpc::Status ZoneCalls::Get(const std::string& zone, v1::Zone* found) {
  v1::GetZoneRequest request;
  request.set_name(Name(zone));
  grpc::ClientContext context;
  client_.Prepare(context, kCallTimeout);
  return impl_->stub->GetZone(&context, request, found);
}

grpc::Status ZoneCalls::List(v1::ListZonesResponse* all) {
  v1::ListZonesRequest request;
  request.set_parent(absl::StrCat("projects/", client_.settings().project));
  request.set_page_size(1000);
  do {
    v1::ListZonesResponse page;
    grpc::ClientContext context;
    client_.Prepare(context, kCallTimeout);
    grpc::Status status = impl_->stub->ListZones(&context, request, &page);
    if (!status.ok()) return status;
    for (v1::Zone& zone : *page.mutable_zones()) {
      *all->add_zones() = std::move(zone);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return grpc::Status::OK;
}

grpc::Status ZoneCalls::Delete(const std::string& zone,
                               const std::string& etag) {
  v1::DeleteZoneRequest request;
  request.set_name(Name(zone));
  request.set_etag(etag);
  google::protobuf::Empty response;
  grpc::ClientContext context;
  client_.Prepare(context, kCallTimeout);
  return impl_->stub->DeleteZone(&context, request, &response);
}

grpc::Status ZoneCalls::Refresh(const std::string& zone) {
  v1::RefreshZoneRequest request;
  request.set_name(Name(zone));
  v1::RefreshZoneResponse response;
  grpc::ClientContext context;
  client_.Prepare(context, kCallTimeout);
  return impl_->stub->RefreshZone(&context, request, &response);
}

grpc::Status ZoneCalls::Retransfer(const std::string& zone) {
  v1::RetransferZoneRequest request;
  request.set_name(Name(zone));
  v1::RetransferZoneResponse response;
  grpc::ClientContext context;
  client_.Prepare(context, kCallTimeout);
  return impl_->stub->RetransferZone(&context, request, &response);
}

grpc::Status ZoneCalls::WaitForSerial(const std::string& zone, uint32_t serial,
                                      v1::WaitForSerialRequest::Scope scope,
                                      absl::Duration timeout,
                                      v1::Zone* zone_then) {
  v1::WaitForSerialRequest request;
  request.set_name(Name(zone));
  request.set_serial(serial);
  request.set_scope(scope);
  request.mutable_timeout()->set_seconds(absl::ToInt64Seconds(timeout));
  request.mutable_timeout()->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(timeout % absl::Seconds(1))));
  v1::WaitForSerialResponse response;
  grpc::ClientContext context;
  client_.Prepare(context, timeout + kWaitGrace);
  grpc::Status status =
      impl_->stub->WaitForSerial(&context, request, &response);
  *zone_then = std::move(*response.mutable_zone());
  return status;
}

}  // namespace understudy::cli
