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
# Long enough for the server's first probes, which begin after a third of a second.
AMPLIFICATION_TIME = 2.5


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


def version_trigger(destination_cid: bytes, source_cid: bytes) -> bytes:
    """A packet of a version that nobody speaks."""
    header = bytes([0xC0]) + UNKNOWN_VERSION
    header += bytes([len(destination_cid)]) + destination_cid
    header += bytes([len(source_cid)]) + source_cid
    return header.ljust(SMALLEST_INITIAL, b"\0")


def probe_version(peer: socket.socket) -> None:
    """An unknown version gets Version Negotiation with the two IDs exchanged (RFC 9000 §17.2.1)."""
    destination_cid, source_cid = os.urandom(20), os.urandom(7)
    answer = exchange(peer, version_trigger(destination_cid, source_cid))
    expected = bytes([len(source_cid)]) + source_cid + bytes([len(destination_cid)]) + destination_cid
    check(bool(answer[0] & 0x80), "the answer has no long header")
    check(answer[1:5] == bytes(4), f"the answer has version {answer[1:5].hex()}")
    check(answer[5 : 5 + len(expected)] == expected, "the connection IDs are not ours, exchanged")
    listed = answer[5 + len(expected) :]
    versions = [listed[at : at + 4] for at in range(0, len(listed), 4)]
    check(VERSION_1 in versions, "version 1 is not offered")
    check(UNKNOWN_VERSION not in versions, "the version we sent is offered")


def probe_initial(peer: socket.socket, size: int) -> None:
    """An Initial of so many octets is answered."""
    answer = exchange(peer, resized(client_initial(), size))
    check(bool(answer[0] & 0x80) and answer[1:5] == VERSION_1, f"the Initial of {size} octets is not answered")


def probe_small_initial(peer: socket.socket) -> None:
    """An Initial of 1,199 octets, good but for its size, gets nothing (RFC 9000 §14.1)."""
    check_silence(peer, resized(client_initial(), SMALLEST_INITIAL - 1))
    probe_initial(peer, SMALLEST_INITIAL)


def short_header_packet(connection_id: bytes, size: int) -> bytes:
    return bytes([0x40]) + connection_id + os.urandom(size - 1 - len(connection_id))


def probe_reset(peer: socket.socket, connection_id: bytes, size: int) -> bytes:
    """An unknown connection ID of a slot gets a smaller stateless reset (RFC 9000 §10.3), whose token this returns."""
    first = exchange(peer, short_header_packet(connection_id, size))
    second = exchange(peer, short_header_packet(connection_id, size))
    for answer in (first, second):
        check(answer[0] & 0xC0 == 0x40, "the answer has no short header")
        check(SMALLEST_RESET <= len(answer) < size, f"{len(answer)} octets answer {size}")
    check(first[-16:] == second[-16:], "two resets of one connection ID have different tokens")
    check(first[:-16] != second[:-16], "two resets do not differ before the token")
    return first[-16:]


def probe_no_reset(peer: socket.socket, connection_id: bytes, size: int) -> None:
    """A connection ID that no slot owns, or a packet too small, gets nothing, and the pool lives."""
    check_silence(peer, short_header_packet(connection_id, size))
    probe_version(peer)


def probe_traffic_class(peer: socket.socket, expected: int) -> None:
    """An answer has the differentiated services codepoint that is wanted (RFC 2474)."""
    is_ipv6 = peer.family == socket.AF_INET6
    level, received, kind = (
        (socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, socket.IPV6_TCLASS)
        if is_ipv6
        else (socket.IPPROTO_IP, socket.IP_RECVTOS, socket.IP_TOS)
    )
    peer.setsockopt(level, received, 1)
    peer.settimeout(ANSWER_DEADLINE)
    peer.send(version_trigger(os.urandom(20), os.urandom(7)))
    _, control, _, _ = peer.recvmsg(LARGEST_DATAGRAM, 64)
    classes = [data[0] for *what, data in control if what == [level, kind]]
    check(classes == [expected << 2], f"the answer has traffic classes {classes}")


def probe_amplification(peer: socket.socket) -> None:
    """Who sends one Initial and no more gets three times as much at most (RFC 9000 §8.1)."""
    peer.send(resized(client_initial(), SMALLEST_INITIAL))
    peer.settimeout(AMPLIFICATION_TIME)
    octets = 0
    try:
        while True:
            octets += len(peer.recv(LARGEST_DATAGRAM))
    except TimeoutError:
        pass
    check(octets >= SMALLEST_INITIAL, f"no more than {octets} octets came")
    check(octets <= 3 * SMALLEST_INITIAL, f"{octets} octets came for {SMALLEST_INITIAL}")


def main() -> int:
    parser = pool_parser(__doc__)
    probes = parser.add_subparsers(dest="probe", required=True)
    probes.add_parser("version", help=probe_version.__doc__)
    probes.add_parser("small-initial", help=probe_small_initial.__doc__)
    initial = probes.add_parser("initial", help=probe_initial.__doc__)
    initial.add_argument("--size", type=int, required=True)
    probes.add_parser("amplification", help=probe_amplification.__doc__)
    traffic_class = probes.add_parser("traffic-class", help=probe_traffic_class.__doc__)
    traffic_class.add_argument("--dscp", type=int, required=True)
    for name, about in (("reset", probe_reset.__doc__), ("no-reset", probe_no_reset.__doc__)):
        by_id = probes.add_parser(name, help=about)
        by_id.add_argument("--cid", type=bytes.fromhex, required=True, help="in hex")
        by_id.add_argument("--size", type=int, default=200, help="octets of the datagram")
    arguments = parser.parse_args()

    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    failure: str | None = None
    token: bytes | None = None
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        peer.connect((arguments.host, arguments.port))
        try:
            match arguments.probe:
                case "version":
                    probe_version(peer)
                case "initial":
                    probe_initial(peer, arguments.size)
                case "small-initial":
                    probe_small_initial(peer)
                case "reset":
                    token = probe_reset(peer, arguments.cid, arguments.size)
                case "amplification":
                    probe_amplification(peer)
                case "traffic-class":
                    probe_traffic_class(peer, arguments.dscp)
                case "no-reset":
                    probe_no_reset(peer, arguments.cid, arguments.size)
        except TimeoutError:
            failure = f"no answer within {ANSWER_DEADLINE} seconds"
        except (ProbeFailure, ConnectionRefusedError) as error:
            failure = str(error)
    report("probe", probe=arguments.probe, ok=failure is None, failure=failure, token=token and token.hex())
    return 0 if failure is None else 1


if __name__ == "__main__":
    sys.exit(main())
