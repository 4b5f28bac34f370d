"""Changes the UDP source port of many aioquic connections in the middle of their transfers, or the address, too.

Reports `moved` at each change, and `connection` when one has ended.
"""

import argparse
import asyncio
import itertools
import sys

from arguments import pool_parser
from echo_client import EchoClient
from report import report


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--connections", type=int, required=True, help="all at once")
    parser.add_argument("--bytes", type=int, required=True, help="to send on each connection")
    parser.add_argument("--rebinds", type=int, default=3, help="changes of port, evenly spread")
    parser.add_argument("--deadline", type=float, default=120, help="seconds; who is late is lost")
    parser.add_argument(
        "--migrate",
        action="store_true",
        help="change the server's connection ID with the port, as a client that knows it moves",
    )
    parser.add_argument(
        "--local-hosts", nargs="+", default=[None], help="the addresses to change to, in turn"
    )
    return parser.parse_args()


class RebindingClient:
    """An echo client whose source port changes as its transfer passes each even point."""

    def __init__(self, arguments: argparse.Namespace, index: int) -> None:
        parts = arguments.rebinds + 1
        self._points = [arguments.bytes * part // parts for part in range(1, parts)]
        self._migrate: bool = arguments.migrate
        self._local_hosts = itertools.cycle(arguments.local_hosts)
        self.client = EchoClient(
            index, (arguments.host, arguments.port), arguments.bytes, on_progress=self._progress
        )
        self.ports = [self.client.driver.local_port]

    async def run(self, deadline: float) -> bool:
        await self.client.run(deadline)
        report(
            "connection",
            index=self.client.index,
            ok=self.client.ok,
            failure=self.client.failure,
            server_cid=self.client.driver.server_connection_id.hex(),
            bytes=self.client.received,
            ports=self.ports,
        )
        return self.client.ok and not self._points

    def _progress(self, client: EchoClient) -> None:
        if not self._points or client.received < self._points[0]:
            return
        self._points.pop(0)
        if self._migrate:
            client.connection.change_connection_id()
        client.driver.rebind(next(self._local_hosts))
        self.ports.append(client.driver.local_port)
        report("moved", index=client.index, move=len(self.ports) - 1)


async def main() -> int:
    arguments = parse_arguments()
    deadline = asyncio.get_running_loop().time() + arguments.deadline
    clients = [RebindingClient(arguments, index) for index in range(arguments.connections)]
    results = await asyncio.gather(*(client.run(deadline) for client in clients))
    report("summary", ok=sum(results), lost=len(results) - sum(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
