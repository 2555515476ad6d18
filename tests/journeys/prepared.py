"""gunicorn, begun by a process that has imported what it needs: that is most of what a start costs.

Each is a process of its own all the same, with its own arguments, environment, output and signals. Some of
``tests/gunicorn_conf`` and of ``tests/gateway/test_factory.py`` begin from nothing, as an operator's do.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.patience import PATIENT_SECONDS

ROOT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.02


class _Preparation:
    """The process that begins others, told what to do in lines of JSON (``gunicorn_on_demand.py``)."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.journeys.gunicorn_on_demand"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._one_at_a_time = threading.Lock()

    def ask(self, **request: Any) -> int | None:
        """Ask it for something, and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer: int | None = json.loads(self._process.stdout.readline())
            return answer

    def end(self) -> None:
        """End it; whatever it has begun goes on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENT_SECONDS)
        self._process.stdout.close()


@cache
def _preparation() -> _Preparation:
    """Return the one of this process of tests."""
    made = _Preparation()
    atexit.register(made.end)
    return made


class Gunicorn:
    """A running gunicorn, with what ``subprocess.Popen`` has that is needed of it.

    Args:
        arguments: of its command line.
        output: the file that its output is added to.
        environment: all of its variables.
        folder: where it begins.
    """

    def __init__(
        self, arguments: Sequence[str], output: Path, environment: Mapping[str, str], folder: Path = ROOT
    ) -> None:
        self.args = ["gunicorn", *arguments]
        self._code: int | None = None
        begun = _preparation().ask(
            arguments=list(arguments), output=str(output), environment=dict(environment), folder=str(folder)
        )
        assert begun is not None
        self.pid = begun

    def poll(self) -> int | None:
        """Return its exit code; ``None`` while it runs."""
        if self._code is None:
            self._code = _preparation().ask(poll=self.pid)
        return self._code

    def wait(self, timeout: float = PATIENT_SECONDS) -> int:
        """Wait until it ends, and return its exit code.

        Raises:
            subprocess.TimeoutExpired: it did not, in so many seconds.
        """
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(_LOOK_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)
