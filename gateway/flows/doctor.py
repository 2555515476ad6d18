"""The doctor: whether what the settings name is there and works, asked of everybody whom the gateway depends on.

Each check asks one of them and says what it finds in rows. All run at once, each in a thread of its own, and none can
hide another's rows: neither by failing nor by taking too long.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gateway import context, log
from gateway.admission import Lane, QueueEntry
from gateway.errors import GatewayError

SECONDS = 10.0
"""How long all of it may take."""
PATIENCE_SECONDS = 5.0
"""How long a call to TalentLMS may be held until its time comes: clicks go first."""

State = Literal["ok", "warning", "fault", "unknown"]


@dataclass(frozen=True)
class Row:
    """One finding.

    Attributes:
        what: what was looked at, such as ``talentlms: key``.
        setting: the variable or dotted key that it speaks of; empty for none.
        state: ``fault``: the gateway does not work as it should until something is done; ``warning``: it works, with
            less than it could; ``unknown``: it could not be found out, which is no fault.
        finding: what was found.
        remedy: what to do; empty where nothing is to be done.
    """

    what: str
    setting: str
    state: State
    finding: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """What came of an examination.

    Attributes:
        at: when it began, in epoch seconds.
        rows: in the order of the checks.
    """

    at: int
    rows: tuple[Row, ...]

    def count(self, state: State) -> int:
        """Return how many rows have a state."""
        return sum(row.state == state for row in self.rows)

    @property
    def is_well(self) -> bool:
        """Whether there is no fault."""
        return not self.count("fault")

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it: ``is_well``, ``at``, and ``rows`` with the attributes of each."""
        return {"is_well": self.is_well, "at": self.at, "rows": [asdict(row) for row in self.rows]}


Check = Callable[[], Iterable[Row]]
"""Walks what it finds; what is walked before it fails or takes too long counts."""


class Doctor:
    """The checks.

    Args:
        checks: by what each looks at, in the order in which their rows are told.
        seconds: how long all may take.
        keep: takes each report as JSON can hold it, for other processes.
    """

    def __init__(
        self,
        checks: Mapping[str, Check],
        seconds: float = SECONDS,
        keep: Callable[[Mapping[str, Any]], None] = lambda _: None,
    ) -> None:
        self._checks = checks
        self._seconds = seconds
        self._keep = keep
        self.last: Report | None = None
        """The last report of this process."""

    def examine(self) -> Report:
        """Carry out all checks at once, and return the report; it raises nothing."""
        at, end = int(time.time()), time.monotonic() + self._seconds
        under_way = [_UnderWay(what, check, self._seconds) for what, check in self._checks.items()]
        rows = tuple(row for one in under_way for row in one.rows(end))
        self.last = Report(at, rows)
        try:
            self._keep(self.last.as_json())
        except GatewayError as error:  # the report says itself that Redis is away
            log.event("doctor.not_kept", why=error.code, note=error.note)
        return self.last


class _UnderWay:
    """A check that has begun."""

    def __init__(self, what: str, check: Check, seconds: float) -> None:
        self._what, self._check, self._seconds = what, check, seconds
        self._rows: list[Row] = []
        self._thread = threading.Thread(target=self._carry_out, daemon=True)
        self._thread.start()

    def rows(self, end: float) -> Sequence[Row]:
        """Return what it has found until a time of ``time.monotonic``, at most."""
        self._thread.join(max(0.0, end - time.monotonic()))
        if not self._thread.is_alive():
            return self._rows
        finding = f"takes longer than {self._seconds:g} seconds"
        return [
            *self._rows,
            Row(self._what, "", "fault", finding, "Ask again; what answers so late delays clicks, too."),
        ]

    def _carry_out(self) -> None:
        context.begin(seconds=self._seconds, entry=QueueEntry(Lane.BACKGROUND, patience=PATIENCE_SECONDS))
        try:
            for row in self._check():
                self._rows.append(row)
        except GatewayError as error:
            self._rows.append(Row(self._what, "", "fault", f"{error.code}: {error.note}", "See docs/operating.md."))
        except Exception:  # whatever it is, it must not hide what else there is to say
            logging.getLogger("gateway").exception("doctor.unforeseen")
            remedy = "It is a fault of the gateway's own; the log has a traceback: report it."
            self._rows.append(Row(self._what, "", "fault", "could not be looked at", remedy))
        finally:
            context.end()
