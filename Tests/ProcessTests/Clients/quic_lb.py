"""What a load balancer does with QUIC-LB connection IDs, written from draft-ietf-quic-load-balancers-21.

It knows what `drover lb-config --format yang-json` exports, and nothing else of a pool.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from packet_header import destination_cid, is_long

LONGEST_CID = 20
SINGLE_PASS_SIZE = 16


class Configuration:
    """How connection IDs with one codepoint are read."""

    def __init__(self, server_id_length: int, nonce_length: int, key: bytes | None) -> None:
        self.server_id_length = server_id_length
        self.nonce_length = nonce_length
        self.key = key
        cipher = None if key is None else Cipher(algorithms.AES(key), modes.ECB())
        # Blocks do not depend on each other, so one context does for all.
        self._encryptor = None if cipher is None else cipher.encryptor()
        self._decryptor = None if cipher is None else cipher.decryptor()

    def server_id(self, cid: bytes) -> bytes | None:
        """None where the ID is too short to have one."""
        block = self.block(cid)
        return None if block is None else block[: self.server_id_length]

    def block(self, cid: bytes) -> bytes | None:
        """Server ID and nonce in plaintext; None where the ID is too short."""
        size = self.server_id_length + self.nonce_length
        text = cid[1 : 1 + size]
        if len(text) < size:
            return None
        if self._decryptor is None or self._encryptor is None:
            return text
        return self._decryptor.update(text) if size == SINGLE_PASS_SIZE else self._four_pass(text)

    def _four_pass(self, text: bytes) -> bytes:
        """§5.4.2. The halves are numbers; where they share an octet, each has a nibble of it."""
        size = len(text)
        half_octets = (size + 1) // 2
        half_bits = 4 * size
        number = int.from_bytes(text)
        right = number & ((1 << half_bits) - 1)
        left = number >> half_bits
        # Left-aligned: after the left half comes a zero nibble; the right half begins with one.
        left_shift = 8 * half_octets - half_bits
        for number_of_pass in (4, 3, 2, 1):
            from_left = number_of_pass % 2 == 1
            half = left << left_shift if from_left else right
            mixed = self._expanded(half.to_bytes(half_octets), size, number_of_pass)[:half_octets]
            pad = int.from_bytes(mixed)
            if from_left:
                right ^= pad & ((1 << half_bits) - 1)
            else:
                left ^= pad >> left_shift
        return (left << half_bits | right).to_bytes(size)

    def _expanded(self, half: bytes, size: int, number_of_pass: int) -> bytes:
        assert self._encryptor is not None
        return self._encryptor.update(half.ljust(14, b"\0") + bytes([size, number_of_pass]))


@dataclass
class Table:
    """Codepoint to configuration, and server ID to the address of its host."""

    configurations: dict[int, Configuration] = field(default_factory=dict)
    hosts: dict[bytes, str] = field(default_factory=dict)

    @classmethod
    def read(cls, paths: list[Path]) -> "Table":
        """Puts together what several hosts export."""
        table = cls()
        for path in paths:
            exported = json.loads(path.read_text())["ietf-quic-lb-middlebox:quic-lb"]
            for entry in exported["cid-configs"]:
                table._add(entry)
        return table

    def _add(self, entry: dict[str, Any]) -> None:
        key = bytes.fromhex(entry["cid-key"].replace(":", "")) if "cid-key" in entry else None
        configuration = Configuration(entry["server-id-length"], entry["nonce-length"], key)
        known = self.configurations.setdefault(entry["config-rotation-bits"], configuration)
        if (known.server_id_length, known.nonce_length, known.key) != (
            configuration.server_id_length,
            configuration.nonce_length,
            configuration.key,
        ):
            raise ValueError("the hosts' configurations differ")
        for mapping in entry["server-id-mappings"]:
            self.hosts[bytes.fromhex(mapping["server-id"].replace(":", ""))] = mapping["server-address"]

    def described(self) -> dict[str, str]:
        """The table as text, to compare."""
        hosts = {server_id.hex(): address for server_id, address in self.hosts.items()}
        return hosts | {
            f"configuration {codepoint}": f"{known.server_id_length} {known.nonce_length}"
            for codepoint, known in self.configurations.items()
        }


@dataclass
class Choice:
    host: str
    by_server_id: bool


def choose(table: Table, datagram: bytes, addresses: bytes) -> Choice:
    """The host for a datagram. `addresses` are its source and destination, ports included."""
    cid = destination_cid(datagram, short_length=LONGEST_CID)
    host = None if cid is None else host_of(table, cid)
    if host is not None:
        return Choice(host, by_server_id=True)
    # A client-chosen ID keeps the first packets of a connection together (§4.2).
    what = cid if is_long(datagram) and cid is not None else addresses
    return Choice(hashed(table, what), by_server_id=False)


def host_of(table: Table, cid: bytes) -> str | None:
    configuration = table.configurations.get(cid[0] >> 5) if cid else None
    server_id = None if configuration is None else configuration.server_id(cid)
    return None if server_id is None else table.hosts.get(server_id)


def hashed(table: Table, what: bytes) -> str:
    """Rendezvous hashing: a host that leaves moves nothing but what was its own."""
    return max(
        table.hosts.values(),
        key=lambda host: hashlib.blake2b(what + host.encode(), digest_size=8).digest(),
    )
