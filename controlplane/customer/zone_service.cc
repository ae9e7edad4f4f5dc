// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/zone_service.h"

#include <optional>

#include "controlplane/customer/caller.h"
#include "controlplane/customer/errors.h"
#include "controlplane/customer/page_token.h"
#include "controlplane/customer/resource_names.h"
#include "controlplane/customer/status_view.h"
#include "controlplane/customer/validation.h"
#include "controlplane/customer/wait_calls.h"
#include "controlplane/store/store_errors.h"
#include "understudy/v1/zone_service.grpc.pb.h"

namespace understudy::control {
namespace {

using Base =
    v1::ZoneService::WithCallbackMethod_WaitForSerial<v1::ZoneService::Service>;
using grpc::ServerContext;
using grpc::Status;

// What the store said of a zone that was to be made.
absl::string_view CreateReason(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return kReasonProjectNotFound;
    case absl::StatusCode::kFailedPrecondition:
      return kReasonRequestIdReused;
    default:
      return kReasonZoneTaken;
  }
}

}  // namespace

class ZoneService::Impl final : public Base {
 public:
  explicit Impl(const ApiParts& parts) : parts_(parts), waits_(parts) {}

  WaitCalls& waits() { return waits_; }

  Status CreateZone(ServerContext* context,
                    const v1::CreateZoneRequest* request,
                    v1::Zone* response) override {
    return parts_.metrics.Record(
        "CreateZone", [&] { return Create(*context, *request, *response); });
  }

  Status GetZone(ServerContext* context, const v1::GetZoneRequest* request,
                 v1::Zone* response) override {
    return parts_.metrics.Record("GetZone", [&] {
      ZoneResource name;
      Status status = Admit(*context, request->name(), &name);
      if (!status.ok()) return status;
      absl::StatusOr<ZoneRow> row =
          parts_.store.GetZone(name.project, name.zone);
      if (!row.ok()) return Failed(row.status(), kReasonZoneNotFound);
      return View(*row, *response);
    });
  }

  Status ListZones(ServerContext* context, const v1::ListZonesRequest* request,
                   v1::ListZonesResponse* response) override {
    return parts_.metrics.Record(
        "ListZones", [&] { return List(*context, *request, *response); });
  }

  Status DeleteZone(ServerContext* context,
                    const v1::DeleteZoneRequest* request,
                    google::protobuf::Empty*) override {
    return parts_.metrics.Record("DeleteZone", [&] {
      return Change(*context, request->name(), [&](const ZoneResource& name) {
        return parts_.store.DeleteZone(name.project, name.zone,
                                       request->etag());
      });
    });
  }

  Status RefreshZone(ServerContext* context,
                     const v1::RefreshZoneRequest* request,
                     v1::RefreshZoneResponse*) override {
    return parts_.metrics.Record("RefreshZone", [&] {
      return Change(*context, request->name(), [&](const ZoneResource& name) {
        return parts_.store.RequestRefresh(name.project, name.zone);
      });
    });
  }

  Status RetransferZone(ServerContext* context,
                        const v1::RetransferZoneRequest* request,
                        v1::RetransferZoneResponse*) override {
    return parts_.metrics.Record("RetransferZone", [&] {
      return Change(*context, request->name(), [&](const ZoneResource& name) {
        return parts_.store.RequestRetransfer(name.project, name.zone);
      });
    });
  }

  grpc::ServerUnaryReactor* WaitForSerial(
      grpc::CallbackServerContext* context,
      const v1::WaitForSerialRequest* request,
      v1::WaitForSerialResponse* response) override {
    return waits_.Handle(context, request, response);
  }

 private:
  // StoreError, with a line in the log for what is our fault.
  Status Failed(const absl::Status& status, absl::string_view reason) {
    Status error = StoreError(status, reason);
    if (error.error_code() == grpc::StatusCode::INTERNAL) {
      parts_.logger.Error("call failed", {{"error", status.ToString()}});
    }
    return error;
  }

  // Who calls, and whether the zone's name may be used by them at all. A zone
  // of another project looks like one that is not there.
  Status Admit(const ServerContext& context, const std::string& text,
               ZoneResource* name) {
    std::optional<Principal> caller;
    Status status = FindCaller(parts_.authenticator, context, &caller);
    if (!status.ok()) return status;
    absl::StatusOr<ZoneResource> parsed = ParseZoneName(text);
    if (!parsed.ok()) {
      return InvalidFields({{"name", std::string(parsed.status().message())}});
    }
    if (!caller->MayUseProject(parsed->project)) {
      return Failed(ZoneNotFound(parsed->zone), kReasonZoneNotFound);
    }
    *name = *std::move(parsed);
    return Status::OK;
  }

  template <typename Act>
  Status Change(const ServerContext& context, const std::string& text,
                Act act) {
    ZoneResource name;
    Status status = Admit(context, text, &name);
    if (status.ok()) status = CheckAwaited(context, parts_.clock);
    if (!status.ok()) return status;
    const absl::Status done = act(name);
    if (done.ok()) return Status::OK;
    return Failed(done, absl::IsAborted(done) ? kReasonEtagMismatch
                                              : kReasonZoneNotFound);
  }

  Status Create(const ServerContext& context,
                const v1::CreateZoneRequest& request, v1::Zone& response) {
    std::optional<Principal> caller;
    Status status = FindCaller(parts_.authenticator, context, &caller);
    if (!status.ok()) return status;
    ZoneRow wanted;
    Violations violations;
    ValidateCreateZone(request, &wanted, violations);
    if (!wanted.project.empty() && !caller->MayUseProject(wanted.project)) {
      return Failed(ProjectNotFound(wanted.project), kReasonProjectNotFound);
    }
    if (!violations.empty()) return InvalidFields(violations.list());
    wanted.claim_proven = parts_.insecure_claims;
    status = CheckAwaited(context, parts_.clock);
    if (!status.ok()) return status;
    if (request.validate_only()) {
      const absl::Status valid =
          parts_.store.CheckCreateZone(wanted, parts_.insecure_claims);
      if (!valid.ok()) return Failed(valid, CreateReason(valid));
      response = ToZoneView(wanted, {}, {});
      response.clear_create_time();
      response.clear_update_time();
      return Status::OK;
    }
    absl::StatusOr<CreateZoneResult> created = parts_.store.CreateZone(
        wanted, request.request_id(), parts_.insecure_claims);
    if (!created.ok()) {
      return Failed(created.status(), CreateReason(created.status()));
    }
    // It is stored: what cannot be told about the edges now is no failure.
    if (!View(created->row, response).ok()) {
      response = ToZoneView(created->row, {}, {});
    }
    return Status::OK;
  }

  Status View(const ZoneRow& row, v1::Zone& response) {
    std::vector<v1::Zone> zones;
    Status status = View(std::vector<ZoneRow>{row}, zones);
    if (status.ok()) response = std::move(zones.front());
    return status;
  }

  Status View(const std::vector<ZoneRow>& rows, std::vector<v1::Zone>& zones) {
    absl::StatusOr<std::vector<std::string>> edges = parts_.store.EdgeIds();
    if (!edges.ok()) return Failed(edges.status(), kReasonInternal);
    std::vector<std::string> uids;
    for (const ZoneRow& row : rows) uids.push_back(row.uid);
    absl::StatusOr<std::vector<PlacementRow>> placements =
        parts_.store.PlacementsOf(uids);
    if (!placements.ok()) return Failed(placements.status(), kReasonInternal);
    zones = ToZoneViews(rows, *edges, *placements);
    return Status::OK;
  }

  Status List(const ServerContext& context, const v1::ListZonesRequest& request,
              v1::ListZonesResponse& response) {
    std::optional<Principal> caller;
    Status status = FindCaller(parts_.authenticator, context, &caller);
    if (!status.ok()) return status;
    Violations violations;
    absl::StatusOr<std::string> project = ParseProjectName(request.parent());
    violations.Check("parent", project.status());
    absl::StatusOr<int> size = ReadPageSize(request.page_size());
    violations.Check("page_size", size.status());
    const std::string scope = request.parent() + "/zones";
    absl::StatusOr<std::string> after =
        ReadPageToken(scope, request.page_token());
    violations.Check("page_token", after.status());
    if (!violations.empty()) return InvalidFields(violations.list());
    if (!caller->MayUseProject(*project)) {
      return Failed(ProjectNotFound(*project), kReasonProjectNotFound);
    }
    // One more, to know whether there is another page.
    absl::StatusOr<std::vector<ZoneRow>> rows =
        parts_.store.ListZones(*project, *after, *size + 1);
    if (!rows.ok()) return Failed(rows.status(), kReasonProjectNotFound);
    if (rows->size() > static_cast<size_t>(*size)) {
      rows->pop_back();
      response.set_next_page_token(MakePageToken(scope, rows->back().zone));
    }
    std::vector<v1::Zone> zones;
    status = View(*rows, zones);
    for (v1::Zone& zone : zones) *response.add_zones() = std::move(zone);
    return status;
  }

  const ApiParts parts_;
  WaitCalls waits_;
};

ZoneService::ZoneService(const ApiParts& parts)
    : impl_(std::make_unique<Impl>(parts)) {}
ZoneService::~ZoneService() { Stop(); }

grpc::Service* ZoneService::service() { return impl_.get(); }
void ZoneService::Start() { impl_->waits().Start(); }
void ZoneService::Stop() { impl_->waits().Stop(); }

}  // namespace understudy::control
