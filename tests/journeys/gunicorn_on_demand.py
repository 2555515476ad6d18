"""Begins a gunicorn whenever it is told to, with a line of JSON; see ``prepared.py``.

It imports what gunicorn and ``gunicorn.conf.py`` import, in their order, and then what makes the tables.
"""

import gc
import json
import os
import runpy
import sys
from typing import Any

import gunicorn.app.wsgiapp
from gevent import monkey

monkey.patch_all()  # after gunicorn's own modules and before all others, as where gunicorn reads its configuration
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "")

import gevent.pywsgi

import gateway
import gateway.database.migrations

IMPORTED = (gunicorn.app.wsgiapp, gevent.pywsgi, gateway, gateway.database.migrations)

gc.freeze()  # what is imported stays to the end: no process that begins need go through it again and again

_fork = monkey.get_original("os", "fork")  # gevent's begins its loop, which no process may share with another
_waitpid = monkey.get_original("os", "waitpid")


def told() -> dict[str, Any] | None:
    """Carry out what is asked for; returns in each process that begins, with how it is to be, and ``None`` at the end."""
    for line in sys.stdin.buffer:
        request: dict[str, Any] = json.loads(line)
        if "poll" in request:
            answer = _ended(request["poll"])
        else:
            answer = _fork()
            if not answer:
                return request
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    return None


def _ended(pid: int) -> int | None:
    """Return the exit code of a process that has ended."""
    found, status = _waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def become(output: str, environment: dict[str, str], arguments: list[str], folder: str) -> None:
    """Be as if begun from nothing."""
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDONLY)
    sink = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for source, target in ((nothing, 0), (sink, 1), (sink, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(sink)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gunicorn", *arguments]


if __name__ == "__main__" and (request := told()):
    become(**request)
    runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
