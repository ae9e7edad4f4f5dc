// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/customer/edge_admin_service.h"

#include "controlplane/auth/tokens.h"
#include "controlplane/customer/caller.h"
#include "controlplane/customer/errors.h"
#include "controlplane/customer/page_token.h"
#include "controlplane/customer/resource_names.h"
#include "controlplane/customer/status_view.h"
#include "controlplane/customer/validation.h"
#include "understudy/admin/v1/edge_service.grpc.pb.h"

namespace understudy::control {
namespace {

using grpc::ServerContext;
using grpc::Status;

constexpr int kMostRejections = 100;
constexpr char kScope[] = "edges";
// A controller that died cannot say that its edges are gone: without a word for
// so long an edge is not connected, whatever was written.
constexpr absl::Duration kMostSilence = absl::Minutes(5);

// What is the same for all edges.
struct Totals {
  int64_t latest_revision = 0;
  int64_t zones = 0;
};

admin::v1::Edge ToEdge(const EdgeRow& row, const Totals& totals,
                       const std::vector<RejectionRow>& rejections,
                       absl::Time now) {
  admin::v1::Edge edge;
  edge.set_name(EdgeName(row.id));
  edge.set_uid(row.uid);
  *edge.mutable_create_time() = ToTimestamp(row.create_time);
  if (row.last_contact_time) {
    *edge.mutable_last_contact_time() = ToTimestamp(*row.last_contact_time);
    edge.set_connected(row.connected &&
                       now - *row.last_contact_time < kMostSilence);
  }
  edge.set_version(row.version);
  edge.set_instance(row.instance);
  edge.set_acked_revision(row.acked_revision);
  edge.set_latest_revision(totals.latest_revision);
  edge.set_zones_serving(row.zones_serving);
  edge.set_zones_total(totals.zones);
  for (const RejectionRow& rejection : rejections) {
    admin::v1::RejectedItem& item = *edge.add_rejected_items();
    if (!rejection.zone_uid.empty()) {
      item.set_assignment(AssignmentName(rejection.zone_uid));
    }
    item.set_revision(rejection.revision);
    item.set_reason(rejection.reason);
  }
  return edge;
}

}  // namespace

class EdgeAdminService::Impl final : public admin::v1::EdgeService::Service {
 public:
  explicit Impl(const ApiParts& parts) : parts_(parts) {}

  Status CreateEdge(ServerContext* context,
                    const admin::v1::CreateEdgeRequest* request,
                    admin::v1::CreateEdgeResponse* response) override {
    return parts_.metrics.Record(
        "CreateEdge", [&] { return Create(*context, *request, *response); });
  }

  Status GetEdge(ServerContext* context,
                 const admin::v1::GetEdgeRequest* request,
                 admin::v1::Edge* response) override {
    return parts_.metrics.Record("GetEdge", [&] {
      std::string id;
      Status status = Admit(*context, request->name(), &id);
      if (!status.ok()) return status;
      absl::StatusOr<EdgeRow> row = parts_.store.GetEdge(id);
      if (!row.ok()) return Failed(row.status(), kReasonEdgeNotFound);
      std::vector<admin::v1::Edge> edges;
      status = View({*std::move(row)}, edges);
      if (status.ok()) *response = std::move(edges.front());
      return status;
    });
  }

  Status ListEdges(ServerContext* context,
                   const admin::v1::ListEdgesRequest* request,
                   admin::v1::ListEdgesResponse* response) override {
    return parts_.metrics.Record(
        "ListEdges", [&] { return List(*context, *request, *response); });
  }

  Status DeleteEdge(ServerContext* context,
                    const admin::v1::DeleteEdgeRequest* request,
                    google::protobuf::Empty*) override {
    return parts_.metrics.Record("DeleteEdge", [&] {
      std::string id;
      Status status = Admit(*context, request->name(), &id);
      if (status.ok()) status = CheckAwaited(*context, parts_.clock);
      if (!status.ok()) return status;
      const absl::Status done = parts_.store.DeleteEdge(id);
      return done.ok() ? Status::OK : Failed(done, kReasonEdgeNotFound);
    });
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

  Status Admit(const ServerContext& context, const std::string& name,
               std::string* id) {
    Status status = RequireOperator(parts_.authenticator, context);
    if (!status.ok()) return status;
    absl::StatusOr<std::string> parsed = ParseEdgeName(name);
    if (!parsed.ok()) {
      return InvalidFields({{"name", std::string(parsed.status().message())}});
    }
    *id = *std::move(parsed);
    return Status::OK;
  }

  Status Create(const ServerContext& context,
                const admin::v1::CreateEdgeRequest& request,
                admin::v1::CreateEdgeResponse& response) {
    Status status = RequireOperator(parts_.authenticator, context);
    if (!status.ok()) return status;
    Violations violations;
    if (!violations.Check("edge_id", CheckEdgeId(request.edge_id()))) {
      return InvalidFields(violations.list());
    }
    status = CheckAwaited(context, parts_.clock);
    if (!status.ok()) return status;
    const NewToken token = MakeToken(parts_.random);
    absl::StatusOr<EdgeRow> row = parts_.store.CreateEdge(
        request.edge_id(),
        {token.sha256_hex, TokenKind::kEdge, request.edge_id()});
    if (!row.ok()) return Failed(row.status(), kReasonEdgeTaken);
    // It is stored: what cannot be told now is no failure, and the token is
    // told this once.
    std::vector<admin::v1::Edge> edges;
    *response.mutable_edge() =
        View({*row}, edges).ok()
            ? std::move(edges.front())
            : ToEdge(*row, Totals(), {}, parts_.clock.Now());
    response.set_token(token.text.reveal());
    return Status::OK;
  }

  Status View(const std::vector<EdgeRow>& rows,
              std::vector<admin::v1::Edge>& edges) {
    Totals totals;
    absl::StatusOr<int64_t> revision = parts_.store.LatestRevision();
    if (!revision.ok()) return Failed(revision.status(), kReasonInternal);
    totals.latest_revision = *revision;
    absl::StatusOr<int64_t> zones = parts_.store.CountZones();
    if (!zones.ok()) return Failed(zones.status(), kReasonInternal);
    totals.zones = *zones;
    for (const EdgeRow& row : rows) {
      absl::StatusOr<std::vector<RejectionRow>> rejections =
          parts_.store.RejectionsOf(row.id, kMostRejections);
      if (!rejections.ok()) return Failed(rejections.status(), kReasonInternal);
      edges.push_back(ToEdge(row, totals, *rejections, parts_.clock.Now()));
    }
    return Status::OK;
  }

  Status List(const ServerContext& context,
              const admin::v1::ListEdgesRequest& request,
              admin::v1::ListEdgesResponse& response) {
    Status status = RequireOperator(parts_.authenticator, context);
    if (!status.ok()) return status;
    Violations violations;
    absl::StatusOr<int> size = ReadPageSize(request.page_size());
    violations.Check("page_size", size.status());
    absl::StatusOr<std::string> after =
        ReadPageToken(kScope, request.page_token());
    violations.Check("page_token", after.status());
    if (!violations.empty()) return InvalidFields(violations.list());
    absl::StatusOr<std::vector<EdgeRow>> rows =
        parts_.store.ListEdges(*after, *size + 1);
    if (!rows.ok()) return Failed(rows.status(), kReasonInternal);
    if (rows->size() > static_cast<size_t>(*size)) {
      rows->pop_back();
      response.set_next_page_token(MakePageToken(kScope, rows->back().id));
    }
    std::vector<admin::v1::Edge> edges;
    status = View(*rows, edges);
    for (admin::v1::Edge& edge : edges) {
      *response.add_edges() = std::move(edge);
    }
    return status;
  }

  const ApiParts parts_;
};

EdgeAdminService::EdgeAdminService(const ApiParts& parts)
    : impl_(std::make_unique<Impl>(parts)) {}
EdgeAdminService::~EdgeAdminService() = default;
grpc::Service* EdgeAdminService::service() { return impl_.get(); }

}  // namespace understudy::control
