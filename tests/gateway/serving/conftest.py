import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.gateway.serving.talk import Talk
from tests.gateway.test_factory import GOOD
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 20.0


class Server:
    """gunicorn with the house's configuration and ``echo``; as one test sees it."""

    def __init__(self, port, process, log):
        self.port = port
        self.process = process
        self._log = log
        self._began = log.stat().st_size
        self._talks = []

    @property
    def log(self):
        """What was written during this test."""
        return self._log.read_bytes()[self._began :].decode()

    def talk(self, seconds=PATIENCE_SECONDS):
        self._talks.append(Talk(self.port, seconds))
        return self._talks[-1]

    def get(self, path="/", headers=""):
        with self.talk() as talk:
            return talk.ask(f"GET {path} HTTP/1.1\r\nHost: here\r\n{headers}\r\n")

    def open_files(self):
        """Count the files that the worker has open."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=True)
        return len(list(Path(f"/proc/{listed.stdout.split()[0]}/fd").iterdir()))

    def again(self):
        """Return it as another test sees it."""
        return Server(self.port, self.process, self._log)

    def hang_up(self):
        for talk in self._talks:
            talk.close()

    def stop(self):
        self.hang_up()
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _started(directory, arguments, changes, files=None):
    port = free_port()
    log = directory / f"{port}.log"
    command = [sys.executable, "-m", "gunicorn", "tests.gateway.serving.echo:app", "--config", "gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "1", *arguments]
    if files is not None:
        command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | GOOD | changes, stdout=output, stderr=subprocess.STDOUT
        )
    return Server(port, process, log)


def _wait_for(server):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        with suppress(OSError):
            if server.get().status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(server.log)


@pytest.fixture(scope="module")
def _servers(tmp_path_factory):
    running = {}
    yield running
    for each in running.values():
        each.stop()


@pytest.fixture
def server(_servers, tmp_path_factory):
    """Lend a gunicorn that other tests use too; arguments are its own, ``changes`` are variables."""
    lent = []

    def made(*arguments, **changes):
        shape = (arguments, tuple(changes.items()))
        if shape not in _servers:
            _servers[shape] = _started(tmp_path_factory.mktemp("gunicorn"), arguments, changes)
            _wait_for(_servers[shape])
        lent.append(_servers[shape].again())
        return lent[-1]

    yield made
    for each in lent:
        each.hang_up()


@pytest.fixture
def own_server(tmp_path):
    """Start a gunicorn of the test's own, which it may stop, with so many files that it may open."""
    running = []

    def made(*arguments, wait=True, files=None, **changes):
        running.append(_started(tmp_path, arguments, changes, files))
        if wait:
            _wait_for(running[-1])
        return running[-1]

    yield made
    for each in running:
        each.stop()
