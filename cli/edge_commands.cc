// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/rpc_error.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/zone_text.h"
#include "understudy/admin/v1/edge_service.grpc.pb.h"

namespace understudy::cli {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(30);

std::unique_ptr<admin::v1::EdgeService::Stub> StubOf(const Session& session) {
  return admin::v1::EdgeService::NewStub(session.client.channel());
}

void Prepare(const Session& session, grpc::ClientContext& context) {
  session.client.Prepare(context, kCallTimeout, Client::As::kOperator);
}

std::string ResourceName(const std::string& edge) {
  return absl::StrCat("edges/", absl::StripPrefix(edge, "edges/"));
}

int Fail(Session& session, absl::string_view what, const grpc::Status& status) {
  session.err << "understudy: "
              << DescribeRpcError(what, status,
                                  session.client.settings().endpoint)
              << "\n";
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED ||
      status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    session.err << "  edges need an operator's token: set "
                   "UNDERSTUDY_ADMIN_TOKEN\n";
  }
  return kExitFailed;
}

std::string LastContact(const admin::v1::Edge& edge, absl::Time now) {
  return FormatWhen(edge.has_last_contact_time(),
                    absl::FromUnixSeconds(edge.last_contact_time().seconds()),
                    now);
}

std::string RenderEdge(const admin::v1::Edge& edge, absl::Time now) {
  std::string text = RenderFacts({
      {"edge", ShortName(edge.name())},
      {"connected", edge.connected() ? "yes" : "no"},
      {"last contact", LastContact(edge, now)},
      {"version", edge.version()},
      {"instance", edge.instance()},
      {"revision",
       absl::StrCat(edge.acked_revision(), " of ", edge.latest_revision())},
      {"zones serving",
       absl::StrCat(edge.zones_serving(), "/", edge.zones_total())},
      {"uid", edge.uid()},
  });
  if (edge.rejected_items().empty()) return text;
  Table table({"REJECTED", "REVISION", "REASON"});
  for (const admin::v1::RejectedItem& item : edge.rejected_items()) {
    table.AddRow(
        {item.assignment(), absl::StrCat(item.revision()), item.reason()});
  }
  return absl::StrCat(text, "\n", table.Render());
}

int Create(Session& session, const std::string& edge) {
  admin::v1::CreateEdgeRequest request;
  request.set_edge_id(std::string(absl::StripPrefix(edge, "edges/")));
  admin::v1::CreateEdgeResponse response;
  grpc::ClientContext context;
  Prepare(session, context);
  grpc::Status status =
      StubOf(session)->CreateEdge(&context, request, &response);
  if (!status.ok()) return Fail(session, "creating edge " + edge, status);
  // The one place where a token is printed: it is what was asked for, and it
  // is shown this once. Alone on standard output, so that it can be put into
  // the edge's token_file.
  if (!session.PrintMessage(response)) {
    session.out << response.token() << "\n";
    session.err << "edge " << ShortName(response.edge().name())
                << " is registered; keep its token, it is not shown again\n";
  }
  return kExitOk;
}

int Get(Session& session, const std::string& edge) {
  admin::v1::GetEdgeRequest request;
  request.set_name(ResourceName(edge));
  admin::v1::Edge response;
  grpc::ClientContext context;
  Prepare(session, context);
  grpc::Status status = StubOf(session)->GetEdge(&context, request, &response);
  if (!status.ok()) return Fail(session, "getting edge " + edge, status);
  if (!session.PrintMessage(response)) {
    session.out << RenderEdge(response, session.client.clock().Now());
  }
  return kExitOk;
}

int List(Session& session) {
  auto stub = StubOf(session);
  admin::v1::ListEdgesRequest request;
  request.set_page_size(1000);
  admin::v1::ListEdgesResponse all;
  do {
    admin::v1::ListEdgesResponse page;
    grpc::ClientContext context;
    Prepare(session, context);
    grpc::Status status = stub->ListEdges(&context, request, &page);
    if (!status.ok()) return Fail(session, "listing edges", status);
    all.mutable_edges()->MergeFrom(page.edges());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (session.PrintMessage(all)) return kExitOk;
  absl::Time now = session.client.clock().Now();
  Table table({"EDGE", "CONNECTED", "LAST CONTACT", "VERSION", "REVISION",
               "ZONES", "REJECTED"});
  for (const admin::v1::Edge& edge : all.edges()) {
    table.AddRow(
        {ShortName(edge.name()), edge.connected() ? "yes" : "no",
         LastContact(edge, now), edge.version(),
         absl::StrCat(edge.acked_revision(), "/", edge.latest_revision()),
         absl::StrCat(edge.zones_serving(), "/", edge.zones_total()),
         absl::StrCat(edge.rejected_items_size())});
  }
  session.out << table.Render();
  return kExitOk;
}

int Delete(Session& session, const std::string& edge) {
  admin::v1::DeleteEdgeRequest request;
  request.set_name(ResourceName(edge));
  google::protobuf::Empty response;
  grpc::ClientContext context;
  Prepare(session, context);
  grpc::Status status =
      StubOf(session)->DeleteEdge(&context, request, &response);
  if (!status.ok()) return Fail(session, "deleting edge " + edge, status);
  session.out << (session.format == Format::kTable ? edge + ": deleted\n"
                                                   : "{}\n");
  return kExitOk;
}

}  // namespace

void AddEdgeCommands(CLI::App& app, Command& chosen) {
  auto edge = std::make_shared<std::string>();
  CLI::App* edges = app.add_subcommand(
      "edges", "Machines that answer (needs an operator's token)");
  edges->require_subcommand(1);
  auto add = [&](const char* name, const char* help,
                 int (*command)(Session&, const std::string&)) {
    CLI::App* verb = edges->add_subcommand(name, help);
    verb->add_option("EDGE", *edge, "The edge's name")->required();
    verb->callback([&chosen, edge, command] {
      chosen = [edge, command](Session& s) { return command(s, *edge); };
    });
  };
  add("create", "Register an edge and print its token", Create);
  add("get", "Show one edge", Get);
  add("delete", "Forget an edge and void its token", Delete);
  edges->add_subcommand("list", "List all edges")->callback([&chosen] {
    chosen = List;
  });
}

}  // namespace understudy::cli
