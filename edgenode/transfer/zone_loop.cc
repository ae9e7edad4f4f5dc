// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/zone_loop.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/status_macros.h"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/thread_pool.hpp"
#include "edgenode/report/report_pacer.h"
#include "edgenode/transfer/notify_box.h"
#include "edgenode/transfer/transfer_metrics.h"
#include "edgenode/transfer/zone_check.h"
#include "edgenode/transfer/zone_keeper.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;

// Versions that readers still held when they were replaced are freed by then.
constexpr absl::Duration kReclaimEvery = absl::Seconds(1);
// The timer is never set further: a clock that a test turns, or a machine that
// slept, is noticed.
constexpr absl::Duration kLongestSleep = absl::Minutes(1);

}  // namespace

// Order of members: what is destroyed first stands last. The coroutines die
// with `loop`, while everything they use is still there.
struct ZoneLoop::Impl {
  Impl(const ZoneLoopOptions& options, const ZoneLoopDeps& deps_in)
      : deps(deps_in),
        metrics(deps.metrics),
        notifies(options.pending_notifies),
        queues{{options.checks, options.checks_per_address},
               {options.transfers, options.transfers_per_address}},
        builders(std::in_place, options.build_threads),
        xfr{&deps.clock, &deps.random, builders->get_executor(), options.limits,
            options.source},
        keeper({&loop, &xfr, &queues, &deps.archive, &deps.table, &metrics,
                &deps.log, [this] { PostRearm(); }}) {}

  // Rearms once for however many changes of one turn.
  void PostRearm() {
    if (std::exchange(rearm_posted, true)) return;
    asio::post(loop, [this] {
      rearm_posted = false;
      Rearm();
    });
  }

  void Rearm() {
    if (stopping) return;
    const absl::Duration now = deps.clock.Monotonic();
    if (keeper.has_reports()) pacer.OnChange(now);
    absl::Duration wake = keeper.deadline();
    if (can_send) wake = std::min(wake, pacer.due());
    if (is_reclaiming) wake = std::min(wake, now + kReclaimEvery);
    const absl::Duration sleep =
        std::clamp(wake - now, absl::ZeroDuration(), kLongestSleep);
    timer.expires_after(
        absl::ToChronoNanoseconds(absl::Ceil(sleep, absl::Milliseconds(1))));
    timer.async_wait([this](const boost::system::error_code& ec) {
      if (!ec) OnWake();
    });
  }

  void OnWake() {
    keeper.OnTimer();
    if (deps.clock.Monotonic() >= pacer.due()) SendOneReport();
    is_reclaiming = deps.epochs.Reclaim() > 0;
    Rearm();
  }

  void SendOneReport() {
    if (!can_send) return;
    can_send = false;
    send(keeper.TakeReport(kMaxReport));
    // What is left goes with the next turn of the taker, without a pause.
    if (!keeper.has_reports()) pacer.OnSent(deps.clock.Monotonic());
  }

  void OnReportsWanted(bool all) {
    can_send = true;
    if (all) keeper.ReportAll();
    if (deps.clock.Monotonic() >= pacer.due()) SendOneReport();
    PostRearm();
  }

  void TakeNotifies() {
    for (const auto& [zone_id, notify] : notifies.TakeAll()) {
      keeper.OnNotify(zone_id, notify);
    }
  }

  const ZoneLoopDeps deps;
  TransferMetrics metrics;
  NotifyBox notifies;
  TransferQueues queues;
  std::optional<asio::thread_pool> builders;
  const XfrContext xfr;
  SendReport send;
  ReportPacer pacer;
  bool can_send = false;
  bool rearm_posted = false;
  bool is_reclaiming = true;
  bool stopping = false;
  ZoneKeeper keeper;
  asio::io_context loop{1};
  asio::steady_timer timer{loop};
  std::thread thread;
};

ZoneLoop::ZoneLoop(const ZoneLoopOptions& options, const ZoneLoopDeps& deps)
    : impl_(std::make_unique<Impl>(options, deps)) {}

ZoneLoop::~ZoneLoop() { Stop(); }

absl::Status ZoneLoop::Load(const std::vector<ZoneAssignment>& assignments) {
  UNDERSTUDY_ASSIGN_OR_RETURN(std::vector<StoredZone> zones,
                              impl_->deps.archive.LoadZones());
  impl_->keeper.Load(assignments, std::move(zones));
  return absl::OkStatus();
}

void ZoneLoop::Start(SendReport send) {
  impl_->send = std::move(send);
  impl_->PostRearm();
  impl_->thread = std::thread([impl = impl_.get()] {
    auto work = asio::make_work_guard(impl->loop);
    impl->loop.run();
  });
}

void ZoneLoop::Apply(std::vector<ZoneAssignment> upserts,
                     std::vector<std::string> removals) {
  asio::post(impl_->loop, [impl = impl_.get(), upserts = std::move(upserts),
                           removals = std::move(removals)]() mutable {
    impl->keeper.Apply(std::move(upserts), removals);
  });
}

void ZoneLoop::OnReportsWanted(bool all) {
  asio::post(impl_->loop,
             [impl = impl_.get(), all] { impl->OnReportsWanted(all); });
}

void ZoneLoop::OnNotify(uint64_t zone_id, const SocketAddress& source,
                        std::optional<uint32_t> serial) {
  switch (impl_->notifies.Put(zone_id, source, serial)) {
    case NotifyBox::Verdict::kFirst:
      asio::post(impl_->loop, [impl = impl_.get()] { impl->TakeNotifies(); });
      break;
    case NotifyBox::Verdict::kQueued:
      break;
    case NotifyBox::Verdict::kCoalesced:
      impl_->metrics.OnNotify(TransferMetrics::Notify::kCoalesced);
      break;
    case NotifyBox::Verdict::kFull:
      impl_->metrics.OnNotify(TransferMetrics::Notify::kDropped);
      break;
  }
}

void ZoneLoop::Stop() {
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->loop, [impl = impl_.get()] {
    impl->stopping = true;
    impl->timer.cancel();
    impl->keeper.Stop();
    // One more turn, in which what was cancelled ends.
    asio::post(impl->loop, [impl] { impl->loop.stop(); });
  });
  impl_->thread.join();
  // Builds that wait hold coroutines of the loop: they go while it is there.
  impl_->builders.reset();
  // Its callbacks come into this loop.
  impl_->deps.archive.Flush();
}

void ZoneLoop::PokeForTesting() {
  asio::post(impl_->loop, [impl = impl_.get()] { impl->OnWake(); });
}

}  // namespace understudy::edge
