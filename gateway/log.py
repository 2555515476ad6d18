"""The log: one JSON line per event, with a reference code and with secrets blotted out, by name and by pattern.

Nothing of ours logs a secret on purpose. The blotting is the second wall: it catches the message of a foreign
library, a header in a traceback, a link in an error. Foreign loggers are held at WARNING whatever the level,
because at DEBUG some of them print requests whole (Authlib its code verifier, urllib3 every address).
"""

import contextvars
import functools
import json
import logging
import re
import secrets
import sys
import time
from typing import IO, Any

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that is mistaken for another
_BLOT = "[blotted]"
_JSON = json.JSONEncoder(ensure_ascii=False)
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}  # JSON lets them stand, some readers break at them

_events = logging.getLogger("gateway")
_audit_trail = logging.getLogger("gateway.audit")

_reference: contextvars.ContextVar[str] = contextvars.ContextVar("reference", default="-")
_visitor: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("visitor", default=("", ""))

_SECRET_NAMES = re.compile(
    r"pass(word|wd)|secret|token|api_?key|login_?key|goto_?url|redirect_url|authorization|cookie|session_?id|"
    r"verifier|nonce|assertion|^code$|^state$|^key$|^link$|^sid$",
    re.IGNORECASE,
)

# Each behind what its finds cannot be without, in lower case: most texts have none of it, and that is soon seen.
_SECRET_PATTERNS = (
    (
        ("/index/",),
        re.compile(r"(/index/(?:autologin|gotocourse)/key:|/index/logout/token:)[^\s\"',}\\]+"),
        rf"\1{_BLOT}",
    ),
    (("eyj",), re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), _BLOT),
    (
        ("basic", "bearer"),
        re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
        rf"\1 {_BLOT}",
    ),
    (("@",), re.compile(r"(\w+://[^:@/\s]*:)[^@/\s]+@"), rf"\1{_BLOT}@"),
    (
        ("=", '"', "'"),
        re.compile(
            r"\b(code|state|nonce|code_verifier|client_secret|client_assertion|access_token|refresh_token|id_token|"
            r"id_token_hint|logout_token|csrf_token|password|api_key|login_key|key|token|talentlms_gateway_\w+)"
            r"(=|\"?: ?\"|'?: ?')[^&;\s\"']+"
        ),
        rf"\1\2{_BLOT}",
    ),
)


def begin(client: str = "", user_agent: str = "") -> str:
    """Begin a piece of work, such as a request, with a reference code of its own.

    Args:
        client: the address of the browser, for the audit trail.
        user_agent: what the browser calls itself, likewise.

    Returns:
        The code, such as ``7K2M-9QXD`` (40 bits of chance).
    """
    _visitor.set((client, user_agent[:200]))
    chance = secrets.randbits(40)
    letters = "".join([_ALPHABET[chance >> shift & 31] for shift in range(0, 40, 5)])
    code = f"{letters[:4]}-{letters[4:]}"
    _reference.set(code)
    return code


def reference() -> str:
    """Return the reference code of the work at hand, ``-`` outside of any."""
    return _reference.get()


def blotted(text: str) -> str:
    """Return the text with everything that looks like a secret replaced."""
    folded = text.lower()
    for marks, pattern, replacement in _SECRET_PATTERNS:
        for mark in marks:
            if mark in folded:
                text = pattern.sub(replacement, text)
                break
    return text


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one event.

    Args:
        name: what happened, a dotted noun such as ``sign_in.completed``.
        level: a level of the standard library's ``logging``.
        fields: facts; values of secret-sounding names are blotted, strings are searched for secrets.
    """
    _write(_events, level, name, fields)


def client() -> str:
    """Return the address of the browser that the work at hand is for; empty outside of any."""
    return _visitor.get()[0]


def audit(name: str, *, outcome: str, **fields: Any) -> None:
    """Write one event of the audit trail: who did what with which outcome (ASVS 5.0, 16.3), whatever the log's level.

    Args:
        name: what happened, such as ``sign_in``, ``provisioning``, ``launch``.
        outcome: ``success``, ``refused``, or ``nothing`` where there was nothing to do.
        fields: facts about it; for a refusal, ``remedy`` tells the operator what to do.
    """
    client_address, user_agent = _visitor.get()
    facts = {"audit": True, "outcome": outcome, "client": client_address, "user_agent": user_agent, **fields}
    level = logging.WARNING if outcome == "refused" else logging.INFO
    _write(_audit_trail, level, name, facts)


def _write(logger: logging.Logger, level: int, name: str, fields: dict[str, Any]) -> None:
    """Write one event; ``Logger.log`` would first walk the stack for a file and a line that nobody asks for."""
    if logger.isEnabledFor(level):
        logger.handle(logger.makeRecord(logger.name, level, "", 0, name, (), None, extra={"fields": fields}))


class _OneLine(logging.Formatter):
    """A record as one line of JSON. JSON escapes line breaks, so no value can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": blotted(record.getMessage()),
            "reference": _reference.get(),
        }
        if not record.name.startswith("gateway"):
            line["logger"] = record.name
        line |= _safe(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = blotted(self.formatException(record.exc_info))
        text = _JSON.encode(line)
        return text if text.isascii() else text.translate(_LINE_ENDS)


@functools.lru_cache(maxsize=1024)
def _names_a_secret(name: str) -> bool:
    return bool(_SECRET_NAMES.search(name))


def _safe(value: Any) -> Any:
    """Return a value without secrets: blotted where its name says so, searched where it is text."""
    if isinstance(value, str):
        return blotted(value)
    if isinstance(value, dict):
        return {str(name): _BLOT if _names_a_secret(str(name)) else _safe(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else blotted(str(value))


def configure(level: str, stream: IO[str] | None = None) -> None:
    """Send the log to a stream, one JSON line per event.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``, for our own events; foreign ones from WARNING on.
        stream: where to; default standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _events.setLevel(level.upper())
    _audit_trail.setLevel(logging.INFO)
