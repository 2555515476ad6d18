"""A WSGI application that tells what it was asked, for tests of the worker; loaded by gunicorn."""

import json
import os
import time
from pathlib import Path

from gateway.serving import connection, worker

LARGE_BYTES = 8 * 1024 * 1024

if seconds := os.environ.get("REQUEST_SECONDS"):
    worker.REQUEST_SECONDS = float(seconds)
if seconds := os.environ.get("BODY_SECONDS"):
    connection.BODY_SECONDS = float(seconds)


def app(environ, start_response):
    return _SPECIAL.get(environ["PATH_INFO"], _echo)(environ, start_response)


app.extensions = {}  # gunicorn.conf.py looks for the budget here


def _echo(environ, start_response):
    is_chunked = "HTTP_TRANSFER_ENCODING" in environ
    body = environ["wsgi.input"].read(*([] if is_chunked else [int(environ.get("CONTENT_LENGTH") or 0)]))
    return _told(environ, start_response, body)


def _told(environ, start_response, body=b""):
    told = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": environ["QUERY_STRING"],
        "client": environ["REMOTE_ADDR"],
        "body": len(body),
        "pid": os.getpid(),
    }
    text = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]


def _until(environ, start_response):
    while not Path(environ["QUERY_STRING"]).exists():  # a file that the test makes
        time.sleep(0.01)
    return _told(environ, start_response)


def _large(_, start_response):
    start_response("200 OK", [("Content-Length", str(LARGE_BYTES))])
    return [bytes(LARGE_BYTES)]


def _file(environ, start_response):
    start_response("200 OK", [("Content-Length", str(Path(__file__).stat().st_size))])
    file = Path(__file__).open("rb")  # noqa: SIM115 - the server closes it
    return environ.get("wsgi.file_wrapper", lambda each: each)(file)


def _nothing(_, start_response):
    start_response("304 Not Modified", [])
    return []


def _forged(_, start_response):
    start_response("200 OK", [("Content-Length", "0"), ("X-Forged", "a\r\nSet-Cookie: b=c")])
    return [b""]


def _breaks_off(_, start_response):
    start_response("200 OK", [("Content-Length", "200")])
    yield b"first"
    raise OSError("of the application's own")


def _raises(*_):
    raise LookupError("of the application's own")


def _exits(*_):
    raise SystemExit(3)


_SPECIAL = {
    "/until": _until,
    "/unread": _told,
    "/large": _large,
    "/file": _file,
    "/nothing": _nothing,
    "/forged": _forged,
    "/breaks-off": _breaks_off,
    "/raise": _raises,
    "/exit": _exits,
}
