"""An echo server on aioquic, for clients to try: each stream's octets and each datagram come back.

Prints a `ready` event with its port, and ends with its standard input.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import DatagramFrameReceived, QuicEvent, StreamDataReceived

from report import report


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cert", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--retry", action="store_true", help="asks each client for its address")
    return parser.parse_args()


class Echo(QuicConnectionProtocol):
    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, StreamDataReceived):
            self._quic.send_stream_data(event.stream_id, event.data, event.end_stream)
        elif isinstance(event, DatagramFrameReceived):
            self._quic.send_datagram_frame(event.data)
        self.transmit()


class Tickets:
    """Those that were given out."""

    def __init__(self) -> None:
        self._tickets: dict[bytes, Any] = {}

    def add(self, ticket: Any) -> None:
        self._tickets[ticket.ticket] = ticket

    def take(self, label: bytes) -> Any:
        return self._tickets.pop(label, None)


async def main() -> int:
    arguments = parse_arguments()
    configuration = QuicConfiguration(
        alpn_protocols=["echo"], is_client=False, max_datagram_frame_size=65_535
    )
    configuration.load_cert_chain(arguments.cert, arguments.key)
    tickets = Tickets()
    server = await serve(
        "127.0.0.1",
        0,
        configuration=configuration,
        create_protocol=Echo,
        session_ticket_fetcher=tickets.take,
        session_ticket_handler=tickets.add,
        retry=arguments.retry,
    )
    report("ready", port=server._transport.get_extra_info("sockname")[1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
