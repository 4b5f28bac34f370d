"""A TLS 1.3 client for QUIC: aioquic's TLS engine, driven over stdin and stdout.

Frames, both ways: kind (1) | length (4, big-endian) | body. Each frame in is answered by any number
of frames and the frame '.'.

In:   N  options (JSON)     begin a connection, with a ClientHello
      C  level (1) | data   CRYPTO data from the server
Out:  C  level (1) | data   CRYPTO data to the server
      S  level (1) | 'r' or 'w' | secret
      D  state (JSON)       what the client knows, before each '.'
      A  alert (1)          the client refuses
"""

import json
import ssl
import struct
import sys

from aioquic import tls
from aioquic.buffer import Buffer

LEVELS = {tls.Epoch.INITIAL: 0, tls.Epoch.HANDSHAKE: 1, tls.Epoch.ONE_RTT: 2}
TRANSPORT_PARAMETERS = 0x39
HELLO_RETRY_RANDOM = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)


def send(kind, body=b""):
    sys.stdout.buffer.write(kind + struct.pack(">I", len(body)) + body)


def message(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


class Connection:
    def __init__(self, options, ticket):
        suites = [tls.CipherSuite[name] for name in options["suites"]] if "suites" in options else None
        self.context = tls.Context(
            is_client=True,
            alpn_protocols=options.get("alpn"),
            cipher_suites=suites,
            server_name=options.get("serverName"),
            verify_mode=ssl.CERT_NONE,
        )
        if "transportParameters" in options:
            parameters = bytes.fromhex(options["transportParameters"])
            self.context.handshake_extensions = [(TRANSPORT_PARAMETERS, parameters)]
        self.context.legacy_session_id = bytes.fromhex(options.get("sessionID", ""))
        self.context.update_traffic_key_cb = self.update_traffic_key
        self.context.new_session_ticket_cb = self.new_session_ticket
        if options.get("resume"):
            if options.get("earlyData"):
                ticket.max_early_data_size = 0xFFFFFFFF
            self.context.session_ticket = ticket
        self.options = options
        self.ticket = None
        self.first_hello = None
        self.retried = False

    def update_traffic_key(self, direction, epoch, suite, secret):
        if epoch in LEVELS:
            kind = b"w" if direction == tls.Direction.ENCRYPT else b"r"
            send(b"S", bytes([LEVELS[epoch]]) + kind + secret)

    def new_session_ticket(self, ticket):
        self.ticket = ticket

    def feed(self, data):
        buffers = {epoch: Buffer(capacity=65536) for epoch in LEVELS}
        self.context.handle_message(data, buffers)
        return {epoch: buffer.data for epoch, buffer in buffers.items() if buffer.data}

    def start(self):
        hello = self.feed(b"")[tls.Epoch.INITIAL]
        if "helloRetry" in self.options:
            hello = self.first_hello = self.with_key_share(hello, lambda shares: [])
        self.send_crypto(tls.Epoch.INITIAL, hello)

    def receive(self, data):
        if self.first_hello and not self.retried and data[6:38] == HELLO_RETRY_RANDOM:
            return self.retry(data)
        for epoch, out in self.feed(data).items():
            self.send_crypto(epoch, out)

    def send_crypto(self, epoch, data):
        send(b"C", bytes([LEVELS[epoch]]) + data)

    def with_key_share(self, hello, change, parameters=None):
        parsed = tls.pull_client_hello(Buffer(data=hello))
        self.key_share = getattr(self, "key_share", parsed.key_share)
        parsed.key_share = change(self.key_share)
        if parameters is not None:
            parsed.other_extensions = [
                (kind, parameters if kind == TRANSPORT_PARAMETERS else body)
                for kind, body in parsed.other_extensions
            ]
        buffer = Buffer(capacity=65536)
        tls.push_client_hello(buffer, parsed)
        return buffer.data

    def retry(self, request):
        """Answers a HelloRetryRequest (RFC 8446 section 4.1.4), which aioquic does not by itself."""
        self.retried = True
        group = self.selected_group(request)
        changed = bytes.fromhex(self.options["helloRetry"]) if self.options["helloRetry"] else None
        hello = self.with_key_share(
            self.first_hello, lambda shares: [share for share in shares if share[0] == group], changed
        )
        for schedule in self.context._key_schedule_proxy._KeyScheduleProxy__schedules.values():
            digest = tls.hashes.Hash(schedule.algorithm)
            digest.update(self.first_hello)
            schedule.hash = tls.hashes.Hash(schedule.algorithm)
            schedule.update_hash(message(254, digest.finalize()))
            schedule.update_hash(request)
            schedule.update_hash(hello)
        self.send_crypto(tls.Epoch.INITIAL, hello)

    @staticmethod
    def selected_group(request):
        position = 38 + 1 + request[38] + 2 + 1 + 2
        while position < len(request):
            kind, length = struct.unpack_from(">HH", request, position)
            if kind == tls.ExtensionType.KEY_SHARE:
                return struct.unpack_from(">H", request, position + 4)[0]
            position += 4 + length
        raise ValueError("HelloRetryRequest without key_share")

    def state(self):
        parameters = [
            body.hex()
            for kind, body in self.context.received_extensions or []
            if kind == TRANSPORT_PARAMETERS
        ]
        return {
            "isComplete": self.context.state == tls.State.CLIENT_POST_HANDSHAKE,
            "alpn": self.context.alpn_negotiated,
            "isResumed": self.context.session_resumed,
            "earlyDataAccepted": self.context.early_data_accepted,
            "hasTicket": self.ticket is not None,
            "wasRetried": self.retried,
            "transportParameters": parameters[0] if parameters else None,
        }


def main():
    connection = None
    ticket = None
    while header := sys.stdin.buffer.read(5):
        kind, length = header[:1], struct.unpack(">I", header[1:])[0]
        body = sys.stdin.buffer.read(length)
        try:
            if kind == b"N":
                ticket = (connection and connection.ticket) or ticket
                connection = Connection(json.loads(body), ticket)
                connection.start()
            else:
                connection.receive(body[1:])
        except tls.Alert as alert:
            send(b"A", bytes([int(alert.description)]))
        send(b"D", json.dumps(connection.state()).encode())
        send(b".")
        sys.stdout.buffer.flush()


main()
