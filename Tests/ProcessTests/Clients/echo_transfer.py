"""Transfers bytes through the echo application on many aioquic connections, and verifies them."""

import argparse
import asyncio
import sys
import time

from arguments import transfer_parser
from echo_client import EchoClient
from report import report


def parse_arguments() -> argparse.Namespace:
    return transfer_parser(__doc__).parse_args()


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
            longest_datagram=client.driver.longest_datagram,
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
