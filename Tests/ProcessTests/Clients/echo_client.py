"""One aioquic connection that makes one verified transfer through the echo application."""

import asyncio
from collections.abc import Callable

from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import (
    ConnectionTerminated,
    HandshakeCompleted,
    QuicEvent,
    StreamDataReceived,
    StreamReset,
)

from aioquic_connection import aioquic_connection
from connection_driver import Address, ConnectionDriver
from verified_echo import VerifiedEcho

LARGEST_WINDOW = 1024 * 1024


class EchoClient:
    """Runs from the first Initial to the verified end of the stream, or to a failure."""

    def __init__(
        self,
        index: int,
        peer: Address,
        total: int,
        on_progress: Callable[["EchoClient"], None] | None = None,
    ) -> None:
        self.index = index
        self.alpn: str | None = None
        self.failure: str | None = None
        self.echo: VerifiedEcho | None = None
        self.connection: QuicConnection = aioquic_connection()
        self.driver = ConnectionDriver(self.connection, peer, self._handle_event)
        self._total = total
        self._on_progress = on_progress
        self._ended = asyncio.Event()

    @property
    def ok(self) -> bool:
        return self.failure is None and self.echo is not None and self.echo.verified

    @property
    def received(self) -> int:
        return 0 if self.echo is None else self.echo.received

    async def run(self, deadline: float) -> None:
        """Returns when the transfer ended, or at `deadline`, in the loop's time."""
        self.driver.start()
        try:
            async with asyncio.timeout_at(deadline):
                await self._ended.wait()
        except TimeoutError:
            self.failure = "deadline"
        self.connection.close()
        self.driver.transmit()
        self.driver.close()

    def _handle_event(self, event: QuicEvent) -> None:
        match event:
            case HandshakeCompleted():
                self.alpn = event.alpn_protocol
                self._start_echo()
            case StreamDataReceived() if self.echo is not None:
                self._receive(self.echo, event)
            case StreamReset():
                self._fail(f"stream reset with code {event.error_code}")
            case ConnectionTerminated():
                self._fail(f"closed with code {event.error_code}: {event.reason_phrase}")

    def _start_echo(self) -> None:
        # An eighth of the transfer: at every point before the last eighth there is
        # something left to send.
        window = min(LARGEST_WINDOW, max(self._total // 8, 1))
        stream_id = self.connection.get_next_available_stream_id()
        self.echo = VerifiedEcho(self.connection, stream_id, self._total, seed=self.index, window=window)
        self.echo.fill()

    def _receive(self, echo: VerifiedEcho, event: StreamDataReceived) -> None:
        echo.receive(event.data, event.end_stream)
        if self._on_progress is not None:
            self._on_progress(self)
        echo.fill()
        if echo.finished:
            if not echo.verified:
                self.failure = "the bytes that came back differ"
            self._ended.set()

    def _fail(self, reason: str) -> None:
        if not self._ended.is_set():
            self.failure = reason
            self._ended.set()
