"""Holds connections open, each echoing small verified messages, and tells how each one ends.

Prints `ready` when all connections are up and `lost` when one ends. A line on
standard input asks for a `progress` event; the end of standard input ends the
client, after a `summary`. Exits with 0 if all came up and every byte was right.

On qh3 unless told otherwise, because it detects stateless resets (RFC 9000 §10.3), which aioquic does not.
"""

import argparse
import asyncio
import importlib
import random
import ssl
import sys
import time
from collections.abc import Callable
from typing import Any

from arguments import pool_parser
from connection_driver import Address, ConnectionDriver
from report import report

MESSAGE_SIZE = 1000
HANDSHAKE_DEADLINE = 30.0
# Both libraries tell an idle timeout from a close by the text alone.
IDLE_TIMEOUT = "idle timeout"


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--alpn", default="echo")
    parser.add_argument("--library", choices=["aioquic", "qh3"], default="qh3")
    parser.add_argument("--idle-timeout", type=float, default=30, help="seconds")
    parser.add_argument(
        "--pause", type=float, default=0.05, help="seconds between a message that came back and the next"
    )
    parser.add_argument(
        "--rebinding", type=int, default=0, help="so many connections, the first ones, change their ports"
    )
    parser.add_argument(
        "--rebind-interval", type=float, default=3, help="seconds between two such changes of a connection"
    )
    parser.add_argument(
        "--reconnect",
        type=float,
        help="make another connection in the place of one that is lost, so many seconds later",
    )
    return parser.parse_args()


def loss_reason(event: Any, receiving: bool) -> dict[str, Any]:
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

    def __init__(
        self, index: int, arguments: argparse.Namespace, on_loss: Callable[["HeldConnection"], None]
    ) -> None:
        self.index = index
        self.ready = asyncio.Event()
        self.verified = 0
        self.corrupt = False
        self.lost = False
        self.closed = False
        self.rebinds = 0
        # Seconds between a message and what came back.
        self.longest_wait = 0.0
        self._sent = 0.0
        self._arguments = arguments
        self._on_loss = on_loss
        self._random = random.Random(index)
        self._message = b""
        self._returned = b""
        self._stream_id = 0
        quic = arguments.library
        self._events = importlib.import_module(f"{quic}.quic.events")
        library = importlib.import_module(f"{quic}.quic.connection")
        self._error = library.QuicConnectionError
        configuration = importlib.import_module(f"{quic}.quic.configuration").QuicConfiguration(
            alpn_protocols=[arguments.alpn],
            is_client=True,
            idle_timeout=arguments.idle_timeout,
            server_name="localhost",
            verify_mode=ssl.CERT_NONE,
        )
        self._connection = library.QuicConnection(configuration=configuration)
        peer: Address = (arguments.host, arguments.port)
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
            "rebinds": self.rebinds,
            "longest_wait": self.longest_wait,
        }

    def close(self) -> None:
        self.closed = True
        if not self.lost:
            self._connection.close()
            self.driver.transmit()
        self.driver.close()

    def _handle_event(self, event: Any) -> None:
        events = self._events
        if isinstance(event, events.HandshakeCompleted):
            self._stream_id = self._connection.get_next_available_stream_id()
            self._queue_message()
            self.ready.set()
            self._schedule_rebind(self._random.random())
        elif isinstance(event, events.StreamDataReceived) and event.stream_id == self._stream_id:
            self._receive(event.data)
        elif isinstance(event, events.ConnectionTerminated):
            self.lost = True
            reason = loss_reason(event, self.driver.receiving)
            report("lost", **self.state, **reason, sent=self._sent, time=time.monotonic())
            self._on_loss(self)

    def _receive(self, data: bytes) -> None:
        self._returned += data
        if len(self._returned) < MESSAGE_SIZE:
            return
        self.longest_wait = max(self.longest_wait, time.monotonic() - self._sent)
        if self._returned == self._message:
            self.verified += MESSAGE_SIZE
        else:
            self.corrupt = True
        self._returned = b""
        asyncio.get_running_loop().call_later(self._arguments.pause, self._send_next)

    def _send_next(self) -> None:
        if self.lost:
            return
        try:
            self._queue_message()
        except self._error:
            return  # The peer has closed; the event follows when the connection has drained.
        self.driver.transmit()

    def _queue_message(self) -> None:
        self._message = self._random.randbytes(MESSAGE_SIZE)
        self._sent = time.monotonic()
        self._connection.send_stream_data(self._stream_id, self._message)

    def _schedule_rebind(self, intervals: float) -> None:
        if self.index < self._arguments.rebinding:
            delay = intervals * self._arguments.rebind_interval
            asyncio.get_running_loop().call_later(delay, self._rebind)

    def _rebind(self) -> None:
        if self.lost or self.closed:
            return
        self.driver.rebind()
        self.rebinds += 1
        # What the server has sent to the former port is lost, and it learns of the new one by the next packet:
        # a client that waits for a message would wait for ever.
        try:
            self._connection.send_ping(self.rebinds)
        except self._error:
            return  # As above.
        self.driver.transmit()
        self._schedule_rebind(1)


async def standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def main() -> int:
    arguments = parse_arguments()
    commands = await standard_input()
    held: list[HeldConnection] = []

    def hold(index: int) -> HeldConnection:
        return HeldConnection(index, arguments, replace)

    def replace(lost: HeldConnection) -> None:
        if arguments.reconnect is not None:
            asyncio.get_running_loop().call_later(arguments.reconnect, reconnect, lost)

    def reconnect(lost: HeldConnection) -> None:
        lost.close()
        held[lost.index] = hold(lost.index)
        held[lost.index].driver.start()

    held += [hold(index) for index in range(arguments.connections)]
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
