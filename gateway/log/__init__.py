"""The log: one JSON line per event, with a reference code, of bounded length, and with secrets redacted.

Nothing of ours logs a secret on purpose. The redaction, by name and by pattern, is the second line of defence: it
catches the message of a foreign library, a header in a traceback, a link in an error. Foreign loggers are held at
WARNING whatever the level, because at DEBUG some of them print requests whole (Authlib its code verifier, urllib3
every address).

structlog writes it, and ``lines`` has its processors: what becomes of a fact that a stranger wrote, and how long a
line may be. Libraries log by the standard library's ``logging``, and their lines are made by the same processors.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

import structlog

from gateway import context
from gateway.log.lines import as_line, from_record
from gateway.redaction import excerpt, safe
from schemas.audit_entry import AuditEntry

USER_AGENT_CHARACTERS = 120
_WRITTEN_LONG = re.compile(r"[^ !#-\[\]-~…]")
"""What takes several bytes of a line: in what a browser calls itself it would crowd out facts of the line."""

_TEXTS = ("condition", "note", "remedy")  # sentences, which may hold what TalentLMS or a provider says of a person
Facts = Mapping[str, Any]
Observer = Callable[[str, Facts], None]
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
    work = context.note_event(name, fields)
    _write(_events, level, name, fields, work)


def request(name: str, work: context.Context, **fields: Any) -> Mapping[str, Any]:
    """Write the line that says what became of a request, for which bytes are kept.

    Args:
        name: the event's.
        work: the request, which has ended.
        fields: as ``event`` has them; those that are ``None`` or empty are left out.

    Returns:
        The fields that are not left out.
    """
    told = {field: value for field, value in fields.items() if value not in (None, "", [])}
    tell(name, told)
    _write(_events, logging.INFO, name, told, work, context.REQUEST_LINE_BYTES)
    return told


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
    work = context.note_event(name, {"outcome": outcome, **fields})
    facts = {"audit": True, "outcome": outcome, "client": work.client, **fields}
    facts["user_agent"] = _WRITTEN_LONG.sub("?", work.user_agent[:USER_AGENT_CHARACTERS])
    level = logging.WARNING if outcome == "refused" else logging.INFO
    _write(_audit_trail, level, name, facts, work)
    if work.trail is not None and name not in work.trail.log_only:
        work.trail.add(_entry(name, outcome, fields, work))


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
    """Write one event, if the logger's level lets it through."""
    if logger.isEnabledFor(level):
        _lines[0].log(level, name, fields=fields, work=work, kept=kept)


class _Stream:
    """Where lines go, for structlog, which calls its methods by the names of levels.

    A line that cannot be written, such as for want of space, is nobody's fault who clicks.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write a line, which has its end."""
        stream = self._stream or sys.stderr
        try:
            stream.write(line)
            stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = error = critical = msg


def configure(level: str, stream: IO[str] | None = None) -> None:
    """Send the log to a stream, one JSON line per event.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``, for our own events; foreign ones from WARNING on.
        stream: where to; default standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.terminator = ""  # the last processor ends a line, where there is one
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[as_line], foreign_pre_chain=[from_record]))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _events.setLevel(level.upper())
    _audit_trail.setLevel(logging.INFO)
    _lines[:] = [_writer(stream)]


def _writer(stream: IO[str] | None = None) -> Any:
    """Return structlog's way for our own events; which levels it lets through is a matter of ``logging``'s loggers."""
    every_level = structlog.make_filtering_bound_logger(logging.NOTSET)
    return structlog.wrap_logger(_Stream(stream), [as_line], every_level, dict).bind()


_lines = [_writer()]
