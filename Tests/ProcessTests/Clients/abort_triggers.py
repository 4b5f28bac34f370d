"""Does to a server what made old releases of ngtcp2 abort, and tells whether the connection goes on.

`duplicate-id`: NEW_CONNECTION_ID frames below what the client has asked to be retired, said again (RFC 9000 §19.15).
`path-flip`: packets from another port and back again while the server validates the path (RFC 9000 §9.3).
"""

import argparse
import os
import select
import socket
import sys
import time
from typing import Any

from aioquic.quic.connection import QuicConnection, QuicConnectionId
from aioquic.quic.events import ConnectionTerminated, StreamDataReceived
from aioquic.quic.packet import QuicFrameType
from aioquic.quic.packet_builder import QuicPacketBuilder

from aioquic_connection import aioquic_connection
from arguments import pool_parser
from connection_driver import Address
from report import report

PATIENCE = 5.0
FRAME_CAPACITY = 64
LARGEST_DATAGRAM = 65_535
ROUNDS = 20


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("trigger", choices=["duplicate-id", "path-flip"])
    parser.add_argument("--variant", type=int, default=0)
    return parser.parse_args()


class Client:
    """A connection over two sockets, moved by hand."""

    def __init__(self, peer: Address) -> None:
        self.connection: QuicConnection = aioquic_connection()
        self.sockets = [self._open_socket(peer) for _ in range(2)]
        self.end: str | None = None
        self._peer = peer
        self._echoed = b""
        self._frames: list[bytes] = []
        self._pings = 0
        # The IDs are this client's own affair, and so are the frames that a PING stands for.
        self._write_ping = self.connection._write_ping_frame
        self.connection._write_ping_frame = self._write_frames  # type: ignore[method-assign]

    def _open_socket(self, peer: Address) -> socket.socket:
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        new.connect(peer)
        return new

    def _write_frames(self, builder: QuicPacketBuilder, uids: Any = (), comment: str = "") -> None:
        for frame in self._frames:
            buffer = builder.start_frame(QuicFrameType.NEW_CONNECTION_ID, capacity=FRAME_CAPACITY)
            buffer.push_bytes(frame)
        self._frames = []
        self._write_ping(builder, list(uids))

    def send(self, path: int = 0) -> None:
        """Sends what there is on one of the two sockets."""
        for data, _ in self.connection.datagrams_to_send(now=time.monotonic()):
            try:
                self.sockets[path].send(data)
            except OSError:
                pass

    def ping(self, path: int = 0) -> None:
        self._pings += 1
        self.connection.send_ping(self._pings)
        self.send(path)

    def push(self, *frames: bytes) -> None:
        """Sends NEW_CONNECTION_ID frames, each as what follows its type."""
        self._frames += frames
        self.ping()

    def read(self, patience: float, path: int = 0) -> None:
        """Reads what comes within the time, and answers on one of the sockets."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            timer = self.connection.get_timer() or deadline
            readable, _, _ = select.select(self.sockets, [], [], min(left, max(0, timer - time.monotonic())))
            for one in readable:
                try:
                    data = one.recv(LARGEST_DATAGRAM)
                except OSError:
                    continue
                self.connection.receive_datagram(data, self._peer, now=time.monotonic())
            if (timer := self.connection.get_timer()) is not None and timer <= time.monotonic():
                self.connection.handle_timer(now=time.monotonic())
            self._handle_events()
            self.send(path)
            if self._echoed or self.end is not None:
                return

    def _handle_events(self) -> None:
        while (event := self.connection.next_event()) is not None:
            match event:
                case StreamDataReceived():
                    self._echoed += event.data
                case ConnectionTerminated():
                    self.end = f"{event.error_code}: {event.reason_phrase}"

    def connect(self) -> None:
        self.connection.connect(self._peer, now=time.monotonic())
        self.send()
        assert self.echoes(), "no handshake"

    def echoes(self, path: int = 0) -> bool:
        """Whether a text comes back."""
        self._echoed = b""
        if self.end is not None:
            return False
        self.connection.send_stream_data(self.connection.get_next_available_stream_id(), b"text", True)
        self.send(path)
        self.read(PATIENCE, path)
        return self._echoed == b"text"


def new_connection_id(sequence: int, retire_prior_to: int, cid: bytes, token: bytes) -> bytes:
    """What follows the type in the frame; both numbers are below 64."""
    return bytes([sequence, retire_prior_to, len(cid)]) + cid + token


def duplicate_ids(client: Client, variant: int) -> None:
    connection = client.connection
    known = [(one.sequence_number, one.cid, one.stateless_reset_token) for one in connection._host_cids]
    next_sequence = max(sequence for sequence, _, _ in known) + 1
    connection._replenish_connection_ids = lambda: None  # type: ignore[method-assign]
    new = QuicConnectionId(
        cid=os.urandom(8),
        sequence_number=next_sequence,
        stateless_reset_token=os.urandom(16),
        was_sent=True,
    )
    connection._host_cids.append(new)
    client.push(new_connection_id(next_sequence, next_sequence, new.cid, new.stateless_reset_token))
    client.read(0.3)
    for sequence, cid, token in known[1:]:
        if variant == 1:
            cid = os.urandom(8)
        elif variant == 2:
            token = os.urandom(16)
        for _ in range(ROUNDS):
            client.push(new_connection_id(sequence, 0, cid, token or bytes(16)))
        client.read(0.05)
        client.push(new_connection_id(next_sequence, next_sequence, new.cid, new.stateless_reset_token))
    client.read(0.3)


def flip_path(client: Client, variant: int) -> None:
    for _ in range(ROUNDS):
        client.ping(1)
        if variant == 1:
            client.read(0.02, 1)
        client.ping(0)
        if variant == 2:
            client.read(0.02, 0)
    client.read(0.3)


def main() -> int:
    arguments = parse_arguments()
    client = Client((arguments.host, arguments.port))
    client.connect()
    if arguments.trigger == "duplicate-id":
        duplicate_ids(client, arguments.variant)
    else:
        flip_path(client, arguments.variant)
    goes_on = client.echoes()
    report("probe", ok=goes_on, failure=client.end)
    return 0


if __name__ == "__main__":
    sys.exit(main())
