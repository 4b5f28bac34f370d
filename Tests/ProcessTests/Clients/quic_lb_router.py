"""A stateless load balancer for tests: takes packets for a virtual address to the host that their connection ID names.

It reads what `drover lb-config --format yang-json` exported for each host, once, and keeps nothing of any packet. Each
host has the virtual address on its loopback interface, so a frame is passed on as it is, but for the host's MAC
address; the host answers the client directly.

Prints `ready`, and at SIGTERM a `summary`.
"""

import argparse
import signal
import socket
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from quic_lb import Choice, Table, choose, hashed
from report import report

ETHERNET_HEADER = 14
IPV4 = 0x0800
UDP = 17
SO_RCVBUFFORCE = 33
RECEIVE_BUFFER = 16 * 1024 * 1024
LARGEST_FRAME = 65_535
PACKET_OUTGOING = 4
DISCARD_PORT = 9
RESOLVE_DEADLINE = 5.0


@dataclass
class Counters:
    by_server_id: int = 0
    by_hash: int = 0
    refused: int = 0


@dataclass
class NextHop:
    mac: bytes
    socket: socket.socket


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, action="append", required=True, help="what a host exported")
    parser.add_argument("--address", required=True, help="the virtual address")
    parser.add_argument("--interface", required=True, help="where packets for it come in")
    parser.add_argument(
        "--ignore-connection-ids",
        action="store_true",
        help="choose by addresses and ports, as a load balancer that does not know QUIC",
    )
    return parser.parse_args()


def open_interface(name: str) -> socket.socket:
    interface = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IPV4))
    interface.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    interface.bind((name, IPV4))
    return interface


def resolve(address: str) -> NextHop:
    """The interface and MAC address of a neighbour, from the kernel's ARP table."""
    deadline = time.monotonic() + RESOLVE_DEADLINE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prompt:
        prompt.sendto(b"", (address, DISCARD_PORT))
    while time.monotonic() < deadline:
        for line in Path("/proc/net/arp").read_text().splitlines()[1:]:
            known, _, flags, mac, _, interface = line.split()
            if known == address and int(flags, 16):
                out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                out.bind((interface, 0))
                return NextHop(bytes.fromhex(mac.replace(":", "")), out)
        time.sleep(0.01)
    raise TimeoutError(f"no answer of {address} to ARP")


class Router:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.table = Table.read(arguments.config)
        self.counters = Counters()
        self._by_addresses: bool = arguments.ignore_connection_ids
        self._address = socket.inet_aton(arguments.address)
        self._interface = open_interface(arguments.interface)
        self._hosts = {host: resolve(host) for host in self.table.hosts.values()}

    def run(self) -> None:
        while True:
            frame, source = self._interface.recvfrom(LARGEST_FRAME)
            if source[2] != PACKET_OUTGOING:
                self._forward(frame)

    def _forward(self, frame: bytes) -> None:
        packet = frame[ETHERNET_HEADER:]
        if packet[9] != UDP or packet[16:20] != self._address:
            return
        header = 4 * (packet[0] & 0x0F)
        datagram = packet[header + 8 : header + int.from_bytes(packet[header + 4 : header + 6])]
        choice = self._choose(datagram, packet[12:20] + packet[header : header + 4])
        if choice.by_server_id:
            self.counters.by_server_id += 1
        else:
            self.counters.by_hash += 1
        host = self._hosts[choice.host]
        mac = host.socket.getsockname()[4]
        # The sender left the checksum to a device that a veth is not; IPv4 can do without (RFC 768).
        checked = packet[: header + 6] + b"\0\0" + packet[header + 8 :]
        try:
            host.socket.send(host.mac + mac + IPV4.to_bytes(2) + checked)
        except OSError:
            self.counters.refused += 1

    def _choose(self, datagram: bytes, addresses: bytes) -> Choice:
        if self._by_addresses:
            return Choice(hashed(self.table, addresses), by_server_id=False)
        return choose(self.table, datagram, addresses)


def stop(*_: object) -> None:
    raise SystemExit


def main() -> int:
    router = Router(parse_arguments())
    signal.signal(signal.SIGTERM, stop)
    report("ready", table=router.table.described())
    try:
        router.run()
    except SystemExit:
        pass
    report("summary", table=router.table.described(), **asdict(router.counters))
    return 0


if __name__ == "__main__":
    sys.exit(main())
