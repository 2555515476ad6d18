"""A gateway that listens, for a provider that has something to say to it."""

import threading
from contextlib import contextmanager

from werkzeug.serving import make_server

from sandbox.idp.server import QuietHandler


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
