"""A gateway that listens, for a provider that has something to say to it, and what the provider says."""

import threading
from contextlib import contextmanager

from flask import Flask, request
from werkzeug.serving import make_server

from sandbox.idp.server import QuietHandler

KIM = "sandbox-kim.lee"


@contextmanager
def served(app):
    """Let a gateway listen on loopback and return where."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def caught(deployment, sid, sub=KIM, variant="valid"):
    """Return a right logout token that went to somebody who only looks at it."""
    tokens = []
    catcher = Flask("catcher")
    catcher.post("/")(lambda: tokens.append(request.form["logout_token"]) or "")
    with served(catcher) as address:
        deployment.provider.control.client(backchannel_logout_uri=f"{address}/")
        deployment.provider.control.send_logout_token(variant, sub=sub, sid=sid)
    return tokens[0]
