"""``talentlms-gateway``, called in the test's own process: starting another takes longer than what it does there."""

import io
import logging
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from gateway.cli import main

OWN_LOGGERS = "gateway", "gateway.audit"


@dataclass(frozen=True)
class Called:
    """What came of a call, as ``subprocess.CompletedProcess`` has it.

    Attributes:
        returncode: with which the process would have ended.
        stdout: what was printed.
        stderr: what was said beside it.
    """

    returncode: int
    stdout: str
    stderr: str


def called(arguments, environment):
    """Call the command; the caller has ``own_log_handlers``."""
    for name in OWN_LOGGERS:  # as in a new process, whatever gateway was begun in this one before
        logging.getLogger(name).setLevel(logging.NOTSET)
    told, beside, ends_with = io.StringIO(), io.StringIO(), 0
    with patch.dict(os.environ, environment, clear=True), redirect_stdout(told), redirect_stderr(beside):
        try:
            main.main(list(arguments), prog_name="talentlms-gateway")
        except SystemExit as ended:
            ends_with = ended.code
    if isinstance(ends_with, str):  # as the interpreter ends with a sentence
        return Called(1, told.getvalue(), f"{beside.getvalue()}{ends_with}\n")
    return Called(ends_with or 0, told.getvalue(), beside.getvalue())
