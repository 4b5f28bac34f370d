"""Pseudo-random bytes that go out on a stream and have to come back the same."""

import hashlib
import random
from typing import Protocol

CHUNK = 64 * 1024


class StreamSender(Protocol):
    def send_stream_data(self, stream_id: int, data: bytes, end_stream: bool = False) -> None: ...


class VerifiedEcho:
    """Sends `total` bytes and hashes what went out and what came back.

    No more than `window` bytes are ever under way, so memory is bounded whatever
    the total, and a transfer still has bytes to send until shortly before its end.
    """

    def __init__(self, sender: StreamSender, stream_id: int, total: int, seed: int, window: int) -> None:
        self.stream_id = stream_id
        self.total = total
        self.sent = 0
        self.received = 0
        self.finished = False
        self._sender = sender
        self._window = window
        self._random = random.Random(seed)
        self._sent_hash = hashlib.sha256()
        self._received_hash = hashlib.sha256()
        self._end_queued = False

    @property
    def verified(self) -> bool:
        """Whether the stream ended and returned every byte."""
        return (
            self.finished
            and self.received == self.total
            and self._received_hash.digest() == self._sent_hash.digest()
        )

    def fill(self) -> None:
        """Queues what the window allows."""
        while not self._end_queued:
            room = min(self._window - (self.sent - self.received), self.total - self.sent, CHUNK)
            if room <= 0 < self.total:
                return
            data = self._random.randbytes(room)
            self._sent_hash.update(data)
            self.sent += room
            self._end_queued = self.sent == self.total
            self._sender.send_stream_data(self.stream_id, data, end_stream=self._end_queued)

    def receive(self, data: bytes, end_stream: bool) -> None:
        self._received_hash.update(data)
        self.received += len(data)
        self.finished = self.finished or end_stream
