"""A handshake whose first flight goes out in two datagrams, when the caller wants them to."""

import asyncio
import socket

from aioquic.quic.events import HandshakeCompleted

import clients  # noqa: F401  It says where the next one is.
from aioquic_connection import aioquic_connection

LARGEST_DATAGRAM = 65_535
# More than one datagram has room for.
NAMES = [f"{index:0200}" for index in range(8)]


class SplitHandshake:
    """It repeats nothing, so that each datagram counts."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = aioquic_connection()
        self._connection.configuration.alpn_protocols += NAMES
        self._peer = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.connect(self._peer)
        self._connection.connect(self._peer, now=self._loop.time())
        self._flight = [data for data, _ in self._connection.datagrams_to_send(now=self._loop.time())]
        assert len(self._flight) == 2, f"{len(self._flight)} datagrams"

    def send_first(self) -> None:
        self._socket.send(self._flight[0])

    async def complete(self, within: float = 10) -> bool:
        """Sends the second datagram. Returns whether the handshake is complete in time."""
        self._socket.send(self._flight[1])
        try:
            async with asyncio.timeout(within):
                while not self._is_complete():
                    data = await self._loop.sock_recv(self._socket, LARGEST_DATAGRAM)
                    self._connection.receive_datagram(data, self._peer, now=self._loop.time())
                    self._transmit()
        except TimeoutError:
            return False
        self._transmit()
        return True

    def close(self) -> None:
        self._connection.close()
        self._transmit()
        self._socket.close()

    def _is_complete(self) -> bool:
        found = False
        while (event := self._connection.next_event()) is not None:
            found = found or isinstance(event, HandshakeCompleted)
        return found

    def _transmit(self) -> None:
        for data, _ in self._connection.datagrams_to_send(now=self._loop.time()):
            self._socket.send(data)
