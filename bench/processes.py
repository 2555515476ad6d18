"""The processes of a run: started on chosen cores, and each ended by its id, whatever happens."""

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench import usage
from bench.ports import HOST

REPOSITORY = Path(__file__).parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
_FOREIGN = ("GATEWAY_", "TALENTLMS_", "OIDC_", "WEB_CONCURRENCY", "GUNICORN_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class NotStarted(Exception):
    """A process ended at once or did not answer; the text says which, and where its log is."""


class Processes:
    """Starts processes and ends them; a context manager that leaves none behind.

    Args:
        logs: directory that their output goes to.
    """

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._running:
            self.end(self._running[-1])

    def start(
        self, command: Sequence[str], *, cores: Collection[int], environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process.

        Args:
            command: the program and its arguments.
            cores: the CPU cores that it and its children may run on.
            environment: its variables, besides those of this process that are nobody's settings.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        pinned = ["taskset", "--cpu-list", ",".join(map(str, sorted(cores))), *command]
        with self._log(len(list(self._logs.iterdir()))).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - every word of the commands stands in this package
                pinned,
                cwd=REPOSITORY,
                env={**own, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches this process alone, which then ends them in order
            )
        self._running.append(process)
        return process

    def wait_for(self, process: subprocess.Popen[bytes], port: int, path: str = "/") -> None:
        """Wait until a process answers HTTP, whatever the answer.

        Raises:
            NotStarted: it ended, or did not answer in time.
        """
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise NotStarted(f"ended at once: {process.args!r}\n{self._said()}")
            if _answers(port, path):
                return
            time.sleep(_PAUSE_SECONDS)
        raise NotStarted(f"does not answer: {process.args!r}\n{self._said()}")

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and what it started: asked first, then by force."""
        family = usage.tree(process.pid)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        end = time.monotonic() + STOP_SECONDS
        while (left := _still(family)) and time.monotonic() < end:
            for one in left:
                with suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
            process.poll()
            time.sleep(_PAUSE_SECONDS)
        self._running.remove(process)

    def _log(self, number: int) -> Path:
        return self._logs / f"{number:03d}.log"

    def _said(self) -> str:
        """Return the end of the log of the process that was started last."""
        latest = max(self._logs.iterdir())
        return latest.read_text(errors="replace")[-2000:]


def rest(process: subprocess.Popen[bytes], seconds: float = 0.4) -> None:
    """Wait until a process and its children have used no CPU for a moment: whatever they do at start is done."""
    end = time.monotonic() + START_SECONDS
    before = -1.0
    while (now := usage.cpu_seconds(process.pid)) > before and time.monotonic() < end:
        before = now
        time.sleep(seconds)


def _still(family: Collection[usage.Process]) -> list[usage.Process]:
    """Return those that run still; a pid that was given anew is somebody else's."""
    alive = {(process.pid, process.started) for one in family for process in usage.tree(one.pid)[:1]}
    return [one for one in family if (one.pid, one.started) in alive]


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
