"""How gunicorn serves the gateway. Every line that is not obvious says why.

The address comes from gunicorn's own ``--bind`` (default ``127.0.0.1:8000``, or ``0.0.0.0:$PORT``), the number of
workers from its own ``WEB_CONCURRENCY``.
"""

import os
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter

from gateway.config import BadSettings, load

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory that the kernel keeps in memory, not a file of ours

worker_class = "gthread"
# The embedded store lives in one process, so without Redis there is one worker.
_with_redis = "GATEWAY_REDIS_URL" in os.environ or "GATEWAY_REDIS_URL_FILE" in os.environ
workers = int(os.environ.get("WEB_CONCURRENCY", "2" if _with_redis else "1"))
# A click mostly waits for TalentLMS, so many can wait at once in few processes.
threads = 64
# Longer than the 15 seconds after which every answer is out; a worker that is silent for longer is stuck.
timeout = 30
graceful_timeout = 20
# The heartbeat file belongs into memory: on a slow disk it would make healthy workers look stuck.
worker_tmp_dir = str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None
# Ten sign-ins at once make ten cookies; beyond that nobody needs longer headers.
limit_request_fields = 60
limit_request_field_size = 8190
# Nobody steers the gateway through a socket; signals do.
control_socket_disable = True
# Each click is logged by the gateway itself, without its query: that could hold a code or a state.
accesslog = None


def on_starting(_server: Arbiter) -> None:
    """Refuse to start on settings that are wrong, naming all that is wrong with them."""
    try:
        settings = load(os.environ)
    except BadSettings as faults:
        sys.exit(str(faults))
    if settings.redis_url is None and workers > 1:
        sys.exit("GATEWAY_REDIS_URL is not set: the embedded store serves one worker; unset WEB_CONCURRENCY or set it.")
