"""How an event becomes a line of the log: processors of structlog, for our own events and for those of libraries alike.

Much of what is logged was written by a stranger: a path, a header, a provider's message. So every text is shortened
before it is searched (``redaction``), no character of it ends a line or steers a terminal, and one request writes
``context.LOG_BYTES`` at most: facts that do not fit are left out of a line, and lines that do not fit are not written.
"""

import functools
import json
import logging
import time
import traceback
from collections.abc import Mapping
from typing import Any

from structlog.typing import EventDict

from gateway import context
from gateway.redaction import TEXT_CHARACTERS, excerpt, one_line, safe, visible

FOREIGN_CHARACTERS = 500
"""How much is kept of a message in the server's own log."""
TRACEBACK_BYTES = 1000
FRAMES = 12
"""How many calls of a traceback are looked at, the innermost."""

_RESERVED_BYTES = 512  # for the lines that follow a long one
_SHORT_LINE_BYTES = 256
_ALWAYS = 4  # time, level, event and reference: no line is without them
_JSON = json.JSONEncoder(ensure_ascii=False)


def from_record(_logger: Any, _level: str, event: EventDict) -> EventDict:
    """Return an event for what was logged by the standard library's ``logging``; of libraries it names the logger."""
    record: logging.LogRecord = event["_record"]
    found = {
        "event": event["event"],
        "fields": getattr(record, "fields", {}),
        "at": record.created,
        "error": record.exc_info[1] if record.exc_info else None,
    }
    if record.name.startswith("gateway"):
        return found
    return found | {"event": excerpt(event["event"]), "logger": excerpt(record.name)}


def as_line(_logger: Any, level: str, event: EventDict) -> str:
    """Return an event as one line of JSON with its end; nothing where its piece of work has written all that it may."""
    work: context.Context = event.get("work") or context.current()
    kept = event.get("kept", 0)
    longest = kept or _longest_line(work.left.log_bytes)
    at = event.get("at") or time.time()
    facts = {
        "time": f"{_second(int(at))}.{int(at * 1000) % 1000:03d}Z",
        "level": level,
        "event": event["event"],
        "reference": work.reference,
    }
    if "logger" in event:
        facts["logger"] = event["logger"]
    if error := event.get("error"):
        facts["traceback"] = _traceback(error, min(TRACEBACK_BYTES, longest - _SHORT_LINE_BYTES))
    facts |= safe(event["fields"])
    line = _encoded(facts)
    if len(line) > longest:
        line = _packed(facts, longest)
    if not kept:
        work.left.log_bytes -= len(line)
    return line.decode()


@functools.lru_cache(maxsize=2)
def _second(epoch: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(epoch))


def _longest_line(left: int) -> int:
    """Return how many bytes the next line may have, of those that are left: some stay for the short ones after it."""
    return min(left, max(left - _RESERVED_BYTES, _SHORT_LINE_BYTES))


def _encoded(facts: Mapping[str, Any]) -> bytes:
    """Return a line of JSON, in UTF-8; what is no valid Unicode is escaped, as JSON may."""
    line = _JSON.encode(facts)
    plain = line.isascii() and line.isprintable()
    return (line if plain else visible(line)).encode("utf-8", "backslashreplace") + b"\n"


def _packed(facts: Mapping[str, Any], longest: int) -> bytes:
    """Return a line with those facts that fit, one after the other, and the remark that some did not; or nothing."""
    kept: dict[str, Any] = {"shortened": True}
    for number, (name, value) in enumerate(facts.items()):
        if len(_encoded(kept | {name: value})) <= longest:
            kept[name] = value
        elif number < _ALWAYS:
            return b""
    del kept["shortened"]
    return _encoded(kept | {"shortened": True})


def _traceback(error: BaseException, longest: int) -> str:
    """Return the end of a traceback: what was raised, and as many of the calls that led there as there is room for."""
    pieces: list[str] = []
    for written in reversed(traceback.format_exception(error, limit=-FRAMES)):
        piece = excerpt(written.rstrip("\n"))
        if not piece.startswith("  File "):
            piece = one_line(piece)[:TEXT_CHARACTERS]
        longest -= len(_JSON.encode(piece))
        if pieces and longest < 0:
            return "\n".join(["Traceback (only its end):", *pieces])
        pieces.insert(0, piece)
    return "\n".join(pieces)


def sanitize(record: logging.LogRecord) -> bool:
    """Shorten a record of the server's own log, and redact it; a filter for a logger that writes plain text.

    The server repeats parts of a request that it could not read: these can be a code or a state, and of any length.

    Args:
        record: changed in place: its message becomes one line, and its traceback has none that the message could forge.

    Returns:
        True: no record is held back.
    """
    record.msg, record.args = one_line(excerpt(record.getMessage(), FOREIGN_CHARACTERS))[:FOREIGN_CHARACTERS], ()
    if record.exc_info and record.exc_info[1]:
        record.exc_text = _traceback(record.exc_info[1], TRACEBACK_BYTES)
    return True
