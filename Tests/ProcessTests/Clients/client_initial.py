"""Real client Initials, as aioquic makes them, and the same ones of another size."""

from dataclasses import dataclass

from aioquic.buffer import Buffer
from aioquic.quic.crypto import CryptoPair
from aioquic.quic.packet import QuicProtocolVersion, pull_quic_header

from aioquic_connection import aioquic_connection

PACKET_NUMBER_SIZE = 4
AEAD_TAG_SIZE = 16


@dataclass
class ClientInitial:
    """A datagram that opens a connection."""

    datagram: bytes
    destination_cid: bytes
    source_cid: bytes


def client_initial() -> ClientInitial:
    connection = aioquic_connection()
    connection.connect(("127.0.0.1", 1), now=0.0)
    datagram, _ = connection.datagrams_to_send(now=0.0)[0]
    header = pull_quic_header(Buffer(data=datagram))
    return ClientInitial(datagram, header.destination_cid, header.source_cid)


def resized(initial: ClientInitial, size: int) -> bytes:
    """The same ClientHello in a valid Initial of `size` octets: only the padding differs."""
    version = QuicProtocolVersion.VERSION_1
    buffer = Buffer(data=initial.datagram)
    header = pull_quic_header(buffer)
    reader = CryptoPair()
    reader.setup_initial(initial.destination_cid, is_client=False, version=version)
    plain_header, payload, _ = reader.decrypt_packet(
        initial.datagram[: header.packet_length], buffer.tell(), 0
    )

    # RFC 9000 §17.2.2: the Length field comes right before the packet number; two octets
    # of it are enough, and aioquic writes two.
    length_at = len(plain_header) - (plain_header[0] & 3) - 1 - 2
    start = plain_header[:length_at]
    first_octet = bytes([start[0] | (PACKET_NUMBER_SIZE - 1)])
    payload_size = size - length_at - 2 - PACKET_NUMBER_SIZE - AEAD_TAG_SIZE
    if any(payload[payload_size:]):
        raise ValueError(f"the ClientHello does not fit into {size} octets")
    length = 0x4000 | (PACKET_NUMBER_SIZE + payload_size + AEAD_TAG_SIZE)
    writer = CryptoPair()
    writer.setup_initial(initial.destination_cid, is_client=True, version=version)
    return writer.encrypt_packet(
        first_octet + start[1:] + length.to_bytes(2) + bytes(PACKET_NUMBER_SIZE),
        payload[:payload_size].ljust(payload_size, b"\0"),
        0,
    )
