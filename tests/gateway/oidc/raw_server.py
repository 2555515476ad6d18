"""An HTTP server that writes exactly the bytes that a test wants, as slowly as it wants."""

import itertools
import socketserver
import threading
from contextlib import contextmanager, suppress


class RawServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = {}
        self.requests = []
        self.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Say nothing: those who are made to wait hang up, as they should."""

    def answer(self, path, body=b"", *, status="200 OK", length=True, **headers):
        """Answer a path with these bytes, headers first, then the body."""
        headers = {"Content-Type": "application/json", "Connection": "close", **headers}
        if length:
            headers = {"Content-Length": len(body), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.answers[path] = [f"HTTP/1.1 {status}\r\n{lines}\r\n".encode(), body]

    def write(self, path, *parts):
        """Answer a path with the pieces of these parts, once; a number is a pause in seconds."""
        self.answers[path] = itertools.chain(*parts)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(4096)
            if not piece:
                return
            head += piece
        path = head.split(b" ")[1].decode()
        self.server.requests.append((path, head))
        for piece in self.server.answers.get(path, [b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]):
            if isinstance(piece, bytes):
                self.request.sendall(piece)
            elif self.server.closing.wait(piece):
                return


@contextmanager
def raw_server():
    server = RawServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        with suppress(OSError):
            server.server_close()
