// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/push_metrics.h"

namespace understudy::control {
namespace {

constexpr char kItems[] = "understudy_controller_push_items_total";
constexpr char kItemsHelp[] = "Items sent to edges.";
constexpr char kEnds[] = "understudy_controller_push_streams_ended_total";
constexpr char kEndsHelp[] = "Edge streams that the controller ended.";

}  // namespace

PushMetrics::PushMetrics(Metrics& metrics)
    : edges_connected(metrics.Gauge("understudy_controller_edges_connected",
                                    "Edges that hold a stream.")),
      edges_syncing(
          metrics.Gauge("understudy_controller_edges_syncing",
                        "Edges that are being brought up to date after they "
                        "connected, and those that wait for it.")),
      zones(metrics.Gauge("understudy_controller_zones",
                          "Zones that edges are to serve.")),
      push_lag_seconds(metrics.Gauge(
          "understudy_controller_push_lag_seconds",
          "Age of the oldest change that a connected edge has not "
          "acknowledged.")),
      ack_seconds(
          metrics.Histogram("understudy_controller_push_ack_duration_seconds",
                            "From sending a batch to its acknowledgement.",
                            {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60})),
      upserts(metrics.Counter(kItems, kItemsHelp, {{"kind", "upsert"}})),
      removals(metrics.Counter(kItems, kItemsHelp, {{"kind", "removal"}})),
      batches(metrics.Counter("understudy_controller_push_batches_total",
                              "Batches sent to edges.")),
      rejections(metrics.Counter("understudy_controller_rejections_total",
                                 "Items that edges refused.")),
      reports(metrics.Counter("understudy_controller_reports_total",
                              "Zone reports from edges.",
                              {{"result", "taken"}})),
      reports_ignored(metrics.Counter("understudy_controller_reports_total",
                                      "Zone reports from edges.",
                                      {{"result", "ignored"}})),
      streams_replaced(
          metrics.Counter(kEnds, kEndsHelp, {{"cause", "replaced"}})),
      streams_refused(
          metrics.Counter(kEnds, kEndsHelp, {{"cause", "unauthenticated"}})),
      protocol_errors(
          metrics.Counter(kEnds, kEndsHelp, {{"cause", "protocol"}})),
      stream_timeouts(
          metrics.Counter(kEnds, kEndsHelp, {{"cause", "timeout"}})) {}

}  // namespace understudy::control
