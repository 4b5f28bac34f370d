"""Starts streams that the pool cannot finish, then checks that the connection still echoes.

Each abandoned stream carries data and ends in STOP_SENDING (`--kind stopped`), or is unidirectional, which the echo
application does not read (`--kind unidirectional`). Together they carry more than the connection's first
flow-control window, so that the last echo works only if their credit comes back.
"""

import argparse
import asyncio
import sys

from aioquic.quic.events import HandshakeCompleted, QuicEvent, StreamDataReceived

from aioquic_connection import aioquic_connection
from arguments import pool_parser
from connection_driver import ConnectionDriver
from report import report

OCTETS = 100_000
# Shares the first window with all the others, and needs more of it than its part.
LAST = bytes(range(256)) * 800


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--kind", choices=["stopped", "unidirectional"], required=True)
    parser.add_argument("--streams", type=int, default=60)
    parser.add_argument("--deadline", type=float, default=20.0)
    return parser.parse_args()


async def run(arguments: argparse.Namespace) -> bytes:
    """What the last stream echoed before the deadline."""
    connected, echoed = asyncio.Event(), asyncio.Event()
    received = bytearray()
    last_stream: list[int] = []

    def handle(event: QuicEvent) -> None:
        if isinstance(event, HandshakeCompleted):
            connected.set()
        elif isinstance(event, StreamDataReceived) and [event.stream_id] == last_stream:
            received.extend(event.data)
            if event.end_stream:
                echoed.set()

    connection = aioquic_connection()
    driver = ConnectionDriver(connection, (arguments.host, arguments.port), handle)
    try:
        driver.start()
        async with asyncio.timeout(arguments.deadline):
            await connected.wait()
            for _ in range(arguments.streams):
                unidirectional = arguments.kind == "unidirectional"
                stream = connection.get_next_available_stream_id(is_unidirectional=unidirectional)
                connection.send_stream_data(stream, bytes(OCTETS), end_stream=unidirectional)
                if not unidirectional:
                    connection.stop_stream(stream, 0)
                driver.transmit()
            last_stream.append(connection.get_next_available_stream_id())
            connection.send_stream_data(last_stream[0], LAST, end_stream=True)
            driver.transmit()
            await echoed.wait()
    except TimeoutError:
        pass
    finally:
        driver.close()
    return bytes(received)


def main() -> int:
    received = asyncio.run(run(parse_arguments()))
    report("summary", ok=received == LAST, received=len(received))
    return 0 if received == LAST else 1


if __name__ == "__main__":
    sys.exit(main())
