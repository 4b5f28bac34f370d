"""Echoes texts over connections of picoquic, through aiopquic, one connection after the other.

Prints a `probe` event for each: whether what came back is right. aiopquic takes a Python of 3.12 or later.
"""

import argparse
import asyncio
import random
import ssl
import sys
from typing import Any

from aiopquic.asyncio.client import connect
from aiopquic.asyncio.protocol import QuicConnectionProtocol
from aiopquic.quic.configuration import QuicConfiguration
from aiopquic.quic.events import StreamDataReceived

from arguments import pool_parser
from report import report

PATIENCE = 20


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--visits", type=int, default=1)
    parser.add_argument("--bytes", type=int, default=100_000)
    return parser.parse_args()


class Echo(QuicConnectionProtocol):
    """Collects what comes back."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.received = b""
        self.finished = asyncio.Event()

    def quic_event_received(self, event: Any) -> None:
        if isinstance(event, StreamDataReceived):
            self.received += bytes(event.data)
            if event.end_stream:
                self.finished.set()


async def visit(arguments: argparse.Namespace, payload: bytes) -> bool:
    configuration = QuicConfiguration(
        alpn_protocols=["echo"], is_client=True, server_name="localhost", verify_mode=ssl.CERT_NONE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            async with connect(
                arguments.host, arguments.port, configuration=configuration, create_protocol=Echo
            ) as echo:
                quic = echo._quic
                stream_id = quic.get_next_available_stream_id()
                quic.send_stream_data(stream_id, payload, end_stream=True)
                await echo.finished.wait()
                return bool(echo.received == payload)
    except (TimeoutError, ConnectionError):
        return False


async def main() -> int:
    arguments = parse_arguments()
    payload = random.Random(1).randbytes(arguments.bytes)
    good = 0
    for _ in range(arguments.visits):
        ok = await visit(arguments, payload)
        report("probe", ok=ok, failure=None if ok else "what came back is not what was sent")
        good += ok
    return 0 if good == arguments.visits else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
