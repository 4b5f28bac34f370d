"""Holds connections open, each echoing small verified messages, and tells how each one ends.

Prints `ready` when all connections are up and `lost` when one ends. A line on
standard input asks for a `progress` event; the end of standard input ends the
client, after a `summary`. Exits with 0 if all came up and every byte was right.

On qh3, because it detects stateless resets (RFC 9000 §10.3), which aioquic does not.
"""

import argparse
import asyncio
import random
import ssl
import sys
import time
from typing import Any

from qh3.quic.configuration import QuicConfiguration
from qh3.quic.connection import QuicConnection, QuicConnectionError
from qh3.quic.events import (
    ConnectionTerminated,
    HandshakeCompleted,
    QuicEvent,
    StreamDataReceived,
)

from arguments import pool_parser
from connection_driver import Address, ConnectionDriver
from report import report

MESSAGE_SIZE = 1000
PAUSE = 0.05
HANDSHAKE_DEADLINE = 30.0
# qh3 tells an idle timeout from a close by the text alone.
IDLE_TIMEOUT = "idle timeout"


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--alpn", default="echo")
    parser.add_argument("--idle-timeout", type=float, default=30, help="seconds")
    return parser.parse_args()


def loss_reason(event: ConnectionTerminated, receiving: bool) -> dict[str, Any]:
    """Why a connection ended.

    A CONNECTION_CLOSE first leads to the draining state (RFC 9000 §10.2.2), so qh3
    tells of it when a timer fires; of a stateless reset it tells at once, without
    a code.
    """
    if receiving and event.error_code == 0 and not event.reason_phrase:
        return {"reason": "stateless_reset"}
    if IDLE_TIMEOUT in event.reason_phrase.lower():
        return {"reason": "idle_timeout"}
    return {"reason": "closed", "code": event.error_code, "text": event.reason_phrase}


class HeldConnection:
    """One connection and its stream: a message goes out, comes back, and after a pause the next."""

    def __init__(self, index: int, peer: Address, arguments: argparse.Namespace) -> None:
        self.index = index
        self.ready = asyncio.Event()
        self.verified = 0
        self.corrupt = False
        self.lost = False
        self._random = random.Random(index)
        self._message = b""
        self._returned = b""
        self._stream_id = 0
        self._connection = QuicConnection(
            configuration=QuicConfiguration(
                alpn_protocols=[arguments.alpn],
                is_client=True,
                idle_timeout=arguments.idle_timeout,
                server_name="localhost",
                verify_mode=ssl.CERT_NONE,
            )
        )
        self.driver = ConnectionDriver(self._connection, peer, self._handle_event)

    @property
    def state(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "server_cid": self.driver.server_connection_id.hex(),
            "current_cid": self.driver.current_connection_id.hex(),
            "verified": self.verified,
            "corrupt": self.corrupt,
            "lost": self.lost,
        }

    def close(self) -> None:
        if not self.lost:
            self._connection.close()
            self.driver.transmit()
        self.driver.close()

    def _handle_event(self, event: QuicEvent) -> None:
        match event:
            case HandshakeCompleted():
                self._stream_id = self._connection.get_next_available_stream_id()
                self._queue_message()
                self.ready.set()
            case StreamDataReceived() if event.stream_id == self._stream_id:
                self._receive(event.data)
            case ConnectionTerminated():
                self.lost = True
                reason = loss_reason(event, self.driver.receiving)
                report("lost", **self.state, **reason, time=time.monotonic())

    def _receive(self, data: bytes) -> None:
        self._returned += data
        if len(self._returned) < MESSAGE_SIZE:
            return
        if self._returned == self._message:
            self.verified += MESSAGE_SIZE
        else:
            self.corrupt = True
        self._returned = b""
        asyncio.get_running_loop().call_later(PAUSE, self._send_next)

    def _send_next(self) -> None:
        if self.lost:
            return
        try:
            self._queue_message()
        except QuicConnectionError:
            return  # The peer has closed; the event follows when the connection has drained.
        self.driver.transmit()

    def _queue_message(self) -> None:
        self._message = self._random.randbytes(MESSAGE_SIZE)
        self._connection.send_stream_data(self._stream_id, self._message)


async def standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def main() -> int:
    arguments = parse_arguments()
    commands = await standard_input()
    peer = (arguments.host, arguments.port)
    held = [HeldConnection(index, peer, arguments) for index in range(arguments.connections)]
    for connection in held:
        connection.driver.start()
    try:
        async with asyncio.timeout(HANDSHAKE_DEADLINE):
            await asyncio.gather(*(connection.ready.wait() for connection in held))
    except TimeoutError:
        up = sum(connection.ready.is_set() for connection in held)
        report("not_ready", up=up, connections=[connection.state for connection in held])
        return 1
    report("ready", connections=[connection.state for connection in held])

    while await commands.readline():
        report("progress", connections=[connection.state for connection in held])

    for connection in held:
        connection.close()
    report("summary", connections=[connection.state for connection in held])
    return 1 if any(connection.corrupt for connection in held) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
