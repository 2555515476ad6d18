"""A WSGI application that tells what it met, for tests of ``gunicorn.conf.py``; loaded by gunicorn."""

import _thread
import json
import os
import select
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs

import gevent.monkey

from gateway import context, create_app
from gateway.admission import Permit, QueueEntry
from gateway.store.connection import connect
from gateway.store.locks import Locks
from tests.gunicorn_conf.browser import LARGE_BYTES

_GATEWAY = create_app()
_STORE = connect(None)
_COUNT = _STORE.script("return redis.call('INCR', KEYS[1])")
_LOCKS = Locks(_STORE)
_BLOCKING = {
    "socket.socket": gevent.monkey.get_original("socket", "socket"),
    "socket.create_connection": gevent.monkey.get_original("socket", "create_connection"),
    "socket.getaddrinfo": gevent.monkey.get_original("socket", "getaddrinfo"),
    "ssl.SSLContext": gevent.monkey.get_original("ssl", "SSLContext"),
    "ssl.SSLSocket": gevent.monkey.get_original("ssl", "SSLSocket"),
    "time.sleep": gevent.monkey.get_original("time", "sleep"),
    "select.select": gevent.monkey.get_original("select", "select"),
    "threading.Lock": gevent.monkey.get_original("_thread", "allocate_lock"),
    "threading.local": gevent.monkey.get_original("_thread", "_local"),
}


def application(environ, start_response):
    told = _ADDRESSES[environ["PATH_INFO"]](environ)
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]


def _pid(_):
    return os.getpid()


def _unpatched(_):
    """Return which of the modules that wait have a function of the standard library that stops all others."""
    assert _GATEWAY is not None
    patched = [socket.socket, ssl.SSLContext, time.sleep, select.select, threading.Lock, _thread.allocate_lock]
    assert not set(map(id, patched)) & set(map(id, _BLOCKING.values()))
    return sorted(
        f"{name}.{attribute} is {what}"
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in {"gevent", "greenlet", __name__.partition(".")[0]}
        and name.partition(".")[0] not in sys.stdlib_module_names
        for attribute, value in list(vars(module).items())
        for what, original in _BLOCKING.items()
        if value is original
    )


def _contexts(environ):
    """Note who asks in the context, let the others run, and return what is noted then."""
    number = int(environ["QUERY_STRING"])
    found = _told_by(context.current())
    context.begin(seconds=1000 + 1000 * number, entry=QueueEntry(person=f"person-{number}"))
    context.current().left.permit = Permit(number, 0.0)
    time.sleep(0.05)
    noted = _told_by(context.current())
    context.end()
    return {"found": found, "noted": noted}


def _told_by(work):
    permit = work.left.permit
    return [-(-context.remaining(1e6) // 1000) - 1, work.entry.person, permit and permit.call]


def _embedded(_):
    """Count with the embedded store: once in a script, once with a lock around what others could come between."""
    counted = _COUNT(["scripted"], [])
    with _LOCKS.hold("one at a time", wait=30):
        before = int(_STORE.ask("GET", "locked") or 0)
        time.sleep(0.001)
        _STORE.ask("SET", "locked", before + 1)
    return [counted, before + 1]


def _written(_):
    """Write to the database's file, and return each statement with whether this thread carried it out."""
    database, said, thread = (
        _GATEWAY.extensions["talentlms-database"],
        [],
        gevent.monkey.get_original("_thread", "get_ident"),
    )
    mine = thread()
    with database.transaction() as connection:
        driver = connection.connection.driver_connection
        driver.set_trace_callback(lambda statement: said.append((statement.split()[0], thread() == mine)))
        connection.exec_driver_sql("INSERT INTO failed_proofs (person, expires_at) VALUES ('kim', 1)")
    driver.set_trace_callback(None)
    return said


def _until(environ):
    file = Path(environ["QUERY_STRING"])
    file.with_name(f"{file.name}.begun").touch()
    while not file.exists():  # the test makes it
        time.sleep(0.01)
    return os.getpid()


def _body(environ):
    return len(environ["wsgi.input"].read())


def _large(environ):
    asked = parse_qs(environ["QUERY_STRING"])
    return bytes(int(asked["bytes"][0]) if asked else LARGE_BYTES)


_ADDRESSES = {
    "/": _pid,
    "/unpatched": _unpatched,
    "/contexts": _contexts,
    "/embedded": _embedded,
    "/written": _written,
    "/until": _until,
    "/body": _body,
    "/large": _large,
}
