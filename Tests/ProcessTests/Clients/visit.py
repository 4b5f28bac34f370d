"""Visits the echo application, one connection after the other, and tells what each one saw.

Prints a `visit` event for each connection: whether the text came back, how the
connection ended, whether it began with a Retry or resumed a session, the server's
connection ID and its transport parameters. What a client keeps between
connections, the session ticket and the token, is kept in --memory, a file, if given.

On aioquic, or on qh3.
"""

import argparse
import asyncio
import datetime
import importlib
import pickle
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from arguments import pool_parser
from connection_driver import ConnectionDriver
from report import report

PATIENCE = 15
TEXT = b"a text that is to come back"


def parse_arguments() -> argparse.Namespace:
    parser = pool_parser(__doc__)
    parser.add_argument("--library", choices=["aioquic", "qh3"], default="aioquic")
    parser.add_argument("--visits", type=int, default=1)
    parser.add_argument("--memory", type=Path, help="keeps ticket and token here")
    parser.add_argument("--without", choices=["ticket", "token"], action="append", default=[])
    parser.add_argument("--local-host", help="comes from this address")
    parser.add_argument("--server-name", default="localhost")
    parser.add_argument("--damage-token", action="store_true", help="of a Retry")
    parser.add_argument("--answer-retry-after", type=float, help="seconds: the token is old then")
    parser.add_argument("--answer-retry-from", help="another address: the Retry's token is not for it")
    parser.add_argument("--key-updates", type=int, default=0, help="between echoes")
    parser.add_argument("--rebinds", type=int, default=0, help="between echoes, to another port")
    parser.add_argument("--rebind-to", help="another address, for the rebindings")
    parser.add_argument("--datagram", type=int, help="octets of a DATAGRAM frame to be echoed")
    parser.add_argument("--no-id", action="store_true", help="has connection IDs of no octets")
    parser.add_argument(
        "--false-source-id", action="store_true", help="says another connection ID than it has (aioquic)"
    )
    parser.add_argument("--psk", help="an external pre-shared key, IDENTITY:HEXADECIMAL (aioquic)")
    parser.add_argument("--certificate", type=Path, help="the client's, PEM")
    parser.add_argument("--private-key", type=Path)
    parser.add_argument("--alpn", default="echo")
    return parser.parse_args()


class Visitor:
    """What a client keeps between connections."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.library = arguments.library
        self.ticket: Any = None
        self.token = b""
        if arguments.memory is not None and arguments.memory.exists():
            self.ticket, self.token = pickle.loads(arguments.memory.read_bytes())
        if arguments.psk is not None:
            identity, _, key = arguments.psk.rpartition(":")
            self.ticket = external_key(identity.encode(), bytes.fromhex(key), arguments.server_name)
        if "ticket" in arguments.without:
            self.ticket = None
        if "token" in arguments.without:
            self.token = b""

    def save(self) -> None:
        if self.arguments.memory is not None:
            self.arguments.memory.write_bytes(pickle.dumps((self.ticket, self.token)))

    def module(self, name: str) -> Any:
        return importlib.import_module(f"{self.library}.{name}")

    def connection(self) -> Any:
        configuration = self.module("quic.configuration").QuicConfiguration(
            alpn_protocols=[self.arguments.alpn],
            is_client=True,
            server_name=self.arguments.server_name,
            verify_mode=ssl.CERT_NONE,
        )
        configuration.session_ticket = self.ticket
        configuration.token = self.token
        if self.arguments.datagram is not None:
            configuration.max_datagram_frame_size = 65_535
        if self.arguments.certificate is not None:
            configuration.load_cert_chain(self.arguments.certificate, self.arguments.private_key)
        handlers: dict[str, Any] = {"session_ticket_handler": self._keep_ticket}
        if self.library == "aioquic":
            handlers["token_handler"] = self._keep_token
        connection = self.module("quic.connection").QuicConnection(configuration=configuration, **handlers)
        if self.arguments.false_source_id:
            connection._local_initial_source_connection_id = bytes(8)
        if self.arguments.no_id:
            # The libraries would make the server's first ID as long as their own.
            configuration.connection_id_length = 0
            connection.host_cid = connection._host_cids[0].cid = b""
            connection._local_initial_source_connection_id = b""
            connection._replenish_connection_ids = lambda: None
        return connection

    def _keep_ticket(self, ticket: Any) -> None:
        self.ticket = ticket

    def _keep_token(self, token: bytes) -> None:
        self.token = token


class Visit:
    """One connection: a text out and back for each thing that is to happen in between, and the end."""

    def __init__(self, visitor: Visitor) -> None:
        self.arguments = visitor.arguments
        self.ended = asyncio.Event()
        self.end: dict[str, Any] | None = None
        self.echoed = 0
        self.datagram: bytes | None = None
        self._visitor = visitor
        self._events = visitor.module("quic.events")
        self._connection = visitor.connection()
        self._resumes = visitor.ticket is not None
        peer = (self.arguments.host, self.arguments.port)
        self._driver = ConnectionDriver(self._connection, peer, self._handle_event)
        if self.arguments.local_host is not None:
            self._driver.rebind(self.arguments.local_host)
        self._received = b""
        self._stream_id = 0
        self._key_updates = self.arguments.key_updates
        self._rebinds = self.arguments.rebinds
        self._damage()

    def _damage(self) -> None:
        """Makes a bad answer of the one to a Retry, where that is wanted."""
        receive = self._connection.receive_datagram

        def receive_and_damage(data: bytes, addr: Any, now: float) -> None:
            retries = self._connection._retry_count
            receive(data, addr, now)
            if self._connection._retry_count == retries:
                return
            if self.arguments.damage_token:
                token = bytearray(self._connection._peer_token)
                token[-1] ^= 1
                self._connection._peer_token = bytes(token)
            if self.arguments.answer_retry_after is not None:
                time.sleep(self.arguments.answer_retry_after)
            if self.arguments.answer_retry_from is not None:
                self._driver.rebind(self.arguments.answer_retry_from)

        self._connection.receive_datagram = receive_and_damage

    async def run(self) -> None:
        self._driver.start()
        try:
            async with asyncio.timeout(PATIENCE):
                await self.ended.wait()
        except TimeoutError:
            self.end = {"kind": "timeout"}
        self._report()
        self._connection.close()
        self._driver.transmit()
        self._driver.close()

    def _report(self) -> None:
        connection = self._connection

        def read(name: str) -> Any:
            return getattr(connection, f"_remote_max_{name}", None)

        report(
            "visit",
            ok=self.end is None,
            end=self.end,
            echoed=self.echoed,
            retried=connection._retry_count > 0,
            resumed=self._resumes and connection.tls.session_resumed,
            server_cid=self._driver.server_connection_id.hex(),
            certificate_name=certificate_name(connection) if self._visitor.library == "aioquic" else None,
            datagram=None if self.datagram is None else len(self.datagram),
            parameters={
                **{
                    name: read(name)
                    for name in [
                        "idle_timeout",
                        "data",
                        "stream_data_bidi_remote",
                        "streams_bidi",
                        "streams_uni",
                        "datagram_frame_size",
                    ]
                },
                **self.raw_parameters,
            },
        )

    raw_parameters: dict[str, Any] = {}

    def _handle_event(self, event: Any) -> None:
        events = self._events
        if isinstance(event, events.HandshakeCompleted):
            self._stream_id = self._connection.get_next_available_stream_id()
            self._send()
        elif isinstance(event, events.StreamDataReceived):
            self._received += event.data
            if self._received == TEXT:
                self._received = b""
                self.echoed += 1
                self._next()
        elif isinstance(event, events.DatagramFrameReceived):
            self.datagram = event.data
            self._finish()
        elif isinstance(event, events.ConnectionTerminated):
            if not self.ended.is_set():
                kind = "application" if event.frame_type is None else "transport"
                self.end = {"kind": kind, "code": event.error_code, "reason": event.reason_phrase}
                self.ended.set()

    def _send(self) -> None:
        self._connection.send_stream_data(self._stream_id, TEXT)

    def _next(self) -> None:
        if self._key_updates > 0:
            self._key_updates -= 1
            self._connection.request_key_update()
            self._send()
        elif self._rebinds > 0:
            self._rebinds -= 1
            self._driver.rebind(self.arguments.rebind_to or self.arguments.local_host)
            self._send()
        elif self.arguments.datagram is not None:
            self._connection.send_datagram_frame(bytes(self.arguments.datagram))
        else:
            self._finish()

    def _finish(self) -> None:
        self.ended.set()


def certificate_name(connection: Any) -> str | None:
    """The common name in the server's certificate, which aioquic keeps for us to read."""
    certificate = connection.tls._peer_certificate
    return None if certificate is None else certificate.subject.rfc4514_string().removeprefix("CN=")


def external_key(identity: bytes, key: bytes, server_name: str) -> Any:
    """An external pre-shared key as aioquic's session ticket.

    It differs from a resumption's by one label of the key schedule (RFC 8446 §7.1).
    """
    from aioquic import tls

    derive_secret = tls.KeySchedule.derive_secret

    def derive(schedule: Any, label: bytes) -> bytes:
        secret: bytes = derive_secret(schedule, b"ext binder" if label == b"res binder" else label)
        return secret

    tls.KeySchedule.derive_secret = derive
    now = tls.utcnow()
    return tls.SessionTicket(
        age_add=0,
        cipher_suite=tls.CipherSuite.AES_128_GCM_SHA256,
        not_valid_after=now + datetime.timedelta(hours=1),
        not_valid_before=now,
        resumption_secret=key,
        server_name=server_name,
        ticket=identity,
    )


def watch_parameters(library: str) -> None:
    """Keeps the server's transport parameters that the libraries read and do not keep."""
    module = importlib.import_module(f"{library}.quic.connection")
    pull = module.pull_quic_transport_parameters

    def pull_and_keep(*arguments: Any, **options: Any) -> Any:
        parameters = pull(*arguments, **options)
        Visit.raw_parameters = {
            "udp_payload": parameters.max_udp_payload_size,
            "disable_active_migration": bool(parameters.disable_active_migration),
            "preferred_address": preferred_address(parameters),
        }
        return parameters

    module.pull_quic_transport_parameters = pull_and_keep


def preferred_address(parameters: Any) -> str | None:
    preferred = parameters.preferred_address
    if preferred is None or preferred.ipv4_address is None:
        return None
    host, port = preferred.ipv4_address
    return f"{host}:{port}"


async def main() -> int:
    arguments = parse_arguments()
    watch_parameters(arguments.library)
    visitor = Visitor(arguments)
    good = 0
    for _ in range(arguments.visits):
        visit = Visit(visitor)
        await visit.run()
        good += visit.end is None
    visitor.save()
    return 0 if good == arguments.visits else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
