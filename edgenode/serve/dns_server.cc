// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/dns_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/status_macros.h"
#include "base/unique_fd.h"
#include "edgenode/serve/answerer.h"
#include "edgenode/serve/listener.h"
#include "edgenode/serve/tcp_connections.h"
#include "edgenode/serve/udp_io.h"
#include "edgenode/serve/worker_stats.h"

namespace understudy::edge {

// One thread: its sockets, its epoll, its counters.
class DnsServer::Worker {
 public:
  Worker(const DnsServerDeps& deps, size_t tcp_connections)
      : epochs_(deps.epochs.NewReader()),
        clock_(deps.clock),
        answerer_(deps.zones, deps.notifies, stats_),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        udp_(answerer_, *epochs_, stats_),
        tcp_(epoll_.get(), {.connections = tcp_connections}, answerer_,
             *epochs_, stats_) {
    UNDERSTUDY_CHECK(epoll_ && stop_);
    Watch(stop_.get(), &stop_);
  }

  ~Worker() {
    if (!thread_.joinable()) return;
    const uint64_t one = 1;
    UNDERSTUDY_CHECK(write(stop_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
  }

  void Add(Listener listener) { listeners_.push_back(std::move(listener)); }

  void Start() {
    for (Listener& listener : listeners_) {
      Watch(listener.udp.get(), &listener.udp);
      Watch(listener.tcp.get(), &listener.tcp);
    }
    thread_ = std::thread([this] { Run(); });
  }

  const WorkerStats& stats() const { return stats_; }

 private:
  static constexpr int kEvents = 256;

  void Watch(int fd, void* cookie) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = cookie;
    UNDERSTUDY_CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
  }

  void Run() {
    epoll_event events[kEvents];
    for (;;) {
      const absl::Duration wait =
          std::min(tcp_.CloseIdle(clock_.Monotonic()), absl::Seconds(3600));
      const int count =
          epoll_wait(epoll_.get(), events, kEvents,
                     static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1);
      const absl::Duration now = clock_.Monotonic();
      // Connections first, and only once each: accepting may close the
      // quietest ones, whose events would then be of the dead.
      for (int i = 0; i < count; ++i) {
        void* cookie = events[i].data.ptr;
        if (cookie == &stop_) return;
        if (!IsSocket(cookie)) tcp_.OnEvent(cookie, events[i].events, now);
      }
      for (int i = 0; i < count; ++i) Serve(events[i].data.ptr, now);
    }
  }

  bool IsSocket(const void* cookie) const {
    return std::any_of(listeners_.begin(), listeners_.end(),
                       [cookie](const Listener& l) {
                         return cookie == &l.udp || cookie == &l.tcp;
                       });
  }

  void Serve(const void* cookie, absl::Duration now) {
    for (Listener& listener : listeners_) {
      if (cookie == &listener.udp) udp_.Drain(listener.udp.get());
      if (cookie == &listener.tcp) tcp_.Accept(listener.tcp.get(), now);
    }
  }

  WorkerStats stats_;
  const std::unique_ptr<EpochDomain::Reader> epochs_;
  const Clock& clock_;
  Answerer answerer_;
  const UniqueFd epoll_;
  UniqueFd stop_;
  UdpIo udp_;
  TcpConnections tcp_;
  std::vector<Listener> listeners_;
  std::thread thread_;
};

DnsServer::DnsServer() = default;
DnsServer::~DnsServer() = default;

absl::StatusOr<std::unique_ptr<DnsServer>> DnsServer::Start(
    const DnsServerOptions& options, const DnsServerDeps& deps) {
  std::unique_ptr<DnsServer> server(new DnsServer);
  const int workers = std::max(options.workers, 1);
  for (int i = 0; i < workers; ++i) {
    auto worker = std::make_unique<Worker>(
        deps, std::max<size_t>(options.tcp_connections / workers, 1));
    for (size_t a = 0; a < options.listen.size(); ++a) {
      if (i == 0) {
        UNDERSTUDY_ASSIGN_OR_RETURN(Listener listener,
                                    Listener::Bind(options.listen[a]));
        server->addresses_.push_back(listener.address);
        worker->Add(std::move(listener));
      } else {
        UNDERSTUDY_ASSIGN_OR_RETURN(
            Listener listener, Listener::BindShared(server->addresses_[a]));
        worker->Add(std::move(listener));
      }
    }
    server->workers_.push_back(std::move(worker));
  }
  server->DeclareMetrics(deps.metrics);
  for (auto& worker : server->workers_) worker->Start();
  return server;
}

void DnsServer::DeclareMetrics(Metrics& metrics) {
  static constexpr const char* kTransports[] = {"udp", "tcp"};
  // One sample for each transport, or one in all, summed over the workers.
  auto by_transport = [this](auto member) {
    return [this, member] {
      std::vector<MetricSample> samples;
      for (int t = 0; t < 2; ++t) {
        uint64_t sum = 0;
        for (auto& w : workers_) sum += (w->stats().*member)[t].value();
        samples.push_back(
            {{{"transport", kTransports[t]}}, static_cast<double>(sum)});
      }
      return samples;
    };
  };
  auto in_all = [this](auto member) {
    return [this, member] {
      uint64_t sum = 0;
      for (auto& w : workers_) sum += (w->stats().*member).value();
      return std::vector<MetricSample>{{{}, static_cast<double>(sum)}};
    };
  };
  const auto counter = MetricKind::kCounter;
  metrics.Collect("understudy_edge_queries_total", "Messages received.",
                  counter, by_transport(&WorkerStats::queries));
  metrics.Collect("understudy_edge_truncated_total",
                  "Answers sent with the TC bit.", counter,
                  by_transport(&WorkerStats::truncated));
  metrics.Collect("understudy_edge_dropped_total",
                  "Messages that got no answer: responses, and what is no "
                  "message.",
                  counter, by_transport(&WorkerStats::dropped));
  metrics.Collect("understudy_edge_send_failures_total",
                  "Answers that the system did not take.", counter,
                  in_all(&WorkerStats::send_failures));
  metrics.Collect("understudy_edge_tcp_accepted_total",
                  "TCP connections accepted.", counter,
                  in_all(&WorkerStats::tcp_accepted));
  metrics.Collect("understudy_edge_tcp_evicted_total",
                  "TCP connections that the edge closed: idle, or too many.",
                  counter, in_all(&WorkerStats::tcp_evicted));
  metrics.Collect("understudy_edge_notifies_refused_total",
                  "NOTIFYs from others than the zone's primaries, or for no "
                  "zone of ours.",
                  counter, in_all(&WorkerStats::notifies_refused));
  metrics.Collect("understudy_edge_notifies_accepted_total",
                  "NOTIFYs from primaries.", counter,
                  in_all(&WorkerStats::notifies_accepted));
  metrics.Collect(
      "understudy_edge_answers_total", "Answers by rcode.", counter, [this] {
        std::vector<MetricSample> samples;
        for (int t = 0; t < 2; ++t) {
          for (int r = 0; r < WorkerStats::kRcodes; ++r) {
            uint64_t sum = 0;
            for (auto& w : workers_) sum += w->stats().answers[t][r].value();
            if (sum == 0) continue;
            samples.push_back(
                {{{"transport", kTransports[t]}, {"rcode", std::to_string(r)}},
                 static_cast<double>(sum)});
          }
        }
        return samples;
      });
}

}  // namespace understudy::edge
