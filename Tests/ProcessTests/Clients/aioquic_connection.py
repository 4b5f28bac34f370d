"""aioquic connections for the pool's `echo` application."""

import ssl

from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

WINDOW = 16 * 1024 * 1024


def aioquic_connection(idle_timeout: float = 30.0) -> QuicConnection:
    """A client connection, not yet started. The pool's development certificate is not verified."""
    return QuicConnection(
        configuration=QuicConfiguration(
            alpn_protocols=["echo"],
            is_client=True,
            idle_timeout=idle_timeout,
            max_data=WINDOW,
            max_stream_data=WINDOW,
            server_name="localhost",
            verify_mode=ssl.CERT_NONE,
        )
    )
