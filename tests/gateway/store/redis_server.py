"""A real Redis on a free port of this machine, which a test may stop, start again and hang."""

import signal
import subprocess

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from schemas.secret import Secret
from tests.patience import wait_until
from tests.ports import HOST, free_port


class RedisServer:
    """A Redis server.

    Args:
        folder: where it works.
        options: further words of its command line.
        config: the file of a Sentinel, which it writes to; without one it is a server.
        password: what it asks for.
        certificate: the file of one for this machine, with its key beside it, for TLS and nothing else.
    """

    def __init__(self, folder, *options, config=None, password=None, certificate=None):
        self._folder = folder
        self._config = config
        self._password = password
        self._certificate = certificate
        if password and not config:
            options = (*options, "--requirepass", password, "--masterauth", password)
        self.options = options
        self.port = free_port()
        self.url = Secret(f"redis://{HOST}:{self.port}/0")
        self._process = None

    def start(self):
        options = ("--save", "", "--appendonly", "no", "--bind", HOST, "--dir", str(self._folder))
        if self._config:
            options = (str(self._config), "--sentinel", "--bind", HOST, "--dir", str(self._folder))
        command = ["redis-server", *options, *self._port(), *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        with self._client() as client:
            wait_until(lambda: self._answers(client), what="redis-server does not start")
        return self

    def _port(self):
        if not self._certificate:
            return "--port", str(self.port)
        files = "--tls-cert-file", str(self._certificate), "--tls-key-file", str(self._certificate.with_suffix(".key"))
        believed = "--tls-ca-cert-file", str(self._certificate), "--tls-auth-clients", "no"
        return "--port", "0", "--tls-port", str(self.port), *files, *believed, "--tls-replication", "yes"

    def stop(self):
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()

    def tell(self, *command):
        """Carry out an operator's command, past whatever stands between."""
        with self._client() as client:
            return client.execute_command(*command)

    def hang(self):
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    def _client(self):
        tls = {"ssl": True, "ssl_ca_certs": str(self._certificate)} if self._certificate else {}
        # once again, since a Sentinel that makes a server a primary or a replica closes all connections to it
        return redis.Redis(HOST, self.port, password=self._password, retry=Retry(NoBackoff(), 1), **tls)

    def _answers(self, client):
        try:
            client.ping()
        except redis.BusyLoadingError:
            return True
        except redis.ConnectionError:
            assert self._process.poll() is None, "redis-server ended at once"
            return False
        return True
