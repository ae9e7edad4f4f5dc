// Copyright 2026 The Understudy Authors
// SPDX-License-Identifier: Apache-2.0

#include "edgenode/serve/udp_io.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/socket_address.h"

namespace understudy::edge {
namespace {

// No request of ours needs more; a longer one is cut by the system, and seen.
constexpr size_t kRequestSize = 4096;
// One IP_PKTINFO or IPV6_PKTINFO.
constexpr size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo));
constexpr int kBatchesInARow = 8;

// What was the destination becomes the source; the way out is routing's choice.
void TurnPacketInfo(msghdr* header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      info.ipi_ifindex = 0;
      info.ipi_spec_dst = info.ipi_addr;
      std::memcpy(CMSG_DATA(c), &info, sizeof info);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      // A link-local address means nothing without its interface.
      if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
      std::memcpy(CMSG_DATA(c), &info, sizeof info);
    }
  }
}

}  // namespace

struct UdpIo::Buffers {
  struct Packet {
    sockaddr_in6 source;  // Room for both families.
    alignas(cmsghdr) char control[kControlSize];
    iovec in;
    iovec out;
  };

  mmsghdr received[kBatch];
  mmsghdr sending[kBatch];
  Packet packets[kBatch];
  char requests[kBatch][kRequestSize];
  uint8_t responses[kBatch][Answerer::kMaxUdpSize];
};

UdpIo::UdpIo(Answerer& answerer, EpochDomain::Reader& epoch, WorkerStats& stats)
    : answerer_(answerer),
      epoch_(epoch),
      stats_(stats),
      buffers_(std::make_unique<Buffers>()) {
  Buffers& b = *buffers_;
  for (int i = 0; i < kBatch; ++i) {
    b.packets[i].in = {b.requests[i], kRequestSize};
    msghdr& header = b.received[i].msg_hdr;
    header = {};
    header.msg_name = &b.packets[i].source;
    header.msg_iov = &b.packets[i].in;
    header.msg_iovlen = 1;
    header.msg_control = b.packets[i].control;
  }
}

UdpIo::~UdpIo() = default;

int UdpIo::Receive(int fd) {
  Buffers& b = *buffers_;
  for (int i = 0; i < kBatch; ++i) {
    b.received[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    b.received[i].msg_hdr.msg_controllen = kControlSize;
  }
  return recvmmsg(fd, b.received, kBatch, MSG_DONTWAIT, nullptr);
}

void UdpIo::Drain(int fd) {
  Buffers& b = *buffers_;
  for (int round = 0; round < kBatchesInARow; ++round) {
    const int count = Receive(fd);
    if (count <= 0) return;
    int answers = 0;
    epoch_.Enter();
    for (int i = 0; i < count; ++i) {
      msghdr& header = b.received[i].msg_hdr;
      if (header.msg_flags & MSG_TRUNC) {
        stats_.dropped[0].Add();
        continue;
      }
      const auto* source =
          reinterpret_cast<const sockaddr*>(&b.packets[i].source);
      const size_t size =
          answerer_.Answer({b.requests[i], b.received[i].msg_len}, source,
                           Transport::kUdp, b.responses[i]);
      if (size == 0) continue;
      TurnPacketInfo(&header);
      b.packets[i].out = {b.responses[i], size};
      msghdr& answer = b.sending[answers++].msg_hdr;
      answer = header;
      answer.msg_iov = &b.packets[i].out;
      answer.msg_flags = 0;
    }
    epoch_.Leave();
    Send(fd, answers);
    if (count < kBatch) return;
  }
}

void UdpIo::Send(int fd, int count) {
  Buffers& b = *buffers_;
  for (int done = 0; done < count;) {
    const int sent =
        sendmmsg(fd, b.sending + done, static_cast<unsigned>(count - done), 0);
    if (sent > 0) {
      done += sent;
      continue;
    }
    if (errno == EINTR) continue;
    // The one at `done` could not be sent: no route, a full queue. The client
    // asks again; the others must not wait for it.
    stats_.send_failures.Add();
    ++done;
  }
}

}  // namespace understudy::edge
