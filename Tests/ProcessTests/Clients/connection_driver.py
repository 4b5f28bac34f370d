"""Carries one sans-IO QUIC connection over a UDP socket on the asyncio loop."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Protocol

from packet_header import destination_cid, is_long, source_cid

Address = tuple[str, int]

# As many datagrams are read for one wake-up before acknowledgements are written.
RECEIVE_BATCH = 64
LARGEST_DATAGRAM = 65_535


class SansIOConnection(Protocol):
    """The part of aioquic's `QuicConnection` that a driver uses; qh3's has the same shape."""

    def connect(self, addr: Address, now: float) -> None: ...
    def receive_datagram(self, data: bytes, addr: Address, now: float) -> None: ...
    def datagrams_to_send(self, now: float) -> list[tuple[bytes, Address]]: ...
    def get_timer(self) -> float | None: ...
    def handle_timer(self, now: float) -> None: ...
    def next_event(self) -> object | None: ...


class ConnectionDriver:
    """Owns the socket and the timer of one connection.

    `on_event` is called for every QUIC event and may use the connection; what it
    queues is sent when it returns. A user who queues data at any other time calls
    `transmit`. `receiving` tells it that the event came of a datagram, not of a timer.
    """

    def __init__(
        self, connection: SansIOConnection, peer: Address, on_event: Callable[[Any], None]
    ) -> None:
        self.connection = connection
        # Of the handshake, and what was sent to last.
        self.server_connection_id = b""
        self.current_connection_id = b""
        self.longest_datagram = 0
        self.refused = False
        self.receiving = False
        self._peer = peer
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._socket = self._open_socket()
        self._abandoned: list[socket.socket] = []

    @property
    def local_port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def start(self) -> None:
        self.connection.connect(self._peer, now=self._loop.time())
        self.transmit()

    def rebind(self, local_host: str | None = None) -> None:
        """Goes on from another UDP source port, as behind a NAT that forgot its mapping, or address.

        The old socket stays open, unread, until `close`: its port cannot be given
        out again, and what the server still sends there is lost in silence.
        """
        self._loop.remove_reader(self._socket)
        self._abandoned.append(self._socket)
        self._socket = self._open_socket(local_host)

    def transmit(self) -> None:
        for data, _ in self.connection.datagrams_to_send(now=self._loop.time()):
            if not is_long(data):
                self.current_connection_id = destination_cid(data, len(self.server_connection_id))
            try:
                self._socket.send(data)
            except BlockingIOError:
                pass  # A full queue loses datagrams, like any network.
            except ConnectionRefusedError:
                self.refused = True
        self._set_timer()

    def close(self) -> None:
        """Gives up the socket and the timer; says nothing to the server."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket)
        for open_socket in [self._socket, *self._abandoned]:
            open_socket.close()

    def _open_socket(self, local_host: str | None = None) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._peer[0] else socket.AF_INET
        new_socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        if local_host is not None:
            new_socket.bind((local_host, 0))
        new_socket.connect(self._peer)
        self._loop.add_reader(new_socket, self._read)
        return new_socket

    def _read(self) -> None:
        source = self._socket
        for _ in range(RECEIVE_BATCH):
            try:
                data = source.recv(LARGEST_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionRefusedError:
                self.refused = True
                break
            self.longest_datagram = max(self.longest_datagram, len(data))
            # After a Retry the handshake brings another one, so the last long header counts.
            self.server_connection_id = source_cid(data) or self.server_connection_id
            self.connection.receive_datagram(data, self._peer, now=self._loop.time())
        self.receiving = True
        self._deliver_events()
        self.receiving = False
        self.transmit()

    def _deliver_events(self) -> None:
        while (event := self.connection.next_event()) is not None:
            self._on_event(event)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.connection.get_timer()
        if deadline is not None:
            self._timer = self._loop.call_at(deadline, self._handle_timer)

    def _handle_timer(self) -> None:
        self._timer = None
        self.connection.handle_timer(now=self._loop.time())
        self._deliver_events()
        self.transmit()
