"""Begins a gunicorn whenever it is told to; see ``prepared.py``.

It imports what gunicorn and ``gunicorn.conf.py`` import, in their order, and then what makes the tables.
"""

import gc
import os
import runpy

import gunicorn.app.wsgiapp
from gevent import monkey

monkey.patch_all()  # after gunicorn's own modules and before all others, as where gunicorn reads its configuration
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "")

import gevent.pywsgi

import gateway
import gateway.database.migrations
from tests.journeys.on_demand import become, told

IMPORTED = (gunicorn.app.wsgiapp, gevent.pywsgi, gateway, gateway.database.migrations)

gc.freeze()  # what is imported stays to the end: no process that begins need go through it again and again

# gevent's begin its loop, which no process may share with another
_fork, _waitpid = (monkey.get_original("os", name) for name in ("fork", "waitpid"))

if __name__ == "__main__" and (request := told(_fork, _waitpid)):
    become(**request)
    runpy.run_module("gunicorn", run_name="__main__", alter_sys=True)
