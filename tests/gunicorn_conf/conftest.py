import signal
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from tests.gateway.test_factory import GOOD
from tests.gunicorn_conf.browser import Browser
from tests.journeys.process import Process
from tests.ports import HOST, free_port

CONFIG = Path(__file__).parents[2] / "gunicorn.conf.py"


class Server:
    """gunicorn with the gateway's configuration and ``application``."""

    def __init__(self, port, process):
        self.port = port
        self.process = process
        self._browsers = []

    def browser(self, **shape):
        self._browsers.append(Browser(self.port, **shape))
        return self._browsers[-1]

    def get(self, path="/"):
        with self.browser() as browser:
            return browser.get(path).told

    def hang_up(self):
        for browser in self._browsers:
            browser.close()
        self._browsers.clear()


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start a server; arguments are gunicorn's, ``changes`` lines that change the configuration.

    It begins with all that gunicorn imports (``tests/journeys/prepared.py``), or ``from_nothing`` as an operator's.
    """
    running = []

    def started(*arguments, changes="", from_nothing=False, application="application:application"):
        folder, port = tmp_path_factory.mktemp("gunicorn"), free_port()
        config = folder / "changed.conf.py"
        config.write_text(f"exec(open({str(CONFIG)!r}).read())\n{changes}\n")
        command = [sys.executable, "-m", "gunicorn"] if from_nothing else []
        command += [f"tests.gunicorn_conf.{application}", "--config", str(config), "--bind", f"{HOST}:{port}"]
        environment = {**GOOD, "STATE_DIRECTORY": str(folder)}
        output = folder / "gunicorn.log"
        process = Process([*command, *arguments], output, environment, is_prepared=not from_nothing)
        server = Server(port, process)
        running.append(server)
        server.process.when(lambda: answers(server))
        return server

    yield started
    for server in running:  # all first, then one after the other
        server.hang_up()
        server.process.signal(signal.SIGQUIT)
    for server in running:
        server.process.stop()


@pytest.fixture(scope="module")
def shared(start):
    """Start a server that several tests share, once for each configuration."""
    return cache(start)


@pytest.fixture
def server(shared):
    """One with the usual configuration, begun as an operator's, shared by tests that leave it as it is."""
    yield shared(from_nothing=True)
    shared(from_nothing=True).hang_up()


def answers(server):
    with suppress(OSError):
        return server.get() > 0
    return False
