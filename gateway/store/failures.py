"""What a failure of the connection to Redis means, in words that hold no password."""

import socket
import ssl
from collections.abc import Iterator

import redis

_NO_SUCH_NUMBER = "DB index is out of range"


def told(error: BaseException, server: str) -> str:
    """Return what a failure means.

    Args:
        error: of redis-py, or of the system.
        server: host and port, for the note; empty for none.

    Returns:
        The server and the reason where it cannot be reached or lets nobody in; the name of the error's class for any
        other, since its own text may quote what was sent.
    """
    reason = next(filter(None, map(_reason, _chain(error))), "")
    if not reason:
        return type(error).__name__
    return f"{server}: {reason}" if server else reason


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Walk an error and those that it was raised for, the latest first."""
    here: BaseException | None = error
    while here is not None:
        yield here
        here = here.__cause__ or here.__context__


def _reason(error: BaseException) -> str:
    for kinds, reason in _REASONS:
        if isinstance(error, kinds):
            return reason
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: the certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "TLS: no secure connection"
    if isinstance(error, redis.ResponseError) and _NO_SUCH_NUMBER in str(error):
        return "it has no database of this number"
    return ""


_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (redis.AuthenticationError, "the password, or the user's name, is not accepted"),
    (redis.exceptions.NoPermissionError, "the user may not do this (ACL)"),
    (socket.gaierror, "DNS: the host name cannot be resolved"),
    (ConnectionRefusedError, "the connection is refused"),
    ((redis.TimeoutError, TimeoutError), "no answer in time"),
    ((ConnectionResetError, BrokenPipeError), "the connection ended before the answer"),
)
