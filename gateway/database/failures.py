"""What a failure of the database means, in words that hold no password and nothing of what was written."""

import re
import sqlite3

_WHILE_CONNECTING = tuple(
    (re.compile(words, re.IGNORECASE), reason)
    for words, reason in (
        ("failed to resolve host|could not translate host name", "DNS: the host name cannot be resolved"),
        ("connection refused", "the connection is refused"),
        ("certificate verify failed|does not match host name|root certificate", "TLS: the certificate is not accepted"),
        ("ssl|tls", "TLS: no secure connection"),
        ("timeout|timed out", "no connection in time"),
        ("authentication failed|no password supplied", "the password, or the user's name, is not accepted"),
        ('role "[^"]*" does not exist', "it has no such user"),
        ('database "[^"]*" does not exist', "it has no such database"),
        ("no pg_hba.conf entry", "it lets this user in from this machine by no entry of its pg_hba.conf"),
        ("too many (clients|connections)|remaining connection slots", "it takes no further connection"),
        ("starting up|shutting down|recovery mode", "it is just starting or stopping"),
        (
            "server closed the connection|connection reset|terminating connection",
            "the connection ended before the answer",
        ),
    )
)
"""What libpq says; it has no codes while a connection comes about. The first that is found counts."""

_OF_A_FILE = (
    "unable to open database file",
    "attempt to write a readonly database",
    "file is not a database",
    "database disk image is malformed",
    "database or disk is full",
    "disk I/O error",
    "database is locked",
)


def told(error: BaseException, server: str) -> str:
    """Return what a failure means.

    Args:
        error: of psycopg, of sqlite3, or of the system.
        server: host and port, for the note; empty for a file.

    Returns:
        The server and the reason where it cannot be reached or lets nobody in, the reason of a file's; the name of the
        error's class for any other, since its own text may quote what was written.
    """
    if getattr(error, "sqlstate", "") is None:  # of psycopg, which is not imported where nobody uses it
        said = str(error)
        for words, reason in _WHILE_CONNECTING:
            if words.search(said):
                return f"{server}: {reason}" if server else reason
        return f"{server}: {type(error).__name__}" if server else type(error).__name__
    if isinstance(error, sqlite3.Error):
        return next((words for words in _OF_A_FILE if words in str(error)), type(error).__name__)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
