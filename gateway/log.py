"""The log: one JSON line per event, with a reference code, of bounded length, and with secrets redacted.

Nothing of ours logs a secret on purpose. The redaction, by name and by pattern, is the second line of defence: it
catches the message of a foreign library, a header in a traceback, a link in an error. Foreign loggers are held at
WARNING whatever the level, because at DEBUG some of them print requests whole (Authlib its code verifier, urllib3
every address).

Much of what is logged was written by a stranger: a path, a header, a provider's message. So every text is shortened
before it is searched (``redaction``), no character of it ends a line or steers a terminal, and one request writes
``context.LOG_BYTES`` at most: facts that do not fit are left out of a line, and lines that do not fit are not written.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import IO, Any

from gateway import context
from gateway.redaction import TEXT_CHARACTERS, excerpt, one_line, safe, visible
from schemas.audit_entry import AuditEntry

USER_AGENT_CHARACTERS = 120
_WRITTEN_LONG = re.compile(r"[^ !#-\[\]-~…]")
"""What takes several bytes of a line: in what a browser calls itself it would crowd out facts of the line."""

FOREIGN_CHARACTERS = 500
"""How much is kept of a message in the server's own log."""
TRACEBACK_BYTES = 1000
FRAMES = 12
"""How many calls of a traceback are looked at, the innermost."""

_RESERVED_BYTES = 512  # for the lines that follow a long one
_SHORT_LINE_BYTES = 256
_TEXTS = ("condition", "note", "remedy")  # sentences, which may hold what TalentLMS or a provider says of a person
_ALWAYS = 4  # time, level, event and reference: no line is without them
_JSON = json.JSONEncoder(ensure_ascii=False)

Observer = Callable[[str, Mapping[str, Any]], None]
"""Takes what happened, a dotted name, and facts about it; it raises nothing."""

_observers: list[Observer] = []
_events = logging.getLogger("gateway")
_audit_trail = logging.getLogger("gateway.audit")


def observe_by(observer: Observer | None) -> None:
    """Tell one observer from here on what happens in this process, instead of the one before; ``None``: nobody."""
    _observers[:] = [] if observer is None else [observer]


def tell(name: str, facts: Mapping[str, Any]) -> None:
    """Tell the observer of something; events and the audit trail are told as well, and nothing is written by it.

    So flows, adapters and routes know nothing of metrics; ``gateway.operator.counters`` says what counts as what.

    Args:
        name: what happened, a dotted name such as ``talentlms.call``.
        facts: whatever is known of it.
    """
    for observer in _observers:
        observer(name, facts)


def event(name: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one event.

    Args:
        name: what happened, a dotted name such as ``sign_in.completed``.
        level: a level of the standard library's ``logging``.
        fields: facts; values of secret-sounding names are redacted, strings are shortened and searched for secrets.
    """
    tell(name, fields)
    work = context.current()
    _remember(work, name, fields)
    _write(_events, level, name, fields, work)


def request(name: str, work: context.Context, **fields: Any) -> None:
    """Write the line that says what became of a request, for which bytes are kept.

    Args:
        name: the event's.
        work: the request, which has ended.
        fields: as ``event`` has them; those that are ``None`` or empty are left out.
    """
    told = {field: value for field, value in fields.items() if value not in (None, "", [])}
    tell(name, told)
    _write(_events, logging.INFO, name, told, work, context.REQUEST_LINE_BYTES)


def audit(name: str, *, outcome: str, **fields: Any) -> None:
    """Write one event of the audit trail: who did what with which outcome (ASVS 5.0, 16.3), whatever the log's level.

    It is a line of the log, and an entry of the table of whoever began the work at hand; ``flows/audit_rows.py`` says
    which events have one. No other function writes either.

    Args:
        name: what happened, such as ``sign_in``.
        outcome: ``success``, ``refused``, or ``nothing`` where there was nothing to do.
        fields: facts about it; for a refusal, ``remedy`` tells the operator what to do. In the entry ``person``,
            ``user_id``, ``provider`` or ``storefront``, ``reason``, ``condition``, ``note`` and ``remedy`` have places
            of their own; what else is given must name nobody.
    """
    tell(f"audit.{name}", {**fields, "outcome": outcome})
    work = context.current()
    _remember(work, name, {"outcome": outcome, **fields})
    facts = {"audit": True, "outcome": outcome, "client": work.client, **fields}
    facts["user_agent"] = _WRITTEN_LONG.sub("?", work.user_agent[:USER_AGENT_CHARACTERS])
    level = logging.WARNING if outcome == "refused" else logging.INFO
    _write(_audit_trail, level, name, facts, work)
    if work.trail is not None and name not in work.trail.log_only:
        work.trail.add(_entry(name, outcome, fields, work))


def _remember(work: context.Context, name: str, facts: Mapping[str, Any]) -> None:
    if len(work.left.events) < context.EVENTS:
        work.left.events.append((name, facts))


def _entry(name: str, outcome: str, fields: Mapping[str, Any], work: context.Context) -> AuditEntry:
    """Return an event for the table, shortened and redacted as it is for the log."""
    told = {field: value for field, value in safe(dict(fields)).items() if value not in (None, "")}
    texts = [told.pop(field) for field in _TEXTS if field in told]
    return AuditEntry(
        at=int(time.time()),
        event=name,
        outcome=outcome,
        reason=told.pop("reason", ""),
        reference=work.reference,
        person=told.pop("person", ""),
        user_id=told.pop("user_id", 0),
        origin=told.pop("provider", "") or told.pop("storefront", ""),
        client=excerpt(work.client),
        note=": ".join(texts),
        facts=told,
    )


def _write(
    logger: logging.Logger, level: int, name: str, fields: dict[str, Any], work: context.Context, kept: int = 0
) -> None:
    """Write one event; ``Logger.log`` would first walk the stack for a file and a line that nobody asks for."""
    if logger.isEnabledFor(level):
        extra = {"fields": fields, "work": work, "kept": kept}
        logger.handle(logger.makeRecord(logger.name, level, "", 0, name, (), None, extra=extra))


class _OneLine(logging.Formatter):
    """A record as one line of JSON with its end; nothing where its piece of work has written all that it may."""

    def format(self, record: logging.LogRecord) -> str:
        work: context.Context = getattr(record, "work", None) or context.current()
        kept: int = getattr(record, "kept", 0)
        longest = kept or _longest_line(work.left.log_bytes)
        facts = _facts(record, work.reference)
        if record.exc_info and record.exc_info[1]:
            facts["traceback"] = _traceback(record.exc_info[1], min(TRACEBACK_BYTES, longest - _SHORT_LINE_BYTES))
        facts |= safe(getattr(record, "fields", {}))
        line = _encoded(facts)
        if len(line) > longest:
            line = _packed(facts, longest)
        if not kept:
            work.left.log_bytes -= len(line)
        return line.decode()


def _longest_line(left: int) -> int:
    """Return how many bytes the next line may have, of those that are left: some stay for the short ones after it."""
    return min(left, max(left - _RESERVED_BYTES, _SHORT_LINE_BYTES))


def _facts(record: logging.LogRecord, reference: str) -> dict[str, Any]:
    """Return what every line begins with."""
    facts = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
        "level": record.levelname.lower(),
        "event": record.getMessage(),
        "reference": reference,
    }
    if not record.name.startswith("gateway"):
        facts |= {"event": excerpt(facts["event"]), "logger": excerpt(record.name)}
    return facts


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


def configure(level: str, stream: IO[str] | None = None) -> None:
    """Send the log to a stream, one JSON line per event.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``, for our own events; foreign ones from WARNING on.
        stream: where to; default standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.terminator = ""  # the formatter ends a line, where there is one
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _events.setLevel(level.upper())
    _audit_trail.setLevel(logging.INFO)
