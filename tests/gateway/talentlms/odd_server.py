"""A server on loopback that says exactly what a test wants, byte by byte, and notes what it was asked."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HANG = object()
HANG_UP = object()


def answer(body=b"{}", status=b"200 OK", *headers):
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


class OddServer:
    """Says the next thing to each request; the last one again and again.

    A thing to say is bytes, a list of bytes to be said piece by piece, ``HANG`` (say nothing more),
    ``HANG_UP``, a pause in seconds, or a function from the request to any of these.

    Attributes:
        requests: what it was asked, whole.
        connections: how many it was given.
    """

    def __init__(self, *says, context=None, port=0, host="127.0.0.1"):
        self.says = list(says)
        self.requests = []
        self.connections = 0
        self._open = []
        self._context = context
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=500)
        scheme, written = "https" if context else "http", f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{written}:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        """End every connection that is open now."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
            with connection, connection.makefile("rb") as reader:
                while request := _read(reader):
                    with self._lock:
                        self.requests.append(request)
                        says = self.says[0] if len(self.says) == 1 else self.says.pop(0)
                    if not self._say(connection, says(request) if callable(says) else says):
                        return

    def _say(self, connection, says):
        for piece in says if isinstance(says, list) else [says]:
            if piece is HANG:
                self._stopped.wait()
                return False
            if piece is HANG_UP:
                connection.shutdown(socket.SHUT_RDWR)
                return False
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                connection.sendall(piece)
        return True


def _read(reader):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline()
        if not line:
            return b""
        head += line
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return head + (reader.read(int(lengths[0].split(b":")[1])) if lengths else b"")


@contextmanager
def odd_server(*says, context=None, port=0, host="127.0.0.1"):
    server = OddServer(*says, context=context, port=port, host=host)
    try:
        yield server
    finally:
        server.stop()


def _alternative(host):
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def certificate(folder, host="127.0.0.1", *, common_name=None, alternative_name=True):
    """Write a self-signed certificate for a host and return its file and a context that serves with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name or host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if alternative_name:
        made = made.add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
    made = made.sign(key, SHA256())
    file, key_file = folder / f"{host}.pem", folder / f"{host}.key"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context
