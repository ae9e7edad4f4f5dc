// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "base/status_server.h"

#include <httplib.h>

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace understudy {

struct StatusServer::Impl {
  httplib::Server server;
  SocketAddress address;
  std::thread thread;
};

StatusServer::StatusServer(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

StatusServer::~StatusServer() {
  impl_->server.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

const SocketAddress& StatusServer::address() const { return impl_->address; }

absl::StatusOr<std::unique_ptr<StatusServer>> StatusServer::Start(
    const SocketAddress& listen, Metrics& metrics, Readiness readiness) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  server.set_payload_max_length(4096);
  server.set_read_timeout(5);
  server.set_write_timeout(5);
  server.set_keep_alive_max_count(100);
  server.Get("/metrics", [&metrics](const auto&, auto& response) {
    response.set_content(metrics.Text(), "text/plain; version=0.0.4");
  });
  server.Get("/healthz", [](const auto&, auto& response) {
    response.set_content("ok\n", "text/plain");
  });
  server.Get("/readyz", [readiness = std::move(readiness)](const auto&,
                                                           auto& response) {
    absl::Status status = readiness();
    if (!status.ok()) response.status = 503;
    response.set_content(
        status.ok() ? "ready\n" : absl::StrCat(status.message(), "\n"),
        "text/plain");
  });
  int port = listen.port();
  if (port == 0) {
    port = server.bind_to_any_port(listen.ip().c_str());
    if (port < 0) port = 0;
  } else if (!server.bind_to_port(listen.ip().c_str(), port)) {
    port = 0;
  }
  if (port == 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen for metrics on ", listen.ToString(),
        ": the address is in use or not this machine's; set metrics_listen"));
  }
  impl->address = listen.WithPort(static_cast<uint16_t>(port));
  impl->thread =
      std::thread([raw = impl.get()] { raw->server.listen_after_bind(); });
  // stop() does nothing before the accept loop runs, and the destructor would
  // then wait for ever.
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<StatusServer>(new StatusServer(std::move(impl)));
}

}  // namespace understudy
