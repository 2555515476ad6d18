"""A WSGI application that tells what it was asked, for tests of the worker; loaded by gunicorn."""

import json
import os
import time
from pathlib import Path

from gateway.serving import connection, worker

if seconds := os.environ.get("REQUEST_SECONDS"):
    worker.REQUEST_SECONDS = float(seconds)
if seconds := os.environ.get("BODY_SECONDS"):
    connection.BODY_SECONDS = float(seconds)


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/raise":
        raise LookupError("of the application's own")
    if path == "/until":  # a file that the test makes
        while not Path(environ["QUERY_STRING"]).exists():
            time.sleep(0.01)
    if path == "/large":
        start_response("200 OK", [("Content-Length", str(8 * 1024 * 1024))])
        return [bytes(8 * 1024 * 1024)]
    if path == "/forged":
        start_response("200 OK", [("X-Forged", "a\r\nSet-Cookie: b=c")])
        return [b""]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if path != "/unread" else b""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        body = environ["wsgi.input"].read()
    told = {
        "method": environ["REQUEST_METHOD"],
        "path": path,
        "query": environ["QUERY_STRING"],
        "body": len(body),
        "pid": os.getpid(),
    }
    if path == "/pieces":  # no length, so gunicorn would send chunks
        start_response("200 OK", [("Content-Type", "application/json")])
        return iter([b"[", json.dumps(told).encode(), b"]"])
    if path == "/nothing":
        start_response("304 Not Modified", [])
        return []
    text = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]


app.extensions = {}  # gunicorn.conf.py looks for the budget here
