"""Clients that hold connections to a pool, and those that come and go: programs that report what happens."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pool import LONGEST_LINE, Overdue, Pool

CLIENTS = Path(__file__).parents[2] / "Tests/ProcessTests/Clients"
sys.path.insert(0, str(CLIENTS))

from quic_lb import Configuration  # noqa: E402

Event = dict[str, Any]


class Client:
    """One client program: its events are what it prints, a line of JSON each."""

    def __init__(self, process: asyncio.subprocess.Process, library: str) -> None:
        self._process = process
        self._library = library
        self._events: list[Event] = []
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, library: str, *command: str) -> "Client":
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        return cls(process, library)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                self._events.append({"library": self._library, **json.loads(line)})
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    def events(self, name: str) -> list[Event]:
        return [event for event in self._events if event["event"] == name]

    async def event(self, *names: str, after: int = 0, within: float = 60) -> Event:
        """The first event with one of the names, of those after the first `after` events."""

        def found() -> Event | None:
            return next((event for event in self._events[after:] if event["event"] in names), None)

        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: found() is not None or self._reading.done())
        except TimeoutError:
            raise Overdue(f"no event {' or '.join(names)} of a client within {within} s") from None
        event = found()
        if event is None:
            raise RuntimeError("a client ended too early")
        return event

    async def progress(self) -> list[Event]:
        assert self._process.stdin is not None
        count = len(self._events)
        self._process.stdin.write(b"\n")
        event = await self.event("progress", after=count)
        return [{"library": self._library, **connection} for connection in event["connections"]]

    async def finish(self) -> None:
        """Has it close its connections and end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(60):
            await self._process.wait()
            await self._reading

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading


@dataclass(frozen=True)
class Size:
    """How many connections are held, by whose client."""

    drover: int
    aioquic: int = 0
    qh3: int = 0

    @property
    def total(self) -> int:
        return self.drover + self.aioquic + self.qh3

    @property
    def half(self) -> "Size":
        return Size(self.drover // 2, self.aioquic // 2, self.qh3 // 2)


@dataclass(frozen=True)
class Habits:
    """What held connections do."""

    # Half of them change their ports.
    rebinds: bool = True
    # Seconds between a message that came back and the next.
    pause: float = 0.15
    # Seconds.
    idle_timeout: int = 30
    # Seconds until another one takes the place of one that was lost; None: there is no other.
    reconnect: float | None = None

    def options(self, library: str, count: int) -> list[str]:
        options = ["--connections", str(count), "--idle-timeout", str(self.idle_timeout)]
        options += ["--rebinding", str(count // 2 if self.rebinds else 0)]
        options += [] if self.reconnect is None else ["--reconnect", str(self.reconnect)]
        if library == "drover":
            return [*options, "--pause", str(self.pause), "--fast", str(count // 20)]
        # They have one interpreter for all.
        return [*options, "--library", library, "--pause", str(2 * self.pause)]


class Crowd:
    """The connections that are held to a pool."""

    def __init__(self, pool: Pool, habits: Habits) -> None:
        self.clients: list[Client] = []
        self.count = 0
        self._pool = pool
        self._habits = habits

    async def join(self, size: Size) -> None:
        """Returns when so many more are connected."""
        joining = []
        for library, count in (("drover", size.drover), ("aioquic", size.aioquic), ("qh3", size.qh3)):
            if count:
                options = self._habits.options(library, count)
                joining.append(await start_client(library, self._pool, *options))
                self.clients.append(joining[-1])
        # The time is for as many handshakes as there may be.
        for client in joining:
            if (event := await client.event("ready", "not_ready", within=300))["event"] != "ready":
                raise RuntimeError(f"not all connections came up: {client.events('lost')[:3] or event}")
        self.count += size.total

    async def progress(self) -> list[Event]:
        parts = await asyncio.gather(*(client.progress() for client in self.clients))
        return [connection for part in parts for connection in part]

    async def whole(self, within: float = 30) -> None:
        """Returns when all are up, those again that were lost."""
        async with asyncio.timeout(within):
            while any(connection["lost"] for connection in await self.progress()):
                await asyncio.sleep(0.01)

    async def advance(self, within: float = 20) -> list[Event]:
        """Returns when each connection that is not lost has verified more than it has now, or time is up.

        Returns those that have not.
        """
        before = await self.progress()
        deadline = asyncio.get_running_loop().time() + within
        while True:
            now = await self.progress()
            late = [
                later
                for earlier, later in zip(before, now, strict=True)
                if not later["lost"] and later["verified"] <= earlier["verified"]
            ]
            if not late or asyncio.get_running_loop().time() > deadline:
                return late
            await asyncio.sleep(0.05)

    def losses(self) -> list[Event]:
        return sorted(
            (event for client in self.clients for event in client.events("lost")),
            key=lambda event: event["time"],
        )


@asynccontextmanager
async def crowd(pool: Pool, size: Size, habits: Habits = Habits()) -> AsyncIterator[Crowd]:
    """Clients that all are connected, until the block ends."""
    held = Crowd(pool, habits)
    try:
        await held.join(size)
        yield held
        await asyncio.gather(*(client.finish() for client in held.clients))
    finally:
        for client in held.clients:
            await client.kill()


class Visits:
    """Connections that come one after the other, and go at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self) -> list[Event]:
        """Those that are over, by when they began."""
        return sorted(self._client.events("visit"), key=lambda visit: visit["begun"])

    async def first(self, condition: Callable[[Event], bool], within: float = 30) -> Event:
        """The first that is as wanted."""
        seen = 0
        async with asyncio.timeout(within):
            while True:
                visits = self._client.events("visit")
                if found := next((visit for visit in visits[seen:] if condition(visit)), None):
                    return found
                seen = len(visits)
                await asyncio.sleep(0.001)

    async def finish(self) -> None:
        await self._client.finish()


@asynccontextmanager
async def visits(pool: Pool, interval: float = 0.02) -> AsyncIterator[Visits]:
    client = await start_client("drover", pool, "--visit-interval", str(interval))
    try:
        running = Visits(client)
        # From then on they come.
        await running.first(lambda _: True)
        yield running
        await running.finish()
    finally:
        await client.kill()


async def start_client(library: str, pool: Pool, *options: str) -> Client:
    program = (
        [os.environ["DROVER_HOLDER_BINARY"]]
        if library == "drover"
        else [sys.executable, str(CLIENTS / "hold.py")]
    )
    return await Client.start(library, *program, "--port", str(pool.port), *options)


def slot_of(server_cid: str, key: str, host_id: str) -> int | None:
    """The slot that a connection ID of the pool's first configuration encodes."""
    host = bytes.fromhex(host_id)
    configuration = Configuration(len(host) + 1, 16 - len(host) - 1, bytes.fromhex(key))
    server_id = configuration.server_id(bytes.fromhex(server_cid))
    return server_id[-1] if server_id is not None and server_id.startswith(host) else None
