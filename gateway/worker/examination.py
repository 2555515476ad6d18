"""The doctor at the start: asked once, in the background, its findings in the log."""

import logging
import threading

from gateway import log
from gateway.flows.doctor import Doctor, Report, Row

_LEVELS = {"warning": logging.WARNING, "fault": logging.ERROR}


class Examination:
    """One examination.

    Args:
        doctor: who keeps the report.
    """

    def __init__(self, doctor: Doctor) -> None:
        self._doctor = doctor
        self._thread = threading.Thread(target=self._examine, name="doctor", daemon=True)

    def start(self) -> None:
        """Begin, in a thread; nobody waits for it, and whatever it meets keeps the gateway from nothing."""
        self._thread.start()

    def _examine(self) -> None:
        try:
            _log(self._doctor.examine())
        except Exception:  # the gateway serves all the same
            logging.getLogger("gateway").exception("doctor.unforeseen")


def _log(report: Report) -> None:
    """Write an event for each finding that needs somebody, and one for the whole."""
    for row in report.rows:
        if row.state in _LEVELS:
            _log_finding(row)
    log.event(
        "doctor.finished",
        rows=len(report.rows),
        faults=report.count("fault"),
        warnings=report.count("warning"),
        unknown=report.count("unknown"),
    )


def _log_finding(row: Row) -> None:
    log.event(
        "doctor.finding",
        level=_LEVELS[row.state],
        what=row.what,
        setting=row.setting,
        finding=row.finding,
        remedy=row.remedy,
    )
