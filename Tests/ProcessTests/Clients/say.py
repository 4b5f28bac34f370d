"""Sends a text on a stream to the echo application, and prints what comes back."""

import asyncio
import sys

from aioquic.quic.events import (
    ConnectionTerminated,
    HandshakeCompleted,
    QuicEvent,
    StreamDataReceived,
)

from aioquic_connection import aioquic_connection
from connection_driver import Address, ConnectionDriver

PATIENCE = 5


class Conversation:
    """One text out, the same text back."""

    def __init__(self, peer: Address, text: str) -> None:
        self.echo = b""
        self.failure: str | None = "no answer"
        self._text = text.encode()
        self._connection = aioquic_connection()
        self._driver = ConnectionDriver(self._connection, peer, self._handle_event)
        self._ended = asyncio.Event()

    async def run(self) -> None:
        self._driver.start()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ended.wait()
        except TimeoutError:
            pass
        self._connection.close()
        self._driver.transmit()
        self._driver.close()

    def _handle_event(self, event: QuicEvent) -> None:
        match event:
            case HandshakeCompleted():
                stream_id = self._connection.get_next_available_stream_id()
                self._connection.send_stream_data(stream_id, self._text, end_stream=True)
            case StreamDataReceived():
                self.echo += event.data
                if event.end_stream:
                    self._end(None)
            case ConnectionTerminated():
                self._end(f"closed with code {event.error_code}: {event.reason_phrase}")

    def _end(self, failure: str | None) -> None:
        if not self._ended.is_set():
            self.failure = failure
            self._ended.set()


async def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[1].rpartition(":")[2].isdecimal():
        print("usage: say.py HOST:PORT TEXT", file=sys.stderr)
        return 64
    host, _, port = sys.argv[1].rpartition(":")
    conversation = Conversation((host.strip("[]"), int(port)), sys.argv[2])
    await conversation.run()
    if conversation.failure is not None:
        print(f"{sys.argv[1]}: {conversation.failure}", file=sys.stderr)
        return 1
    print(conversation.echo.decode(errors="replace"))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
