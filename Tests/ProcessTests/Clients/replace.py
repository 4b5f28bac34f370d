"""Has rotating-echo replace a connection's IDs again and again, and says which of them it uses.

Each time, it sends "R" and data, and waits until the data is back and all IDs that it held
are gone. It loses packets both ways by choice.
"""

import argparse
import asyncio
import importlib
import random
import socket
import ssl
import sys
from collections.abc import Callable

from arguments import pool_parser
from report import report


LONG_HEADER = 0x80
ID_LENGTH = 17


class Client:
    def __init__(self, arguments: argparse.Namespace) -> None:
        quic = arguments.library
        self.events = importlib.import_module(f"{quic}.quic.events")
        configuration = importlib.import_module(f"{quic}.quic.configuration").QuicConfiguration(
            alpn_protocols=["echo"], is_client=True, server_name="localhost", verify_mode=ssl.CERT_NONE
        )
        self.connection = importlib.import_module(f"{quic}.quic.connection").QuicConnection(
            configuration=configuration
        )
        if arguments.limit:
            # An aioquic matter: it has no setting for it.
            self.connection._local_active_connection_id_limit = arguments.limit
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.loop = asyncio.get_running_loop()
        self.peer = (arguments.host, arguments.port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.connect(self.peer)
        self.timer: asyncio.TimerHandle | None = None
        self.used_id = ""
        self.received = 0
        self.failure: str | None = None
        self.is_connected = False
        self.changed = asyncio.Event()
        self.loop.add_reader(self.socket, self.read)

    def is_lost(self) -> bool:
        return self.is_connected and self.random.random() < self.arguments.loss

    def transmit(self) -> None:
        for data, _ in self.connection.datagrams_to_send(now=self.loop.time()):
            if not data[0] & LONG_HEADER:
                self.used_id = data[1 : 1 + ID_LENGTH].hex()
            if not self.is_lost():
                self.socket.send(data)
        if self.timer is not None:
            self.timer.cancel()
        deadline = self.connection.get_timer()
        self.timer = None if deadline is None else self.loop.call_at(deadline, self.fire)

    def fire(self) -> None:
        self.connection.handle_timer(now=self.loop.time())
        self.handle_events()
        self.transmit()

    def read(self) -> None:
        while True:
            try:
                data = self.socket.recv(65535)
            except BlockingIOError:
                break
            if not self.is_lost():
                self.connection.receive_datagram(data, self.peer, now=self.loop.time())
        self.handle_events()
        self.transmit()

    def handle_events(self) -> None:
        while (event := self.connection.next_event()) is not None:
            if isinstance(event, self.events.HandshakeCompleted):
                self.is_connected = True
            elif isinstance(event, self.events.StreamDataReceived):
                self.received += len(event.data)
            elif isinstance(event, self.events.ConnectionTerminated):
                self.failure = f"{event.error_code}: {event.reason_phrase}"
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self.failure is not None:
                raise ConnectionError(self.failure)
            self.changed.clear()
            await self.changed.wait()

    def held_ids(self) -> list[str]:
        """The one in use first; qh3 does not tell the others."""
        if self.arguments.library == "qh3":
            return [self.used_id]
        ids = [self.connection._peer_cid, *self.connection._peer_cid_available]
        return [entry.cid.hex() for entry in ids]

    async def linger(self, stream: int, seconds: float) -> int:
        """Sends an octet now and then, for so long; returns how many."""
        count = int(seconds / 0.05)
        for _ in range(count):
            await asyncio.sleep(0.05)
            self.connection.send_stream_data(stream, b".")
            self.transmit()
        return count

    async def run(self) -> None:
        arguments = self.arguments
        self.connection.connect(self.peer, now=self.loop.time())
        self.transmit()
        await self.until(lambda: self.is_connected)
        count = 1 if arguments.library == "qh3" else arguments.limit or 7
        stream = self.connection.get_next_available_stream_id()
        sent = 0
        for number in range(arguments.rotations):
            await self.until(lambda: len(self.held_ids()) >= min(count, 7))
            before = self.held_ids()
            data = b"." * arguments.bytes
            self.connection.send_stream_data(stream, b"R" * arguments.wishes + data)
            sent += len(data)
            self.transmit()
            await self.until(lambda: self.received == sent and not set(before) & set(self.held_ids()))
            report("replaced", number=number, before=before, after=self.held_ids())
            sent += await self.linger(stream, arguments.pause)
        # What was retired last is forgotten a PTO later.
        sent += await self.linger(stream, arguments.linger)
        await self.until(lambda: self.received == sent)
        report("done", held=self.held_ids())
        # The server would wait for its idle timeout.
        arguments.loss = 0
        self.connection.close()
        self.transmit()


async def main() -> int:
    parser = pool_parser(__doc__)
    parser.add_argument("--library", choices=["aioquic", "qh3"], default="aioquic")
    parser.add_argument("--rotations", type=int, default=1)
    parser.add_argument("--wishes", type=int, default=1, help="replacements asked for at once")
    parser.add_argument("--bytes", type=int, default=20000, help="echoed per rotation")
    parser.add_argument("--limit", type=int, help="active_connection_id_limit")
    parser.add_argument("--loss", type=float, default=0, help="of packets, each way, 0 to 1")
    parser.add_argument("--pause", type=float, default=0, help="seconds between rotations")
    parser.add_argument("--linger", type=float, default=0.5, help="seconds before the end")
    parser.add_argument("--deadline", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        async with asyncio.timeout(arguments.deadline):
            await Client(arguments).run()
    except (TimeoutError, ConnectionError) as error:
        report("failed", why=str(error) or "deadline")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
