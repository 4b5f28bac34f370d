"""A pool of real processes on a free port of 127.0.0.1, with directories of its own."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

# The tests' own, so that the slot can be read out of connection IDs.
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
HOST_ID = "d70e"
LONGEST_LINE = 1 << 24

Status = dict[str, Any]


class Refused(Exception):
    """The pool's answer is an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['what']}: {error['why']}")
        self.exit_status: int = error["exitStatus"]


class Overdue(Exception):
    pass


class NotStarted(Exception):
    pass


class Pool:
    def __init__(self, directory: Path, port: int = 0) -> None:
        self.directory = directory
        self.port = port
        self.log = directory / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def supervisor(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def state_directory(self) -> Path:
        return self.directory / "state"

    async def start(
        self, workers: int, *options: str, launcher: tuple[str, ...] = (), key: str | None = KEY
    ) -> None:
        """Returns when the pool is ready, on the port it had before if it had one."""
        command = [
            *(*launcher, os.environ["DROVER_BINARY"], "serve", "--dev-cert", "--workers", str(workers)),
            *("--listen", f"127.0.0.1:{self.port}", "--host-id", HOST_ID),
            *("--run-dir", str(self.directory / "run"), "--state-dir", str(self.state_directory)),
            *options,
        ]
        if key is not None:
            file = self.directory / "connection-id-key"
            file.touch(0o600)
            file.write_text(key)
            command += ["--connection-id-key", str(file)]
        with self.log.open("ab") as log:
            start = log.tell()
            # In a session of its own: an interrupt is this program's, and the pool's processes are known by it.
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 30
        while not (ready := re.search(r"\bready on 127\.0\.0\.1:(\d+)", self.log_text(start))):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NotStarted(self.log_text(start).strip())
            await asyncio.sleep(0.005)
        self.port = int(ready[1])

    def log_text(self, start: int = 0) -> str:
        return self.log.read_bytes()[start:].decode(errors="replace")

    # What it is asked.

    async def ask(self, command: str, within: float = 60, **members: Any) -> Any:
        """Returns the answer, without its lines of progress."""
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_unix_connection(
                str(self.directory / "run/control"), limit=LONGEST_LINE
            )
            try:
                writer.write(json.dumps({"command": command, **members}).encode() + b"\n")
                while line := await reader.readline():
                    answer = json.loads(line)
                    if "error" in answer:
                        raise Refused(answer["error"])
                    if "progress" not in answer:
                        return answer[command]
                raise ConnectionError(f"no answer to {command}")
            finally:
                writer.close()

    async def status(self) -> Status:
        status: Status = await self.ask("status")
        return status

    async def until(
        self, what: str, condition: Callable[[Status], bool], within: float = 30, pause: float = 0.01
    ) -> Status:
        """The first status that is as wanted: a pool tells of no change by itself."""
        deadline = time.monotonic() + within
        while not condition(status := await self.status()):
            if time.monotonic() > deadline:
                raise Overdue(f"{what}: not within {within} s: {summary(status)}")
            await asyncio.sleep(pause)
        return status

    async def resize(self, workers: int, pause: float = 0.01, **members: Any) -> Status:
        """Returns when so many slots are active."""
        await self.ask("resize", workers=workers, **members)
        return await self.until(
            f"{workers} active slots",
            lambda status: len(in_state(status, "active")) == workers and not in_state(status, "starting"),
            pause=pause,
        )

    # What /proc shows of it.

    def processes(self) -> list[int]:
        """Of the supervisor's session: it and its workers, also when it is gone."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                # The state and the session; the dead that nobody has waited for yet do not count.
                if int(fields[3]) == self.supervisor and fields[0] != "Z":
                    found.append(int(entry.name))
        return found

    def supervisor_seconds(self) -> float:
        return int(Path(f"/proc/{self.supervisor}/schedstat").read_text().split()[0]) / 1e9

    def supervisor_memory(self) -> int:
        """Octets that are its own, and in memory."""
        rollup = Path(f"/proc/{self.supervisor}/smaps_rollup").read_text()
        found = re.search(r"^Anonymous: +(\d+)", rollup, re.M)
        assert found is not None
        return int(found[1]) * 1024

    def supervisor_descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.supervisor}/fd"))

    # Its end.

    async def ended(self, within: float) -> float:
        """Returns when none of its processes is left, and how long that took."""
        assert self._process is not None
        start = time.monotonic()
        while self._process.poll() is None or self.processes():
            if time.monotonic() - start > within:
                raise Overdue(f"processes {self.processes()} of the pool are left after {within} s")
            await asyncio.sleep(0.002)
        return time.monotonic() - start

    async def stop(self) -> None:
        """Stops the pool as operators do, and makes sure that nothing is left."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        await self.ended(within=15)

    def kill_all(self) -> None:
        """Whatever it does: for the end of a scenario that failed."""
        if self._process is None:
            return
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait()


@asynccontextmanager
async def running(workers: int, *options: str, key: str | None = KEY) -> AsyncIterator[Pool]:
    """A pool below a temporary directory, until the block ends."""
    async with directory() as pool:
        await pool.start(workers, *options, key=key)
        yield pool
        await pool.stop()


@asynccontextmanager
async def directory() -> AsyncIterator[Pool]:
    """A pool that is not started yet. Whatever of it runs when the block ends is killed."""
    with tempfile.TemporaryDirectory(prefix="drover-chaos-") as path:
        pool = Pool(Path(path))
        try:
            yield pool
        except BaseException:
            if pool.log.exists():
                sys.stderr.write("".join(pool.log_text().splitlines(keepends=True)[-40:]))
            raise
        finally:
            pool.kill_all()


def in_state(status: Status, *states: str) -> list[dict[str, Any]]:
    return [slot for slot in status["slots"] if slot["state"] in states]


def current(status: Status) -> int:
    """Connections that the pool has."""
    return sum(slot["connections"] for slot in status["slots"])


def total(status: Status, name: str) -> int:
    """A counter, of all slots."""
    return sum(slot["counters"].get(name, 0) for slot in status["slots"])


def summary(status: Status) -> str:
    slots = ", ".join(f"{slot['slot']} {slot['state']} {slot['connections']}" for slot in status["slots"])
    return f"slots {slots}; configurations {status['configurations']}"
