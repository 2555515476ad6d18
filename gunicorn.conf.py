"""How gunicorn serves the gateway: its own gevent worker. Every line that is not obvious says why.

The address comes from gunicorn's own ``--bind`` (default ``127.0.0.1:8000``, or ``0.0.0.0:$PORT``), the number of
workers from its own ``WEB_CONCURRENCY``.
"""

from gevent import monkey

# Before anything else is imported: a name of the standard library that is imported already would block all others.
monkey.patch_all()

import gc

gc.disable()  # nothing that is imported from here on is garbage

import atexit
import contextlib
import errno
import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gevent import Timeout, get_hub, spawn, spawn_later
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.workers.base import Worker

# prometheus_client sees by it, when it is imported, that several processes count together; on_starting makes a folder.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "")

from prometheus_client.multiprocess import mark_process_dead

from gateway import METRICS_FILES, context, database_fault, log_risks
from gateway.config import BadSettings, load
from gateway.config.rules import BindAddress
from gateway.log.lines import sanitize
from gateway.operator.listener import SOCKETS, opened
from gateway.server_options import refused

gc.enable()
atexit.register(gc.freeze)  # a process that ends need not look for garbage

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory that the kernel keeps in memory, not a file of ours

_ASK_SECONDS = 2.0
_REQUEST_SECONDS = context.BROWSER_SECONDS + 10
_GOODBYE_SECONDS = 2.0
_LOOK_SECONDS = 0.2
_OPERATORS_AT_ONCE = 8
_OPERATOR_SECONDS = 40.0
_FILES = 8192
_OTHER_FILES = 200

_under_way: dict[Request, Timeout] = {}
_examining: list[Worker] = []

# app.py looks for it, and is not served without this file.
os.environ["GUNICORN_CONF_OF"] = "talentlms-gateway"
worker_class = "gevent"
# The embedded store lives in one process, so without Redis there is one worker.
_with_redis = "GATEWAY_REDIS_URL" in os.environ or "GATEWAY_REDIS_URL_FILE" in os.environ
_wanted = os.environ.get("WEB_CONCURRENCY", "2" if _with_redis else "1")
if not (_wanted.isdecimal() and int(_wanted)):
    sys.exit(f"WEB_CONCURRENCY is {_wanted!r}, not a number of workers.")
workers = int(_wanted)
# Usually 1,024 files may be open and many more on request; the system may refuse, or allow fewer.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
with contextlib.suppress(OSError, ValueError):
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, min(_FILES, _hard) if _hard >= 0 else _FILES), _hard))
_soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
# Browsers of a worker, idle ones among them; each may need a second file, for TalentLMS.
worker_connections = max(1, min(2000, (_soft - _OTHER_FILES) // 2)) if _soft >= 0 else 2000
# A whole company at nine o'clock waits here for a moment instead of being refused; the kernel may allow less.
backlog = 4096
# How long a kept connection may be idle, and also how long a browser may take to send the head of a request. Longer
# than proxies keep idle connections (nginx and AWS: 60 seconds), so that none sends a request into one that is closed.
keepalive = 65
# Longer than any answer takes; a worker that is silent for longer is stuck.
timeout = 30
graceful_timeout = 20
# The heartbeat file belongs into memory: on a slow disk it would make healthy workers look stuck.
worker_tmp_dir = str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None
# Browsers send some twenty, all cookies in one of them, and proxies add a few.
limit_request_fields = 60
# An identity provider may answer with a long code, or with a long explanation of its refusal. Cookies travel in one
# field, of which sign-ins under way take up to 6 KB (gateway/web/transaction_cookies.py).
limit_request_line = 8190
limit_request_field_size = 8190
# A proxy's word on the scheme and on who is signed in changes nothing; settings say what holds.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Nobody steers the gateway through a socket; signals do.
control_socket_disable = True


class SafeLogger(Logger):
    """gunicorn's own log, which repeats parts of a malformed request: those can be a code or a state."""

    def setup(self, cfg: Config) -> None:
        """Let no line out that was not shortened and searched for secrets."""
        super().setup(cfg)
        self.error_log.addFilter(sanitize)


logger_class = SafeLogger


class OperatorsRequest(WSGIHandler):
    """Limits how long a client has one of the places at the operator listener; gevent's server itself limits nothing.

    The time is that of one request: of the wait for it on a connection that is kept, its head, its body and its answer.
    """

    def handle_one_request(self) -> Any:
        """Answer a request; beyond the time its connection is shut, wherever it is read or written just then."""
        end = spawn_later(_OPERATOR_SECONDS, _shut, self.socket)
        try:
            return super().handle_one_request()
        finally:
            end.kill(block=False)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        connection.shutdown(socket.SHUT_RDWR)


def on_starting(server: Arbiter) -> None:
    """Refuse to start on settings and options that are wrong, naming all that is wrong with them."""
    own = {"logger_class": (SafeLogger,), "worker_class": (worker_class,)}
    faults = refused(server.cfg.settings, os.environ, own)
    try:
        settings = load(os.environ)
    except BadSettings as bad:
        sys.exit("\n".join([*faults, str(bad)]))
    if settings.redis_url is None and server.cfg.workers > 1:
        faults.append("GATEWAY_REDIS_URL is not set: the embedded store serves one worker. Set it, or ask for one.")
    faults += database_fault(settings)
    if settings.metrics_bind is not None and server.cfg.preload_app:
        faults.append("gunicorn's --preload: each process counts on its own for GATEWAY_METRICS_BIND; leave one out.")
    elif settings.metrics_bind is not None:
        faults += _operator_fault(settings.metrics_bind)
    if faults:
        sys.exit("\n".join(faults))
    log_risks(settings)


def pre_fork(_server: Arbiter, worker: Worker) -> None:
    """Choose the first worker to ask the doctor; a later one, or one in its place, does not ask again."""
    if not _examining:
        _examining.append(worker)


def _operator_fault(bind: BindAddress) -> list[str]:
    """Open the operators' socket, which every worker inherits, and make the folder in which all of them count."""
    try:
        SOCKETS.append(opened(bind))
    except OSError as error:
        return [f"GATEWAY_METRICS_BIND: nothing can listen at {bind.host}, port {bind.port} ({error.strerror})."]
    os.environ[METRICS_FILES] = tempfile.mkdtemp(prefix="talentlms-gateway-metrics-", dir=worker_tmp_dir)
    return []


def on_exit(_server: Arbiter) -> None:
    """Remove what was counted: with the next start all begins at 0."""
    if SOCKETS:
        shutil.rmtree(os.environ[METRICS_FILES], ignore_errors=True)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Forget what only holds for a worker that lives; what it has counted stays counted."""
    if SOCKETS:
        mark_process_dead(worker.pid, os.environ[METRICS_FILES])


def post_worker_init(worker: Worker) -> None:
    """Ask TalentLMS what is left of its hour before the first click, if it says so within a moment.

    What waits for the disk has a thread of gevent's own; everybody else goes on meanwhile. The doctor is asked once the
    worker takes requests: nothing here waits for that.
    """
    if database := _extension("talentlms-database"):
        database.commit_by(get_hub().threadpool.apply)
    context.begin(seconds=_ASK_SECONDS)
    if budget := _budget():
        budget.ask()
    context.end()
    if orders := _extension("talentlms-worker"):
        orders.start()
    if (doctor := _extension("talentlms-doctor")) and worker in _examining:
        doctor.start()
    if operator := _extension("talentlms-operator"):
        for inherited in SOCKETS:  # each worker needs an object of its own, which knows the worker's loop
            listener = socket.socket(fileno=os.dup(inherited.fileno()))
            places = Pool(_OPERATORS_AT_ONCE)
            WSGIServer(listener, operator, log=None, spawn=places, handler_class=OperatorsRequest).start()
    if recorder := _extension("talentlms-recorder"):
        recorder.start()
    spawn(_end, worker)


def _end(worker: Worker) -> None:
    """End a worker that is to stop, because it is told so or by ``--max-requests``.

    gunicorn would wait for idle connections, too, until ``graceful_timeout`` is over.
    """
    while worker.alive:
        time.sleep(_LOOK_SECONDS)
    if orders := _extension("talentlms-worker"):
        orders.stop()
    time.sleep(_GOODBYE_SECONDS)  # some browser may just be sending its next request
    while _under_way:
        time.sleep(_LOOK_SECONDS)
    sys.exit()


def worker_int(_worker: Worker) -> None:
    """Let a worker that is to end at once wait for nobody."""
    _under_way.clear()


def pre_request(_worker: Worker, request: Request) -> None:
    """Limit the time for a request's body, its answer and the browser's reading of it; gunicorn itself limits none.

    The browser is gone then, as if it had closed the connection itself.
    """
    gone = ConnectionResetError(errno.ECONNRESET, "the browser is too slow")
    _under_way[request] = Timeout.start_new(_REQUEST_SECONDS, gone)


def post_request(_worker: Worker, request: Request, _environ: dict[str, object], _response: Response) -> None:
    """Take the limit off: the next request on the connection has one of its own."""
    if limit := _under_way.pop(request, None):
        limit.close()


def worker_exit(_server: Arbiter, _worker: Worker) -> None:
    """Write down the last answers: their share of the budget must not lie idle, and a help desk may ask for them.

    So are the last figures of the operator's page. While Redis is asked requests may begin; they are answered. Nothing
    can begin after the last look.
    """
    while True:
        if budget := _budget():
            budget.settle()
        if traces := _extension("talentlms-traces"):
            traces.flush()
        if recorder := _extension("talentlms-recorder"):
            recorder.stop()
        if not _under_way:
            return
        time.sleep(_LOOK_SECONDS)


def _budget() -> Any:
    return _extension("talentlms-budget")


def _extension(name: str) -> Any:
    """Return a part of app.py's application; ``None`` where it has none, could not be loaded, or another is served.

    The benchmark serves others by this same file, so nothing is imported here that gunicorn has not.
    """
    served = sys.modules.get("app")
    return served.app.extensions.get(name) if served else None
