"""Carries many aioquic connections over one UDP socket, in GSO trains that mix their datagrams.

A train is one buffer that the kernel cuts into datagrams of one size (UDP_SEGMENT). Those that are ready at the same
time and have the same size go into one train, of each connection one in turn; full packets all have 1,200 octets.
"""

import argparse
import itertools
import selectors
import socket
import struct
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass

from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import (
    ConnectionIdIssued,
    ConnectionTerminated,
    HandshakeCompleted,
    QuicEvent,
    StreamDataReceived,
    StreamReset,
)

from aioquic_connection import aioquic_connection
from arguments import pool_parser
from connection_driver import Address
from packet_header import destination_cid, is_long, source_cid
from report import report
from verified_echo import VerifiedEcho

UDP_SEGMENT = 103
UDP_GRO = 104
SO_RCVBUFFORCE = 33
BUFFER = 8 * 1024 * 1024
LARGEST_DATAGRAM = 65_535
# What one buffer can hold, and what the kernel cuts it into at most.
LARGEST_TRAIN = 65_507
LONGEST_TRAIN = 64
RECEIVE_BATCH = 256
WINDOW = 64 * 1024


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--connections", type=int, required=True, help="all at once")
    parser.add_argument("--bytes", type=int, required=True, help="to send on each connection")
    parser.add_argument("--deadline", type=float, default=60, help="seconds; who is late is lost")
    parser.add_argument(
        "--single-handshakes", action="store_true", help="send datagrams with a long header one by one"
    )
    return parser.parse_args()


class Client:
    """One connection and its verified stream."""

    def __init__(self, index: int, total: int) -> None:
        self.index = index
        self.connection: QuicConnection = aioquic_connection()
        self.alpn: str | None = None
        self.failure: str | None = None
        self.echo: VerifiedEcho | None = None
        self.server_connection_id = b""
        self._total = total

    @property
    def ok(self) -> bool:
        return self.failure is None and self.echo is not None and self.echo.verified

    @property
    def ended(self) -> bool:
        return self.failure is not None or self.echo is not None and self.echo.finished

    def handle(self, event: QuicEvent) -> None:
        match event:
            case HandshakeCompleted():
                self.alpn = event.alpn_protocol
                stream_id = self.connection.get_next_available_stream_id()
                self.echo = VerifiedEcho(self.connection, stream_id, self._total, self.index, WINDOW)
                self.echo.fill()
            case StreamDataReceived() if self.echo is not None:
                self.echo.receive(event.data, event.end_stream)
                self.echo.fill()
                if self.echo.finished and not self.echo.verified:
                    self._fail("the bytes that came back differ")
            case StreamReset():
                self._fail(f"stream reset with code {event.error_code}")
            case ConnectionTerminated() if not self.ended:
                self._fail(f"closed with code {event.error_code}: {event.reason_phrase}")

    def _fail(self, failure: str) -> None:
        self.failure = self.failure or failure

    def report(self) -> None:
        report(
            "connection",
            index=self.index,
            ok=self.ok,
            failure=self.failure if self.ended else "deadline",
            alpn=self.alpn,
            server_cid=self.server_connection_id.hex(),
            bytes=0 if self.echo is None else self.echo.received,
        )


@dataclass
class TrainCounters:
    trains: int = 0
    # With datagrams of several connections.
    mixed_trains: int = 0
    datagrams: int = 0
    # For which the socket had no room; QUIC sends again what was in them.
    refused: int = 0
    # That the server sent: the kernel makes none of its own on loopback.
    received_trains: int = 0


class SharedSocket:
    """The one socket, and which connection a datagram is for."""

    def __init__(self, peer: Address, clients: list[Client], single_handshakes: bool) -> None:
        self.counters = TrainCounters()
        self._single_handshakes = single_handshakes
        self._peer = peer
        self._clients = clients
        self._by_cid = {client.connection.host_cid: client for client in clients}
        self._cid_length = len(clients[0].connection.host_cid)
        family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._socket.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        self._socket.connect(peer)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)

    def run(self, deadline: float) -> None:
        """Returns when all have ended, or at `deadline`, by the monotonic clock."""
        now = time.monotonic()
        for client in self._clients:
            client.connection.connect(self._peer, now=now)
        while now < deadline and not all(client.ended for client in self._clients):
            self.transmit()
            self._selector.select(max(0.0, min(deadline, self._next_timer()) - time.monotonic()))
            self._receive()
            now = time.monotonic()
            self._handle_timers(now)
            self._deliver_events()

    def transmit(self) -> None:
        """Sends what is ready, by size, of each connection one datagram in turn."""
        now = time.monotonic()
        queues: defaultdict[int, list[list[tuple[int, bytes]]]] = defaultdict(list)
        for client in self._clients:
            by_size: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
            for datagram, _ in client.connection.datagrams_to_send(now=now):
                if self._single_handshakes and is_long(datagram):
                    self._send([(client.index, datagram)], len(datagram))
                else:
                    by_size[len(datagram)].append((client.index, datagram))
            for size, datagrams in by_size.items():
                queues[size].append(datagrams)
        for size, queue in queues.items():
            turns = itertools.chain.from_iterable(itertools.zip_longest(*queue))
            mixed = [entry for entry in turns if entry is not None]
            length = min(LONGEST_TRAIN, LARGEST_TRAIN // size)
            for start in range(0, len(mixed), length):
                self._send(mixed[start : start + length], size)

    def _send(self, train: list[tuple[int, bytes]], size: int) -> None:
        self.counters.datagrams += len(train)
        try:
            if len(train) == 1:
                self._socket.send(train[0][1])
                return
            self.counters.trains += 1
            self.counters.mixed_trains += len({index for index, _ in train}) > 1
            segment = (socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", size))
            self._socket.sendmsg([datagram for _, datagram in train], [segment])
        except BlockingIOError:
            self.counters.refused += len(train)

    def _receive(self) -> None:
        for _ in range(RECEIVE_BATCH):
            try:
                octets, control, _, _ = self._socket.recvmsg(LARGEST_DATAGRAM, socket.CMSG_SPACE(4))
            except BlockingIOError:
                return
            size = next((struct.unpack("=i", data)[0] for _, kind, data in control if kind == UDP_GRO), len(octets))
            self.counters.received_trains += len(octets) > size
            for start in range(0, len(octets), size):
                self._take(octets[start : start + size])

    def _take(self, datagram: bytes) -> None:
        client = self._by_cid.get(destination_cid(datagram, self._cid_length) or b"")
        if client is not None:
            client.server_connection_id = source_cid(datagram) or client.server_connection_id
            client.connection.receive_datagram(datagram, self._peer, now=time.monotonic())

    def _deliver_events(self) -> None:
        for client in self._clients:
            while (event := client.connection.next_event()) is not None:
                if isinstance(event, ConnectionIdIssued):
                    self._by_cid[event.connection_id] = client
                client.handle(event)

    def _next_timer(self) -> float:
        timers = [client.connection.get_timer() for client in self._clients]
        return min((timer for timer in timers if timer is not None), default=float("inf"))

    def _handle_timers(self, now: float) -> None:
        for client in self._clients:
            timer = client.connection.get_timer()
            if timer is not None and timer <= now:
                client.connection.handle_timer(now=now)


def main() -> int:
    arguments = parse_arguments()
    clients = [Client(index, arguments.bytes) for index in range(arguments.connections)]
    peer = (arguments.host, arguments.port)
    shared = SharedSocket(peer, clients, arguments.single_handshakes)
    shared.run(time.monotonic() + arguments.deadline)
    for client in clients:
        client.report()
        client.connection.close()
    shared.transmit()
    ok = sum(client.ok for client in clients)
    report("summary", ok=ok, lost=len(clients) - ok, **asdict(shared.counters))
    return 0 if ok == len(clients) else 1


if __name__ == "__main__":
    sys.exit(main())
