"""How a connection comes about: address, proxy, TLS, all of it within one total time."""

import re
import socket
import ssl
import time
from pathlib import Path
from typing import cast

from urllib3.util import ssl_wrap_socket

from gateway.outbound import proxies
from gateway.outbound.addresses import Addresses
from gateway.outbound.errors import NotConnected
from gateway.outbound.origin import Origin
from gateway.outbound.sockets import TimedSocket, Transport

FIRST_ADDRESS_SECONDS = 1.0
"""How long an address is tried where the host has another one to try."""
TUNNEL_HEAD_BYTES = 16 * 1024
"""The largest answer of a proxy that is read."""
_LEAST_SECONDS = 0.001
_TUNNEL_ANSWER = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")


class Dialer:
    """Opens connections. One object serves all threads or greenlets of a process.

    Certificates are always verified, by their subject alternative names alone, a proxy's too.

    Args:
        ca_file: further certificate authorities, PEM.
        proxy_of: which proxy an origin is reached through.
    """

    def __init__(self, ca_file: Path | None, proxy_of: proxies.Proxies) -> None:
        self._context = _context(ca_file)
        self._proxy_of = proxy_of
        self._addresses = Addresses()

    def dial(self, origin: Origin, seconds: float) -> Transport:
        """Return a connection to an origin.

        Args:
            origin: whom to reach.
            seconds: how long all of it may take, the resolver included.

        Raises:
            NotConnected: why there is none.
        """
        end = time.monotonic() + seconds
        proxy = self._proxy_of(origin)
        return self._reached(origin, end) if proxy is None else self._tunnelled(proxy, origin, end)

    def _tunnelled(self, proxy: proxies.Proxy, origin: Origin, end: float) -> Transport:
        try:
            tunnel = self._reached(proxy.origin, end)
        except NotConnected as error:
            raise NotConnected("proxy failed", origin.authority, str(error)) from None
        why = _why_it_opens_no_tunnel(tunnel, proxy, origin)
        if why:
            tunnel.close()
            raise NotConnected("proxy failed", origin.authority, f"{proxy.origin.authority}: {why}")
        if isinstance(tunnel.connected, ssl.SSLSocket):
            return self._secured_within_tls(tunnel, origin)
        return self._secured(tunnel.connected, origin, end)

    def _reached(self, origin: Origin, end: float) -> TimedSocket:
        connected = self._connected(origin, end)
        return TimedSocket(connected, end) if origin.scheme == "http" else self._secured(connected, origin, end)

    def _connected(self, origin: Origin, end: float) -> socket.socket:
        """Connect to the first address that answers."""
        addresses = self._found(origin, end)
        for address in addresses:
            left = max(_LEAST_SECONDS, end - time.monotonic())
            at_most = left if address == addresses[-1] else min(FIRST_ADDRESS_SECONDS, left)
            try:
                connected = _to(address, origin.port, at_most)
            except OSError as error:
                self._addresses.failed(address)
                failure = _not_reached(error, origin)
            else:
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connected
        raise failure

    def _found(self, origin: Origin, end: float) -> tuple[str, ...]:
        try:
            return self._addresses.of(origin.host, max(0.0, end - time.monotonic()))
        except TimeoutError:
            raise NotConnected("name not found", origin.authority, "the resolver does not answer") from None
        except OSError as error:
            raise NotConnected("name not found", origin.authority, type(error).__name__) from None

    def _secured(self, connected: socket.socket, origin: Origin, end: float) -> TimedSocket:
        try:
            # without the handshake, whose time-out of Python's own would not be a total with gevent
            secured = self._context.wrap_socket(connected, server_hostname=_name(origin), do_handshake_on_connect=False)
            timed = TimedSocket(secured, end)
        except (OSError, ValueError) as error:
            connected.close()
            raise _not_secure(error, origin) from None
        try:
            timed.handshake()
        except OSError as error:
            timed.close()
            raise _not_secure(error, origin) from None
        return timed

    def _secured_within_tls(self, tunnel: TimedSocket, origin: Origin) -> Transport:
        try:
            # what urllib3 documents for TLS within TLS wants no more of a socket than a TimedSocket has
            within: Transport = ssl_wrap_socket(
                cast("socket.socket", tunnel),
                ssl_context=self._context,
                server_hostname=_name(origin),
                tls_in_tls=True,
            )
        except (OSError, ValueError) as error:
            tunnel.close()
            raise _not_secure(error, origin) from None
        return within


def _to(address: str, port: int, seconds: float) -> socket.socket:
    """Connect without asking the resolver once more, for which gevent would take one of its few threads each time."""
    connected = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connected.settimeout(seconds)
        connected.connect((address, port))
    except OSError:
        connected.close()
        raise
    return connected


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _name(origin: Origin) -> str:
    """Return the name that a certificate has to have: they are written without the dot of the root."""
    return origin.host.rstrip(".")


def _why_it_opens_no_tunnel(tunnel: TimedSocket, proxy: proxies.Proxy, origin: Origin) -> str:
    """Ask a proxy for a tunnel (RFC 9110, 9.3.6) and return why there is none; nothing where there is one."""
    asked = [f"CONNECT {origin.host_and_port} HTTP/1.1", f"Host: {origin.host_and_port}"]
    if proxy.authorization:
        asked.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        tunnel.sendall("\r\n".join([*asked, "", ""]).encode())
        head = _head(tunnel)
    except TimeoutError:
        return "timed out"
    except OSError as error:
        return type(error).__name__
    said = _TUNNEL_ANSWER.match(head)
    if said is not None and not said[1].startswith(b"2"):
        return f"status {said[1].decode()}"
    # what a proxy says behind its answer would be taken for the other side's
    return "" if said is not None and head.endswith(b"\r\n\r\n") else "no answer that can be read"


def _head(tunnel: TimedSocket) -> bytes:
    """Read until the head is over."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < TUNNEL_HEAD_BYTES:
        piece = tunnel.recv(TUNNEL_HEAD_BYTES - len(head))
        if not piece:
            break
        head += piece
    return head


def _not_reached(error: OSError, origin: Origin) -> NotConnected:
    if isinstance(error, TimeoutError):
        return NotConnected("timed out", origin.authority)
    if isinstance(error, ConnectionRefusedError):
        return NotConnected("connection refused", origin.authority)
    return NotConnected("not reachable", origin.authority, error.strerror or type(error).__name__)


def _not_secure(error: Exception, origin: Origin) -> NotConnected:
    """Return why there is no TLS: what is wrong with the certificate, or OpenSSL's own word for it."""
    if isinstance(error, TimeoutError):
        return NotConnected("timed out", origin.authority, "in the TLS handshake")
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotConnected("certificate not accepted", origin.authority, error.verify_message)
    return NotConnected("TLS failed", origin.authority, getattr(error, "reason", None) or type(error).__name__)
