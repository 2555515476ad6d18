"""Programs, begun by a process that has imported what they need: that is most of what a start costs.

Each is a process of its own all the same, with its own arguments, environment, output and signals. Some of
``tests/gunicorn_conf`` and of ``tests/gateway/test_factory.py`` begin from nothing, as an operator's do.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.patience import PATIENT_SECONDS

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("talentlms-gateway"))
_MODULES = ("sandbox.idp", "sandbox.talentlms")
_LOOK_SECONDS = 0.02


class _Preparation:
    """The process that begins others, told what to do in lines of JSON (``on_demand.py``).

    Args:
        module: what it runs.
    """

    def __init__(self, module: str) -> None:
        command = [sys.executable, "-m", module]
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
def _preparation(module: str) -> _Preparation:
    """Return the one of this process of tests."""
    made = _Preparation(module)
    atexit.register(made.end)
    return made


def without_interpreter(command: Sequence[str]) -> list[str] | None:
    """Return what a command runs and its arguments where it can be begun prepared; else ``None``."""
    if command[0] == COMMAND:
        return list(command)
    if command[:2] == [sys.executable, "-m"] and command[2] in _MODULES:
        return list(command[2:])
    return None


class Prepared:
    """A running program, with what ``subprocess.Popen`` has that is needed of it.

    Args:
        command: ``gunicorn`` or what ``without_interpreter`` returns, and its arguments.
        output: the file that its output is added to.
        environment: all of its variables.
        errors: another file for its standard error.
        folder: where it begins.
    """

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        environment: Mapping[str, str],
        errors: Path | None = None,
        folder: Path = ROOT,
    ) -> None:
        self.args = list(command)
        self._code: int | None = None
        which = "gunicorn" if command[0] == "gunicorn" else "programs"
        self._preparation = _preparation(f"tests.journeys.{which}_on_demand")
        output.touch()  # as whoever begins a program opens its output first
        places = {"output": str(output), "errors": str(errors or output), "folder": str(folder)}
        begun = self._preparation.ask(command=self.args, environment=dict(environment), **places)
        assert begun is not None
        self.pid = begun

    def poll(self) -> int | None:
        """Return its exit code; ``None`` while it runs."""
        if self._code is None:
            self._code = self._preparation.ask(poll=self.pid)
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


def called(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Call the gateway's command and return what came of it, as ``subprocess.run`` does."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        running = Prepared([COMMAND, *arguments], output, environment, errors)
        return subprocess.CompletedProcess(running.args, running.wait(), output.read_text(), errors.read_text())
