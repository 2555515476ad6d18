"""A process that a journey starts and ends, with all of its output in a file."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.journeys.prepared import ROOT, Prepared, without_interpreter
from tests.patience import PATIENT_SECONDS, wait_until

_FOREIGN = ("GATEWAY_", "TALENTLMS_", "OIDC_", "WEB_CONCURRENCY", "GUNICORN_")
_PROXIES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Process:
    """A running process; programs of ours begin with all that they import.

    Args:
        command: what to run; where it is prepared, gunicorn's arguments.
        output: the file that its output is added to.
        environment: variables besides those of this process.
        is_prepared: whether it is a gunicorn that begins so, too.
        folder: where it begins.
    """

    def __init__(
        self,
        command: Sequence[str],
        output: Path,
        environment: Mapping[str, str] | None = None,
        *,
        is_prepared: bool = False,
        folder: Path = ROOT,
    ) -> None:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN) and name.upper() not in _PROXIES
        }
        self.output = output
        whole = {**inherited, **(environment or {})}
        self._process: subprocess.Popen[bytes] | Prepared
        if prepared := ["gunicorn", *command] if is_prepared else without_interpreter(command):
            self._process = Prepared(prepared, output, whole, folder=folder)
            return
        with output.open("ab") as sink:
            self._process = subprocess.Popen(
                command,
                env=whole,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def when(self, ready: Callable[[], object]) -> "Process":
        """Return the process as soon as it is ready; end it and say what it said where it never is."""

        def is_ready() -> object:
            assert self._process.poll() is None, "it has ended"
            return ready()

        try:
            wait_until(is_ready)
        except AssertionError as why:
            self.stop()
            raise RuntimeError(f"{self._process.args} did not get ready: {why}\n{self.text()[-3000:]}") from why
        return self

    def text(self) -> str:
        """Return everything that it has said so far, and those before it that wrote to the same file."""
        return self.output.read_text(errors="replace")

    def poll(self) -> int | None:
        """Return its exit code; ``None`` while it runs."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def ended(self, seconds: float = PATIENT_SECONDS) -> int:
        """Wait until it ends by itself and return its exit code."""
        return self._process.wait(seconds)

    def stop(self) -> None:
        """End it, by force if it does not listen."""
        self._process.terminate()
        try:
            self._process.wait(PATIENT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()
