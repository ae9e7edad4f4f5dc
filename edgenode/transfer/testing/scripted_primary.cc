// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/transfer/testing/scripted_primary.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/mutex.h"
#include "boost/asio.hpp"
#include "dns/name.h"
#include "dns/types.h"
#include "dns/wire_reader.h"
#include "dns/wire_writer.h"
#include "edgenode/zone/testing/zone_text.h"

namespace understudy::edge {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Behaviour = ScriptedPrimary::Behaviour;

struct Query {
  uint16_t id = 0;
  std::string question;  // As it came.
  uint16_t type = 0;
};

Query ParseQuery(const std::string& message) {
  Query query;
  dns::WireReader reader(message);
  dns::MessageHeader header;
  ReadMessageHeader(reader, &header);
  query.id = header.id;
  reader.SkipName();
  query.type = reader.U16();
  query.question = message.substr(dns::kHeaderSize);
  return query;
}

std::string Framed(const std::string& message) {
  std::string out;
  dns::WireWriter writer(&out);
  writer.U16(static_cast<uint16_t>(message.size()));
  writer.Bytes(message);
  return out;
}

// Braces within co_await are more than g++ 12 can take.
std::vector<TextRecord> None() { return {}; }
std::vector<TextRecord> One(const TextRecord& record) { return {record}; }

// A framed answer to the query with these records.
std::string Answer(const Query& query, uint16_t flags,
                   const std::vector<TextRecord>& records) {
  std::string message;
  dns::WireWriter writer(&message);
  writer.Header(query.id, flags, 1, static_cast<uint16_t>(records.size()));
  writer.Bytes(query.question);
  for (const TextRecord& record : records) {
    writer.Bytes(record.owner.wire());
    writer.U16(record.type);
    writer.U16(dns::kClassIn);
    writer.U32(record.ttl);
    writer.U16(static_cast<uint16_t>(record.rdata.size()));
    writer.Bytes(record.rdata);
  }
  return Framed(message);
}

}  // namespace

struct ScriptedPrimary::Impl {
  asio::awaitable<void> Accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      ++connections;
      asio::co_spawn(loop, Talk(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> Talk(tcp::socket socket) {
    try {
      for (;;) {
        unsigned char size[2];
        co_await asio::async_read(socket, asio::buffer(size),
                                  asio::use_awaitable);
        std::string message(static_cast<size_t>(size[0] << 8 | size[1]), '\0');
        co_await asio::async_read(socket, asio::buffer(message),
                                  asio::use_awaitable);
        const bool go_on = co_await Reply(socket, ParseQuery(message));
        if (!go_on) co_return;
      }
    } catch (const boost::system::system_error&) {
      // The other side is gone.
    }
  }

  asio::awaitable<void> Hang() {
    asio::steady_timer never(loop, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
  }

  asio::awaitable<void> Write(tcp::socket& socket, std::string bytes) {
    co_await asio::async_write(socket, asio::buffer(bytes),
                               asio::use_awaitable);
  }

  // False: close the connection.
  asio::awaitable<bool> Reply(tcp::socket& socket, Query query) {
    const Behaviour how = behaviour;
    constexpr uint16_t kGoodFlags = dns::kFlagQr | dns::kFlagAa;
    ++(query.type == dns::kTypeAxfr ? transfers : soa_queries);
    std::vector<TextRecord> zone = Records();
    if (how == Behaviour::kCloseAtOnce) co_return false;
    if (how == Behaviour::kSilent) co_await Hang();
    if (how == Behaviour::kRefuse ||
        (how == Behaviour::kRefuseTransfer && query.type == dns::kTypeAxfr)) {
      co_await Write(socket,
                     Answer(query, dns::kFlagQr | dns::kRcodeRefused, None()));
      co_return true;
    }
    if (query.type != dns::kTypeAxfr) {
      if (how == Behaviour::kGarbage) {
        co_await Write(socket, Framed("garbage"));
        co_return true;
      }
      const uint16_t flags =
          how == Behaviour::kNotAuthoritative ? dns::kFlagQr : kGoodFlags;
      co_await Write(socket, Answer(query, flags, One(zone.front())));
      co_return how != Behaviour::kCloseAfterSoa;
    }
    co_return co_await Transfer(socket, query, std::move(zone));
  }

  asio::awaitable<bool> Transfer(tcp::socket& socket, Query query,
                                 std::vector<TextRecord> zone) {
    const Behaviour how = behaviour;
    constexpr uint16_t kFlags = dns::kFlagQr | dns::kFlagAa;
    const TextRecord soa = zone.front();
    if (how == Behaviour::kWrongId) ++query.id;
    if (how == Behaviour::kWrongZone) {
      for (TextRecord& record : zone) {
        record.owner = dns::Name::FromText("elsewhere.example").value();
      }
    }
    if (how == Behaviour::kOtherEnd) {
      TextRecord other = soa;
      other.rdata[other.rdata.size() - 17] ^= 1;  // The serial's last octet.
      zone.push_back(other);
    } else if (how != Behaviour::kCutTransfer &&
               how != Behaviour::kSilentInTransfer) {
      zone.push_back(how == Behaviour::kWrongZone ? zone.front() : soa);
    }
    if (how == Behaviour::kOneRecordPerMessage) {
      for (const TextRecord& record : zone) {
        co_await Write(socket, Answer(query, kFlags, One(record)));
      }
      co_return true;
    }
    std::string bytes = Answer(query, kFlags, zone);
    if (how == Behaviour::kCutMessage) bytes.resize(bytes.size() / 2);
    if (how == Behaviour::kGarbage) bytes = Framed(std::string(200, '\xff'));
    if (how == Behaviour::kDrip) {
      asio::steady_timer timer(loop);
      for (char c : bytes) {
        co_await Write(socket, std::string(1, c));
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(asio::use_awaitable);
      }
    }
    if (how == Behaviour::kEndlessRecords) {
      co_await Write(socket, Answer(query, kFlags, One(soa)));
      for (int i = 0;; ++i) {
        TextRecord record =
            ParseTextRecord(soa.owner, absl::StrCat("h", i, " 60 A 192.0.2.1"));
        co_await Write(socket, Answer(query, kFlags, One(record)));
      }
    }
    co_await Write(socket, std::move(bytes));
    if (how == Behaviour::kSilentInTransfer) co_await Hang();
    co_return how != Behaviour::kCutTransfer&& how != Behaviour::kCutMessage;
  }

  std::vector<TextRecord> Records() {
    MutexLock lock(mu);
    return records;
  }

  asio::io_context loop{1};
  tcp::acceptor acceptor{loop,
                         tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  SocketAddress address;
  std::atomic<Behaviour> behaviour{Behaviour::kGood};
  std::atomic<int> connections{0};
  std::atomic<int> soa_queries{0};
  std::atomic<int> transfers{0};
  Mutex mu;
  std::vector<TextRecord> records;
  std::thread thread;
};

ScriptedPrimary::ScriptedPrimary() : impl_(std::make_unique<Impl>()) {
  impl_->address = SocketAddress::FromIp(
                       "127.0.0.1", impl_->acceptor.local_endpoint().port())
                       .value();
  asio::co_spawn(impl_->loop, impl_->Accept(), asio::detached);
  impl_->thread = std::thread([this] { impl_->loop.run(); });
}

ScriptedPrimary::~ScriptedPrimary() {
  impl_->loop.stop();
  impl_->thread.join();
}

void ScriptedPrimary::Serve(const std::string& apex, const std::string& lines) {
  const dns::Name name = dns::Name::FromText(apex).value();
  std::vector<TextRecord> records;
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    if (!line.empty()) records.push_back(ParseTextRecord(name, line));
  }
  MutexLock lock(impl_->mu);
  impl_->records = std::move(records);
}

void ScriptedPrimary::Behave(Behaviour behaviour) {
  impl_->behaviour = behaviour;
}

const SocketAddress& ScriptedPrimary::address() const { return impl_->address; }
int ScriptedPrimary::connections() const { return impl_->connections; }
int ScriptedPrimary::soa_queries() const { return impl_->soa_queries; }
int ScriptedPrimary::transfers() const { return impl_->transfers; }

}  // namespace understudy::edge
