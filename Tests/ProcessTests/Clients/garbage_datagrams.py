"""Datagrams that no QUIC endpoint should have to see, by kind, from one seeded generator."""

import random
import struct
from collections.abc import Callable

from client_initial import client_initial

LARGEST_PAYLOAD = 65_507
INITIALS = 200
VERSION_1 = 1


class GarbageDatagrams:
    """Makes a new datagram at every call; `known_cid` is an ID that the server once gave."""

    def __init__(self, seed: int, known_cid: bytes) -> None:
        self._random = random.Random(seed)
        self._known_cid = known_cid
        self._initials = [client_initial().datagram for _ in range(INITIALS)]
        self._kinds: dict[str, Callable[[], bytes]] = {
            "random": self._random_octets,
            "truncated_header": self._truncated_header,
            "wrong_version": self._wrong_version,
            "mutated_initial": self._mutated_initial,
            "short_random_cid": self._short_random_cid,
            "short_known_cid": self._short_known_cid,
            "coalesced": self._coalesced,
            "version_negotiation": self._version_negotiation,
            "retry": self._retry,
            "zero_rtt": self._zero_rtt,
            "handshake": self._handshake,
        }
        self._names = list(self._kinds)

    def next(self) -> tuple[str, bytes]:
        """A kind and a datagram of it."""
        kind = self._random.choice(self._names)
        return kind, self._kinds[kind]()

    def unknown_version(self) -> bytes:
        """A datagram that a live server answers, with Version Negotiation."""
        return self._long_header(0xC0, 0x1A2A3A4A).ljust(1200, b"\0")

    def _octets(self, least: int, most: int) -> bytes:
        return self._random.randbytes(self._random.randint(least, most))

    def _long_header(self, first_octet: int, version: int) -> bytes:
        destination, source = self._octets(0, 20), self._octets(0, 20)
        return b"".join(
            (
                struct.pack("!BL", first_octet, version),
                bytes([len(destination)]),
                destination,
                bytes([len(source)]),
                source,
            )
        )

    def _random_octets(self) -> bytes:
        # Mostly of a path's usual size, some of up to the largest that UDP carries.
        most = LARGEST_PAYLOAD if self._random.random() < 0.02 else 1500
        return self._octets(0, most)

    def _truncated_header(self) -> bytes:
        initial = self._random.choice(self._initials)
        return initial[: self._random.randint(1, 48)]

    def _wrong_version(self) -> bytes:
        version = self._random.getrandbits(32)
        return self._long_header(0xC0 | self._random.getrandbits(6), version) + self._octets(0, 1300)

    def _mutated_initial(self) -> bytes:
        datagram = bytearray(self._random.choice(self._initials))
        for _ in range(self._random.randint(1, 8)):
            # Half of the changes hit the header, where the parser works.
            reach = 48 if self._random.random() < 0.5 else len(datagram)
            datagram[self._random.randrange(reach)] = self._random.getrandbits(8)
        return bytes(datagram)

    def _short_random_cid(self) -> bytes:
        return bytes([0x40 | self._random.getrandbits(6)]) + self._octets(0, 1300)

    def _short_known_cid(self) -> bytes:
        connection_id = bytearray(self._known_cid)
        connection_id[self._random.randrange(len(connection_id))] = self._random.getrandbits(8)
        first_octet = bytes([0x40 | self._random.getrandbits(6)])
        return first_octet + bytes(connection_id) + self._octets(0, 1300)

    def _coalesced(self) -> bytes:
        parts = [self._mutated_initial()]
        parts += [self._handshake() for _ in range(self._random.randint(0, 4))]
        return b"".join(parts) + self._octets(0, 200)

    def _version_negotiation(self) -> bytes:
        return self._long_header(0x80 | self._random.getrandbits(7), 0) + self._octets(0, 64)

    def _retry(self) -> bytes:
        return self._long_header(0xF0 | self._random.getrandbits(4), VERSION_1) + self._octets(0, 200)

    def _zero_rtt(self) -> bytes:
        return self._with_length(0xD0)

    def _handshake(self) -> bytes:
        return self._with_length(0xE0)

    def _with_length(self, first_octet: int) -> bytes:
        payload = self._octets(0, 1200)
        # Right in one half, and a lie in the other.
        claimed = len(payload) if self._random.random() < 0.5 else self._random.getrandbits(14)
        header = self._long_header(first_octet | self._random.getrandbits(4), VERSION_1)
        return header + struct.pack("!H", 0x4000 | claimed) + payload
