"""How gunicorn serves the gateway. Every line that is not obvious says why.

The address comes from gunicorn's own ``--bind`` (default ``127.0.0.1:8000``, or ``0.0.0.0:$PORT``), the number of
workers from its own ``WEB_CONCURRENCY``.
"""

import contextlib
import ctypes
import os
import select
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from gateway import database_fault, deadline, log_risks
from gateway.config import BadSettings, load
from gateway.log import sanitize
from gateway.server_options import refused

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory that the kernel keeps in memory, not a file of ours

_ASK_SECONDS = 2.0

_M_ARENA_MAX = -8

# app.py looks for it, and is not served without this file.
os.environ["GUNICORN_CONF_OF"] = "talentlms-gateway"
# With gunicorn's own threads a burst's click takes 1.3 times the CPU, and one browser can make all others wait; see
# gateway/serving/ and docs/budget.md.
# Without epoll, which only Linux has, they have to do.
worker_class = "gateway.serving.worker.EpollWorker" if hasattr(select, "epoll") else "gthread"
# The embedded store lives in one process, so without Redis there is one worker.
_with_redis = "GATEWAY_REDIS_URL" in os.environ or "GATEWAY_REDIS_URL_FILE" in os.environ
_wanted = os.environ.get("WEB_CONCURRENCY", "2" if _with_redis else "1")
if not (_wanted.isdecimal() and int(_wanted)):
    sys.exit(f"WEB_CONCURRENCY is {_wanted!r}, not a number of workers.")
workers = int(_wanted)
# A click mostly waits for TalentLMS, so many can wait at once in few processes; docs/budget.md has what was measured
# with more of them, and with gevent. 160 of them may wait for TalentLMS and 64 for the budget; see
# gateway/talentlms/transport.py and budget.py.
threads = 224
# glibc gives so many threads sixteen heaps on two cores, and each keeps what it was once lent. Two are enough, since
# the interpreter's lock nearly always lets one thread at a time ask for memory. Other C libraries have no such setting.
if "MALLOC_ARENA_MAX" not in os.environ:
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
# A whole company at nine o'clock waits here for a moment instead of being refused; the kernel may allow less.
backlog = 4096
# Longer than the 15 seconds after which every answer is out; a worker that is silent for longer is stuck.
timeout = 30
graceful_timeout = 20
# The heartbeat file belongs into memory: on a slow disk it would make healthy workers look stuck.
worker_tmp_dir = str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None
# Browsers send some twenty, all cookies in one of them, and proxies add a few.
limit_request_fields = 60
# An identity provider may answer with a long code, or with a long explanation of its refusal. Cookies, which travel in
# one field, need less: ten sign-ins under way make 1 KB of them.
limit_request_line = 8190
limit_request_field_size = 8190
# A proxy's word on the scheme and on whoever is signed in changes nothing; settings say what holds.
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


def on_starting(server: Arbiter) -> None:
    """Refuse to start on settings and options that are wrong, naming all that is wrong with them."""
    own = {"logger_class": (SafeLogger,), "worker_class": (worker_class, "gthread")}
    faults = refused(server.cfg.settings, os.environ, own)
    try:
        settings = load(os.environ)
    except BadSettings as bad:
        sys.exit("\n".join([*faults, str(bad)]))
    if settings.redis_url is None and server.cfg.workers > 1:
        faults.append("GATEWAY_REDIS_URL is not set: the embedded store serves one worker. Set it, or ask for one.")
    faults += database_fault(settings)
    if faults:
        sys.exit("\n".join(faults))
    log_risks(settings)


def post_fork(_server: Arbiter, _worker: Worker) -> None:
    """Let no thread that wakes up push another off its core: that one most likely holds the interpreter's lock."""
    # only Linux has this policy, and a container may refuse it; then a click takes a little longer (docs/budget.md)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def post_worker_init(worker: Worker) -> None:
    """Ask TalentLMS what is left of its hour before the first click, if it says so within a moment."""
    deadline.start(_ASK_SECONDS)
    if budget := worker.wsgi.extensions.get("talentlms-budget"):  # the benchmark serves others by this same file
        budget.ask()
    deadline.clear()


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """Write down the last answers, so that their share of the budget does not lie idle until it expires."""
    app = getattr(worker, "wsgi", None)  # none where it could not be loaded
    if app is not None and (budget := app.extensions.get("talentlms-budget")):
        budget.settle()
