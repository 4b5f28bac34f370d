"""Transfers bytes through the echo application on many aioquic connections, and verifies them."""

import argparse
import asyncio
import sys
import time

from echo_client import EchoClient
from report import report


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True, help="connections at a time")
    parser.add_argument("--bytes", type=int, required=True, help="to send on each connection")
    parser.add_argument("--deadline", type=float, default=60, help="seconds for one connection")
    return parser.parse_args()


async def transfer(arguments: argparse.Namespace, index: int, places: asyncio.Semaphore) -> bool:
    loop = asyncio.get_running_loop()
    async with places:
        started = loop.time()
        client = EchoClient(index, (arguments.host, arguments.port), arguments.bytes)
        await client.run(deadline=started + arguments.deadline)
        report(
            "connection",
            index=index,
            ok=client.ok,
            failure=client.failure,
            alpn=client.alpn,
            server_cid=client.driver.server_connection_id.hex(),
            bytes=client.received,
            seconds=round(loop.time() - started, 3),
        )
    return client.ok


async def main() -> int:
    arguments = parse_arguments()
    places = asyncio.Semaphore(arguments.concurrency)
    started = time.monotonic()
    results = await asyncio.gather(
        *(transfer(arguments, index, places) for index in range(arguments.connections))
    )
    report(
        "summary",
        ok=sum(results),
        failed=len(results) - sum(results),
        seconds=round(time.monotonic() - started, 3),
        cpu_seconds=round(time.process_time(), 3),
    )
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
