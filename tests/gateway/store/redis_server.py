"""A real Redis on a free port of this machine, which a test may stop, start again and hang."""

import signal
import subprocess
import time

import redis

from schemas.secret import Secret
from tests.ports import HOST, free_port

START_SECONDS = 10


class RedisServer:
    def __init__(self, folder):
        self._folder = folder
        self.port = free_port()
        self.url = Secret(f"redis://{HOST}:{self.port}/0")
        self._process = None

    def start(self):
        options = ("--save", "", "--appendonly", "no", "--bind", HOST, "--dir", str(self._folder))
        command = ["redis-server", "--port", str(self.port), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self._wait_until_it_answers()
        return self

    def stop(self):
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()

    def hang(self):
        self._process.send_signal(signal.SIGSTOP)

    def _wait_until_it_answers(self):
        end = time.monotonic() + START_SECONDS
        with redis.Redis(HOST, self.port) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < end, "redis-server does not start"
                    assert self._process.poll() is None, "redis-server ended at once"
                    time.sleep(0.02)
                else:
                    return
