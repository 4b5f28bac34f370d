"""Sends single raw datagrams and checks how the pool answers, or that it does not."""

import argparse
import os
import socket
import sys

from arguments import pool_parser
from client_initial import client_initial, resized
from report import report

LARGEST_DATAGRAM = 65_535
ANSWER_DEADLINE = 5.0
# On loopback an answer is there in a millisecond; so long nothing may come.
SILENCE = 0.3
UNKNOWN_VERSION = bytes.fromhex("1a2a3a4a")
VERSION_1 = bytes.fromhex("00000001")
SMALLEST_INITIAL = 1200
SMALLEST_RESET = 21


class ProbeFailure(Exception):
    pass


def check(condition: bool, message: str) -> None:
    if not condition:
        raise ProbeFailure(message)


def exchange(peer: socket.socket, datagram: bytes) -> bytes:
    peer.settimeout(ANSWER_DEADLINE)
    peer.send(datagram)
    return peer.recv(LARGEST_DATAGRAM)


def check_silence(peer: socket.socket, datagram: bytes) -> None:
    peer.send(datagram)
    peer.settimeout(SILENCE)
    try:
        answer = peer.recv(LARGEST_DATAGRAM)
    except TimeoutError:
        return
    raise ProbeFailure(f"an answer of {len(answer)} octets, where silence was due")


def probe_version(peer: socket.socket) -> None:
    """An unknown version gets Version Negotiation with the two IDs exchanged (RFC 9000 §17.2.1)."""
    destination_cid, source_cid = os.urandom(20), os.urandom(7)
    header = bytes([0xC0]) + UNKNOWN_VERSION
    header += bytes([len(destination_cid)]) + destination_cid
    header += bytes([len(source_cid)]) + source_cid
    answer = exchange(peer, header.ljust(SMALLEST_INITIAL, b"\0"))
    expected = bytes([len(source_cid)]) + source_cid + bytes([len(destination_cid)]) + destination_cid
    check(bool(answer[0] & 0x80), "the answer has no long header")
    check(answer[1:5] == bytes(4), f"the answer has version {answer[1:5].hex()}")
    check(answer[5 : 5 + len(expected)] == expected, "the connection IDs are not ours, exchanged")
    listed = answer[5 + len(expected) :]
    versions = [listed[at : at + 4] for at in range(0, len(listed), 4)]
    check(VERSION_1 in versions, "version 1 is not offered")
    check(UNKNOWN_VERSION not in versions, "the version we sent is offered")


def probe_small_initial(peer: socket.socket) -> None:
    """An Initial of 1,199 octets, good but for its size, gets nothing (RFC 9000 §14.1)."""
    initial = client_initial()
    check_silence(peer, resized(initial, SMALLEST_INITIAL - 1))
    answer = exchange(peer, resized(initial, SMALLEST_INITIAL))
    check(bool(answer[0] & 0x80) and answer[1:5] == VERSION_1, "the full-size Initial is not answered")


def short_header_packet(connection_id: bytes, size: int) -> bytes:
    return bytes([0x40]) + connection_id + os.urandom(size - 1 - len(connection_id))


def probe_reset(peer: socket.socket, connection_id: bytes, size: int) -> None:
    """An unknown connection ID of a slot gets a smaller stateless reset (RFC 9000 §10.3)."""
    first = exchange(peer, short_header_packet(connection_id, size))
    second = exchange(peer, short_header_packet(connection_id, size))
    for answer in (first, second):
        check(answer[0] & 0xC0 == 0x40, "the answer has no short header")
        check(SMALLEST_RESET <= len(answer) < size, f"{len(answer)} octets answer {size}")
    check(first[-16:] == second[-16:], "two resets of one connection ID have different tokens")
    check(first[:-16] != second[:-16], "two resets do not differ before the token")


def probe_no_reset(peer: socket.socket, connection_id: bytes, size: int) -> None:
    """A connection ID that no slot owns, or a packet too small, gets nothing, and the pool lives."""
    check_silence(peer, short_header_packet(connection_id, size))
    probe_version(peer)


def main() -> int:
    parser = pool_parser(__doc__)
    probes = parser.add_subparsers(dest="probe", required=True)
    probes.add_parser("version", help=probe_version.__doc__)
    probes.add_parser("small-initial", help=probe_small_initial.__doc__)
    for name, about in (("reset", probe_reset.__doc__), ("no-reset", probe_no_reset.__doc__)):
        by_id = probes.add_parser(name, help=about)
        by_id.add_argument("--cid", type=bytes.fromhex, required=True, help="in hex")
        by_id.add_argument("--size", type=int, default=200, help="octets of the datagram")
    arguments = parser.parse_args()

    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    failure: str | None = None
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        peer.connect((arguments.host, arguments.port))
        try:
            match arguments.probe:
                case "version":
                    probe_version(peer)
                case "small-initial":
                    probe_small_initial(peer)
                case "reset":
                    probe_reset(peer, arguments.cid, arguments.size)
                case "no-reset":
                    probe_no_reset(peer, arguments.cid, arguments.size)
        except TimeoutError:
            failure = f"no answer within {ANSWER_DEADLINE} seconds"
        except (ProbeFailure, ConnectionRefusedError) as error:
            failure = str(error)
    report("probe", probe=arguments.probe, ok=failure is None, failure=failure)
    return 0 if failure is None else 1


if __name__ == "__main__":
    sys.exit(main())
