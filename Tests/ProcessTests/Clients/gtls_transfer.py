"""Posts a file with ngtcp2's gtlsclient on many connections to an HTTP/3 echo, and verifies it."""

import argparse
import asyncio
import hashlib
import mmap
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from arguments import transfer_parser
from report import report

# gtlsclient writes its log as `… pkt rx pkn=… dcid=0x… scid=0x… type=Initial …`.
SERVER_CID = re.compile(rb"pkt rx .* scid=0x([0-9a-f]+) .*type=Initial")
ALPN = re.compile(rb"Negotiated ALPN is (\S+)")
REMOTE = re.compile(rb"Sent packet: local=\S+ remote=\[([0-9a-f.:]+)\]:(\d+)")
COUNTED = {
    "key_updates": b"key update confirmed",
    "changed_ports": b"Local address is now",
    "validated": b"Path validation against path {",
}
STATELESS_RESET = re.compile(rb"pkt rx \d+ SR token=")
LAST_ERROR = re.compile(rb"ngtcp2_conn_\w+: (ERR_\w+)")
LOG_PART = 256 * 1024
CHUNK = 1024 * 1024


def parse_arguments() -> argparse.Namespace:
    parser = transfer_parser(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gtlsclient", default="gtlsclient", help="the program")
    parser.add_argument("--memory", type=Path, help="keeps the session in this directory, to resume it")
    parser.add_argument("--key-update", help="so long after the handshake, 20ms")
    parser.add_argument("--change-port", help="so long after the handshake, 20ms")
    parser.add_argument("--silently", action="store_true", help="as a NAT does, not on purpose")
    return parser.parse_args()


def write_payload(path: Path, size: int, seed: int) -> None:
    generator = random.Random(seed)
    with path.open("wb") as file:
        for start in range(0, size, CHUNK):
            file.write(generator.randbytes(min(CHUNK, size - start)))


def file_digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def first_group(pattern: re.Pattern[bytes], log: bytes) -> str | None:
    found = pattern.search(log)
    return None if found is None else found.group(1).decode()


def occurrences(path: Path, text: bytes) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as log:
        return len(re.findall(re.escape(text), log))


def last_remote(log: bytes) -> str | None:
    """Where the client sends in the end."""
    found = REMOTE.findall(log)
    return f"{found[-1][0].decode()}:{found[-1][1].decode()}" if found else None


def log_ends(path: Path) -> tuple[bytes, bytes]:
    """The begin, with the handshake, and the end, with the reason of it; the middle is megabytes."""
    with path.open("rb") as file:
        head = file.read(LOG_PART)
        file.seek(max(path.stat().st_size - LOG_PART, 0))
        return head, file.read()


def loss_reason(log: bytes) -> str:
    if STATELESS_RESET.search(log):
        return "stateless reset"
    return first_group(LAST_ERROR, log) or "the bytes that came back differ"


def options(arguments: argparse.Namespace) -> list[str]:
    options = []
    if arguments.memory is not None:
        # Without the parameters of the session before, gtlsclient does not resume it.
        options += [
            f"--session-file={arguments.memory / 'session'}",
            f"--tp-file={arguments.memory / 'parameters'}",
            "--disable-early-data",
            "--wait-for-ticket",
        ]
    if arguments.key_update is not None:
        options.append(f"--key-update={arguments.key_update}")
    if arguments.change_port is not None:
        options.append(f"--change-local-addr={arguments.change_port}")
    if arguments.silently:
        options.append("--nat-rebinding")
    return options


async def run_gtlsclient(arguments: argparse.Namespace, payload: Path, directory: Path) -> str | None:
    """Leaves `log` and the download in `directory`; the failure, if any.

    gtlsclient exits with 0 after a lost connection too, so the download has to be verified.
    """
    with (directory / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            arguments.gtlsclient,
            "--no-quic-dump",
            "--no-http-dump",
            "--exit-on-all-streams-close",
            "--timeout=30s",
            f"--download={directory}",
            "--http-method=POST",
            f"--data={payload}",
            *options(arguments),
            arguments.host,
            str(arguments.port),
            f"https://{arguments.host}:{arguments.port}/{payload.name}",
            stdout=log,
            stderr=log,
        )
        try:
            async with asyncio.timeout(arguments.deadline):
                status = await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            return "deadline"
    return None if status == 0 else f"exit status {status}"


async def transfer(
    arguments: argparse.Namespace, index: int, payload: Path, digest: bytes, places: asyncio.Semaphore
) -> bool:
    async with places:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            failure = await run_gtlsclient(arguments, payload, directory)
            head, tail = log_ends(directory / "log")
            counts = {name: occurrences(directory / "log", text) for name, text in COUNTED.items()}
            download = directory / payload.name
            received = download.stat().st_size if download.exists() else 0
            if failure is None and (received == 0 or file_digest(download) != digest):
                failure = loss_reason(tail)
        report(
            "connection",
            index=index,
            ok=failure is None,
            failure=failure,
            alpn=first_group(ALPN, head),
            remote=last_remote(tail),
            **counts,
            server_cid=first_group(SERVER_CID, head),
            bytes=received,
            seconds=round(time.monotonic() - started, 3),
        )
    return failure is None


async def main() -> int:
    arguments = parse_arguments()
    places = asyncio.Semaphore(arguments.concurrency)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        payload = Path(name) / "payload"
        write_payload(payload, arguments.bytes, arguments.seed)
        digest = file_digest(payload)
        results = await asyncio.gather(
            *(
                transfer(arguments, index, payload, digest, places)
                for index in range(arguments.connections)
            )
        )
    report(
        "summary",
        ok=sum(results),
        failed=len(results) - sum(results),
        seconds=round(time.monotonic() - started, 3),
    )
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
