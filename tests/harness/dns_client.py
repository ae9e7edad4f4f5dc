# Copyright 2026 The Understudy Authors
# SPDX-License-Identifier: Apache-2.0
"""Asking a server, by UDP or TCP, one question or many at once."""

import select
import socket
import struct

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

TIMEOUT = 2


def query(address, name, rrtype, tcp=False, payload=1232, timeout=TIMEOUT,
          dnssec=False):
    """The answer, or None when none came. Truncated answers stay truncated."""
    message = dns.message.make_query(name, rrtype, use_edns=0 if payload else -1,
                                     payload=payload or 0, want_dnssec=dnssec)
    message.flags &= ~dns.flags.RD
    ask = dns.query.tcp if tcp else dns.query.udp
    try:
        return ask(message, address[0], timeout=timeout, port=address[1])
    except (dns.exception.Timeout, OSError, EOFError):
        return None


def rcode_of(answer):
    return None if answer is None else dns.rcode.to_text(answer.rcode())


def soa_serial(address, zone):
    """The serial of an authoritative SOA answer, else None."""
    answer = query(address, zone, "SOA", timeout=0.3)
    if answer is None or not answer.flags & dns.flags.AA:
        return None
    for rrset in answer.answer:
        if rrset.rdtype == dns.rdatatype.SOA:
            return rrset[0].serial
    return None


def values(answer):
    """The answer section's data as sorted text."""
    return sorted(rdata.to_text() for rrset in answer.answer for rdata in rrset)


def ask_many(address, questions, window=64, timeout=1.0, attempts=5):
    """Answers to [(name, type)] by UDP, `window` at a time, as wire bytes in the
    order of the questions; truncated ones are asked again by TCP."""
    results = [None] * len(questions)
    pending = list(range(len(questions)))
    for _ in range(attempts):
        pending = _ask_round(address, questions, pending, results, window,
                             timeout)
        if not pending:
            break
    assert not pending, f"{len(pending)} questions without an answer"
    truncated = [i for i, wire in enumerate(results) if wire[2] & 0x02]
    if truncated:
        _ask_tcp(address, questions, truncated, results)
    return results


def question_wire(number, name, rrtype):
    """A query with EDNS and 1232 bytes; the number is its id."""
    return (struct.pack("!HHHHHH", number, 0, 1, 0, 0, 1) + name.to_wire() +
            struct.pack("!HH", rrtype, 1) +
            b"\x00" + struct.pack("!HHIH", 41, 1232, 0, 0))


def _ask_round(address, questions, pending, results, window, timeout):
    """One try for each pending question; returns those still without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.connect(address)
        sock.setblocking(False)
        in_flight = {}
        lost = []
        position = 0
        while position < len(pending) or in_flight:
            while position < len(pending) and len(in_flight) < window:
                number = position & 0xFFFF
                index = pending[position]
                name, rrtype = questions[index]
                sock.send(question_wire(number, name, rrtype))
                in_flight[number] = index
                position += 1
            if not select.select([sock], [], [], timeout)[0]:
                lost += in_flight.values()
                in_flight.clear()
                continue
            while True:
                try:
                    wire = sock.recv(65535)
                except BlockingIOError:
                    break
                index = in_flight.pop(struct.unpack_from("!H", wire)[0], None)
                if index is not None:
                    results[index] = wire
        return lost


def _ask_tcp(address, questions, indexes, results):
    """Answers over one connection, one after the other."""
    with socket.create_connection(address, timeout=10) as sock:
        stream = sock.makefile("rb")
        for count, index in enumerate(indexes):
            wire = question_wire(count & 0xFFFF, *questions[index])
            sock.sendall(struct.pack("!H", len(wire)) + wire)
            size = struct.unpack("!H", stream.read(2))[0]
            results[index] = stream.read(size)
