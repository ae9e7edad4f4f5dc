// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "controlplane/push/push_service.h"

#include <utility>

#include "controlplane/push/change_feed.h"
#include "controlplane/push/edge_stream.h"
#include "controlplane/push/hub.h"
#include "controlplane/push/push_metrics.h"
#include "controlplane/push/status_writer.h"

namespace understudy::control {

struct PushService::Parts {
  Parts(Store& store, EdgeAuthenticator& authenticator, const Clock& clock,
        Random& random, Metrics& registry, Logger& log)
      : metrics(registry),
        writer(store, clock, random, registry, log,
               [this](const std::string& edge) { hub.EdgeGone(edge); }),
        hub(clock, writer, metrics, log),
        feed(store, clock, random, registry, log,
             [this](FeedPage page) { return hub.TakePage(std::move(page)); }),
        streams(authenticator, hub, clock, metrics, log) {}

  // Each is fed by those below it.
  PushMetrics metrics;
  StatusWriter writer;
  Hub hub;
  ChangeFeed feed;
  EdgeStreamService streams;
};

PushService::PushService(Store& store, EdgeAuthenticator& authenticator,
                         const Clock& clock, Random& random, Metrics& metrics,
                         Logger& log)
    : parts_(std::make_unique<Parts>(store, authenticator, clock, random,
                                     metrics, log)) {}

PushService::~PushService() { Stop(); }

grpc::Service* PushService::service() { return parts_->streams.service(); }

void PushService::Start() {
  parts_->writer.Start();
  parts_->hub.Start();
  parts_->feed.Start();
  parts_->streams.Start();
}

void PushService::Stop() {
  parts_->streams.Stop();
  // Before the feed, which may be waiting for the hub to take a page.
  parts_->hub.Stop();
  parts_->feed.Stop();
  // Last: the ends of the streams are facts too.
  parts_->writer.Stop();
}

}  // namespace understudy::control
