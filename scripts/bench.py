"""Measures a pool on this machine: the figures of BENCHMARKS.md.

The clients share the machine's processors with the pool, so rates are given for a second of the workers' own
processor time: what one core would do that has nothing else to do.
"""

import asyncio
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENTS = Path(__file__).parent.parent / "Tests/ProcessTests/Clients"
sys.path.insert(0, str(CLIENTS))

from aioquic_connection import aioquic_connection  # noqa: E402
from connection_driver import ConnectionDriver  # noqa: E402

IDLE_CONNECTIONS = 5000
IDLE_MEMORY_LIMIT = 60
CLIENT_PROCESSES = 2


class Pool:
    """A running pool, as /proc shows it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.supervisor = process.pid
        self.port = port

    def workers(self) -> list[int]:
        return [int(pid) for pid in self._read(self.supervisor, f"task/{self.supervisor}/children").split()]

    def worker_seconds(self) -> float:
        return sum(int(self._read(pid, "schedstat").split()[0]) for pid in self.workers()) / 1e9

    def worker_anonymous(self) -> int:
        """Bytes of memory that are the workers' own."""
        rollups = (self._read(pid, "smaps_rollup") for pid in self.workers())
        return sum(int(re.search(r"^Anonymous: +(\d+)", text, re.M)[1]) * 1024 for text in rollups)

    def _read(self, pid: int, name: str) -> str:
        return Path(f"/proc/{pid}/{name}").read_text()


@contextmanager
def running(command: Callable[[str], list[str]]) -> Iterator[Pool]:
    """Runs a pool below a temporary directory, until the block ends."""
    with tempfile.TemporaryDirectory() as directory:
        process = subprocess.Popen(
            command(directory), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            for line in process.stdout or ():
                if found := re.search(r"\bready on 127\.0\.0\.1:(\d+)", line):
                    yield Pool(process, int(found[1]))
                    break
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)


def drover(workers: int, *options: str) -> Callable[[str], list[str]]:
    return lambda directory: [
        *(os.environ["DROVER_BINARY"], "serve", "--listen", "127.0.0.1:0", "--workers", str(workers)),
        *("--dev-cert", "--run-dir", f"{directory}/run", "--state-dir", f"{directory}/state"),
        *options,
    ]


def h3_echo(directory: str) -> list[str]:
    program = os.environ["DROVER_H3_ECHO_BINARY"]
    key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    return [program, "127.0.0.1:0", "1", "5a", key, f"{directory}/run", f"{directory}/state", "auto"]


def run_clients(command: list[str], pool: Pool, *options: str) -> None:
    command = [*command, "--port", str(pool.port), *options]
    clients = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(CLIENT_PROCESSES)]
    if any([client.wait() for client in clients]):
        raise RuntimeError(f"{command[0]} failed")


def client_seconds() -> float:
    """Of the clients that have ended, and the pools."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def handshakes() -> None:
    """By Drover's own client."""
    count = 2000
    with running(drover(workers=1)) as pool:
        before, clients_before = pool.worker_seconds(), client_seconds()
        run_clients([os.environ["DROVER_VISITOR_BINARY"]], pool, "--visits", str(count), "--octets", "1")
        rate = CLIENT_PROCESSES * count / (pool.worker_seconds() - before)
        client_rate = CLIENT_PROCESSES * count / (client_seconds() - clients_before)
    print(f"full handshakes, each with a 1-octet echo and a close: {rate:,.0f} /s a core")
    print(f"the same at the client, Drover's own, unverified: {client_rate:,.0f} /s a core")


def throughput() -> None:
    size, count = 100_000_000, 3
    with running(h3_echo) as pool:
        before = pool.worker_seconds()
        run_clients(
            [sys.executable, str(CLIENTS / "gtls_transfer.py")],
            pool,
            *("--connections", str(count), "--concurrency", "1", "--bytes", str(size)),
        )
        seconds = pool.worker_seconds() - before
    gigabits = 8 * size * count * CLIENT_PROCESSES / seconds / 1e9
    print(f"HTTP/3 echo of {size // 10**6} MB bodies: {gigabits:.2f} Gbit/s in and as much out, a core")


def idle_memory() -> None:
    async def hold(pool: Pool) -> int:
        drivers = []
        for _ in range(IDLE_CONNECTIONS):
            connected = asyncio.Event()
            driver = ConnectionDriver(
                aioquic_connection(idle_timeout=3600.0), ("127.0.0.1", pool.port), lambda _: connected.set()
            )
            driver.start()
            await asyncio.wait_for(connected.wait(), 10)
            drivers.append(driver)
        # Late acknowledgements and the last trim of the heap.
        await asyncio.sleep(3)
        memory = pool.worker_anonymous()
        for driver in drivers:
            driver.close()
        return memory

    # The first must not be gone when the last comes, however slow the clients are.
    with running(drover(1, "--idle-timeout", "1h")) as pool:
        before = pool.worker_anonymous()
        growth = asyncio.run(hold(pool)) - before
    memory = growth / IDLE_CONNECTIONS / 1024
    print(f"memory of an idle connection, of {IDLE_CONNECTIONS:,}: {memory:.1f} KiB")
    if memory > IDLE_MEMORY_LIMIT:
        sys.exit(f"an idle connection takes more than {IDLE_MEMORY_LIMIT} KiB")
    print(f"memory of a worker that has served nothing: {before / 2**20:.1f} MiB of its own")


def drover_bench(figure: str) -> None:
    subprocess.run([os.environ["DROVER_BENCH_BINARY"], figure], check=True)


def steering() -> None:
    drover_bench("steering")


def codec() -> None:
    drover_bench("codec")


def replacement() -> None:
    """A datagram sent right after a worker's death waits in its socket for the successor to answer it."""
    unknown_version = (b"\xc0\x1a\x2a\x3a\x4a\x08" + bytes(8) + b"\x00").ljust(1200, b"\x00")
    times = []
    for _ in range(10):
        with running(drover(workers=1)) as pool, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(10)
            client.connect(("127.0.0.1", pool.port))
            started = time.monotonic()
            os.kill(pool.workers()[0], signal.SIGKILL)
            client.send(unknown_version)
            client.recv(2048)
            times.append(time.monotonic() - started)
    median = 1000 * sorted(times)[len(times) // 2]
    print(f"from a worker's death to its successor's first answer: {median:.1f} ms, median of {len(times)}")


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    figures = [handshakes, throughput, idle_memory, steering, codec, replacement]
    for figure in figures:
        if len(sys.argv) == 1 or figure.__name__ in sys.argv[1:]:
            figure()


if __name__ == "__main__":
    main()
