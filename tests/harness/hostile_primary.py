# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""A primary that misbehaves on request: UDP and TCP, one thread a client.

SOA questions are answered properly in every mode but `silent`, so that the edge
goes on to the transfer; what the transfer gets is the mode's.
"""

import random
import socket
import socketserver
import struct
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

from harness import zone_text

MODES = ("close_early", "wrong_zone", "truncated", "garbage", "stall", "refuse",
         "half_message", "endless_soa")


class HostilePrimary:
    """`mode` may be changed at any time; `transfers` counts AXFR requests."""

    def __init__(self, zone, text, mode="good", seed=1):
        self.zone = zone
        self.mode = mode
        self.transfers = 0
        self._random = random.Random(seed)
        self.closing = threading.Event()
        self._records = None
        self.set_text(text)
        self._tcp = _TcpServer(("127.0.0.1", 0), _TcpHandler)
        self._tcp.primary = self
        self.port = self._tcp.server_address[1]
        self._udp = _UdpServer(("127.0.0.1", self.port), _UdpHandler)
        self._udp.primary = self
        for server in (self._tcp, self._udp):
            threading.Thread(target=server.serve_forever, args=(0.02,),
                             daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def set_text(self, text):
        parsed = dns.zone.from_text(text, origin=self.zone + ".",
                                    relativize=False, check_origin=False)
        soa, rest = None, []
        for name, rdataset in parsed.iterate_rdatasets():
            rrset = dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
            if rdataset.rdtype == dns.rdatatype.SOA:
                soa = rrset
            else:
                rest.append(rrset)
        self._records = (soa, rest)

    def close(self):
        self.closing.set()
        for server in (self._tcp, self._udp):
            server.shutdown()
            server.server_close()

    # --- Answers -------------------------------------------------------------

    def answer(self, query):
        """The whole reply to anything but a transfer."""
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if query.question and query.question[0].rdtype == dns.rdatatype.SOA:
            reply.answer = [self._records[0]]
        return reply

    def transfer(self, query, sock):
        """Serves or spoils one AXFR."""
        self.transfers += 1
        soa, rest = self._records
        send = lambda rrsets, **kw: _send(sock, self._reply(query, rrsets, **kw))
        mode = self.mode
        if mode == "good":
            send([soa])
            send(rest)
            send([soa])
        elif mode == "close_early":
            pass
        elif mode == "wrong_zone":
            other = "wrong.example"
            text = zone_text.small_zone(other, serial=soa[0].serial)
            parsed = HostilePrimary.parse_soa(other, text)
            send([parsed])
            send(rest)
            send([parsed])
        elif mode == "truncated":
            send([soa])
            send(rest[:len(rest) // 2])
        elif mode == "garbage":
            size = self._random.randrange(12, 400)
            noise = bytes(self._random.randrange(256) for _ in range(size))
            sock.sendall(struct.pack("!H", size) + noise)
        elif mode == "half_message":
            wire = self._reply(query, [soa] + rest).to_wire()
            sock.sendall(struct.pack("!H", len(wire)) + wire[:len(wire) // 2])
        elif mode == "stall":
            self.closing.wait(30)
        elif mode == "refuse":
            send([], rcode=dns.rcode.REFUSED)
        elif mode == "endless_soa":
            # Well-formed records that end the transfer before it began.
            send([soa, soa])

    @staticmethod
    def parse_soa(zone, text):
        parsed = dns.zone.from_text(text, origin=zone + ".", relativize=False)
        rdataset = parsed.find_rdataset(zone + ".", "SOA")
        return dns.rrset.from_rdata_list(dns.name.from_text(zone), 300,
                                         list(rdataset))

    @staticmethod
    def _reply(query, rrsets, rcode=dns.rcode.NOERROR):
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.set_rcode(rcode)
        reply.answer = list(rrsets)
        return reply


def _send(sock, message):
    wire = message.to_wire(max_size=65535)
    sock.sendall(struct.pack("!H", len(wire)) + wire)


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _UdpServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _TcpHandler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(20)
        try:
            while self._one():
                pass
        except (OSError, EOFError, dns.exception.DNSException):
            pass

    def _one(self):
        size = struct.unpack("!H", self._read(2))[0]
        query = dns.message.from_wire(self._read(size))
        primary = self.server.primary
        if query.question and query.question[0].rdtype in (
                dns.rdatatype.AXFR, dns.rdatatype.IXFR):
            primary.transfer(query, self.request)
            return primary.mode == "good"
        _send(self.request, primary.answer(query))
        return True

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.request.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        try:
            query = dns.message.from_wire(data)
            sock.sendto(self.server.primary.answer(query).to_wire(),
                        self.client_address)
        except (OSError, socket.error, dns.exception.DNSException):
            pass
