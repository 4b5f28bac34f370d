"""Floods the pool with random and mutated datagrams, and checks that it answers all along.

Every so often a datagram that deserves an answer, Version Negotiation, goes out as
a heartbeat. Waiting for the answer keeps the flood at a pace at which the pool
reads the garbage, instead of the kernel dropping it from a full queue.
"""

import argparse
import select
import socket
import sys
import time
from collections import Counter

from arguments import pool_parser
from client_initial import client_initial
from garbage_datagrams import GarbageDatagrams
from report import report

SOCKETS = 16
BURST = 200
HEARTBEAT_PATIENCE = 0.05
LAST_HEARTBEAT_PATIENCE = 5.0
LARGEST_DATAGRAM = 65_535


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def connected_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    peer = socket.socket(family, socket.SOCK_DGRAM)
    peer.connect((host, port))
    return peer


def known_connection_id(host: str, port: int) -> bytes:
    """A connection ID that the server gives: the SCID of its answer to an Initial."""
    with connected_socket(host, port) as peer:
        peer.settimeout(5.0)
        peer.send(client_initial().datagram)
        answer = peer.recv(LARGEST_DATAGRAM)
    source_length_at = 6 + answer[5]
    start = source_length_at + 1
    return answer[start : start + answer[source_length_at]]


def kind_of_reply(data: bytes) -> str:
    if not data:
        return "empty"
    if not data[0] & 0x80:
        return "short_header"
    return "version_negotiation" if data[1:5] == bytes(4) else "long_header"


class Flood:
    """Sockets to one pool, what they sent and what came back."""

    def __init__(self, sockets: list[socket.socket], datagrams: GarbageDatagrams) -> None:
        self.sent: Counter[str] = Counter()
        self.replies: Counter[str] = Counter()
        self.heartbeats: Counter[str] = Counter()
        self._sockets = sockets
        self._datagrams = datagrams

    def burst(self, count: int) -> None:
        peer = self._sockets[self.sent.total() // BURST % len(self._sockets)]
        for _ in range(count):
            kind, datagram = self._datagrams.next()
            peer.send(datagram)
            self.sent[kind] += 1
        self._drain(peer)

    def heartbeat(self, patience: float) -> bool:
        """Whether Version Negotiation came back in time."""
        peer = self._sockets[self.heartbeats.total() % len(self._sockets)]
        before = self.replies["version_negotiation"]
        peer.send(self._datagrams.unknown_version())
        deadline = time.monotonic() + patience
        while self.replies["version_negotiation"] == before:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([peer], [], [], remaining)[0]:
                break
            self._drain(peer)
        answered = self.replies["version_negotiation"] > before
        self.heartbeats["answered" if answered else "unanswered"] += 1
        return answered

    def _drain(self, peer: socket.socket) -> None:
        while True:
            try:
                data = peer.recv(LARGEST_DATAGRAM, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            self.replies[kind_of_reply(data)] += 1


def main() -> int:
    arguments = parse_arguments()
    started = time.monotonic()
    known_cid = known_connection_id(arguments.host, arguments.port)
    sockets = [connected_socket(arguments.host, arguments.port) for _ in range(SOCKETS)]
    flood = Flood(sockets, GarbageDatagrams(arguments.seed, known_cid))
    alive = True
    try:
        while flood.sent.total() < arguments.count:
            flood.burst(min(BURST, arguments.count - flood.sent.total()))
            flood.heartbeat(HEARTBEAT_PATIENCE)
        alive = flood.heartbeat(LAST_HEARTBEAT_PATIENCE)
    except ConnectionRefusedError:
        alive = False
    report(
        "summary",
        alive=alive,
        sent=flood.sent.total(),
        kinds=dict(flood.sent),
        replies=dict(flood.replies),
        heartbeats=dict(flood.heartbeats),
        seconds=round(time.monotonic() - started, 3),
    )
    return 0 if alive else 1


if __name__ == "__main__":
    sys.exit(main())
