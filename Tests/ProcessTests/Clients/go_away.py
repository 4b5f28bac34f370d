"""Waits for GOAWAY on the control stream of an HTTP/3 server, with aioquic; then makes a request all the same.

Prints `ready` when the server's settings have come, and `gone_away` with the frame and the answer to the request.
"""

import argparse
import asyncio
import ssl
import sys

from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import HandshakeCompleted, QuicEvent, StreamDataReceived

from arguments import pool_parser
from connection_driver import ConnectionDriver
from report import report

# The server's first unidirectional stream (RFC 9000 §2.1); what opens it comes before any other frame.
CONTROL_STREAM = 3
GOAWAY = 0x07
BODY = b"still there"


class Client:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.connection = QuicConnection(
            configuration=QuicConfiguration(
                alpn_protocols=["h3"], is_client=True, server_name="localhost", verify_mode=ssl.CERT_NONE
            )
        )
        self.http: H3Connection | None = None
        self.control = b""
        self.answer = b""
        self.changed = asyncio.Event()
        self.driver = ConnectionDriver(self.connection, (arguments.host, arguments.port), self.handle)

    def handle(self, event: QuicEvent) -> None:
        if isinstance(event, HandshakeCompleted):
            self.http = H3Connection(self.connection)
        if isinstance(event, StreamDataReceived) and event.stream_id == CONTROL_STREAM:
            self.control += event.data
        if self.http is not None:
            for http_event in self.http.handle_event(event):
                if isinstance(http_event, DataReceived):
                    self.answer += http_event.data
        self.changed.set()

    async def until(self, length: int) -> None:
        while len(self.control) < length:
            self.changed.clear()
            await self.changed.wait()

    async def request(self) -> None:
        assert self.http is not None
        stream = self.connection.get_next_available_stream_id()
        headers = [(b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", b"/")]
        self.http.send_headers(stream, headers)
        self.http.send_data(stream, BODY, end_stream=True)
        self.driver.transmit()
        while self.answer != BODY:
            self.changed.clear()
            await self.changed.wait()


async def main() -> int:
    arguments = pool_parser(__doc__).parse_args()
    client = Client(arguments)
    client.driver.start()
    # The stream's type, and SETTINGS without any.
    async with asyncio.timeout(30):
        await client.until(3)
        report("ready")
        await client.until(4)
        await client.until(5 + client.control[4] if len(client.control) > 4 else 5)
        await client.request()
    report("gone_away", frame=client.control[3:].hex(), answered=client.answer == BODY)
    client.connection.close()
    client.driver.transmit()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
