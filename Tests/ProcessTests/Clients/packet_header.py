"""The part of a packet's header that is the same in all versions of QUIC (RFC 8999 §5)."""

LONG_HEADER = 0x80


def is_long(datagram: bytes) -> bool:
    return bool(datagram) and bool(datagram[0] & LONG_HEADER)


def destination_cid(datagram: bytes, short_length: int) -> bytes | None:
    """None where there is none. After a short header, as many octets of `short_length` as there are."""
    if not datagram:
        return None
    if not is_long(datagram):
        return datagram[1 : 1 + short_length]
    if len(datagram) < 6 or len(datagram) < 6 + datagram[5]:
        return None
    return datagram[6 : 6 + datagram[5]]


def source_cid(datagram: bytes) -> bytes | None:
    """Only a long header has one; that of a Version Negotiation packet is not the server's own."""
    if len(datagram) < 7 or not is_long(datagram) or datagram[1:5] == bytes(4):
        return None
    length_at = 6 + datagram[5]
    if length_at >= len(datagram):
        return None
    return datagram[length_at + 1 : length_at + 1 + datagram[length_at]]
