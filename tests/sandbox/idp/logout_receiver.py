"""A relying party's back-channel logout address that checks everything (Back-Channel Logout 1.0, section 2.6)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from sandbox.idp import RunningProvider
from tests.sandbox.idp.relying_party import keys, part
from tests.sandbox.idp.strict_relying_party import Fault, finite, require, verified

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Receiver:
    """What was received, and the judgement about it."""

    def __init__(self, idp: RunningProvider) -> None:
        self._idp = idp
        self._used: set[str] = set()
        self.url = ""
        self.ended: list[dict[str, Any]] = []

    def judge(self, body: str) -> tuple[int, str]:
        try:
            self.ended.append(self._checked(parse_qs(body).get("logout_token", [])))
        except Fault as fault:
            return 400, str(fault)
        return 200, "ended"

    def _checked(self, tokens: list[str]) -> dict[str, Any]:
        require(len(tokens) == 1, "one logout_token")
        claims, now = verified(tokens[0], keys(self._idp)), time.time()
        header = part(tokens[0], 0)
        require(header.get("typ") in ("logout+jwt", "JWT", None), "typ")
        require(header["alg"] == self._idp.control.settings()["signing_alg"], "alg is not the ID Token's")
        require(claims.get("iss") == self._idp.issuer, "iss")
        require(claims.get("aud") in (self._idp.client_id, [self._idp.client_id]), "aud")
        require(finite(claims.get("iat")) and now - 300 < claims["iat"] < now + 60, "iat")
        require("exp" not in claims or (finite(claims["exp"]) and claims["exp"] > now - 120), "exp")
        require("nonce" not in claims, "nonce")
        events = claims.get("events")
        require(isinstance(events, dict) and isinstance(events.get(EVENT), dict), "events")
        require("sub" in claims or "sid" in claims, "sub or sid")
        require(isinstance(claims.get("sid", ""), str), "sid")
        require(claims.get("jti") and claims["jti"] not in self._used, "jti")
        self._used.add(claims["jti"])
        return claims


@contextmanager
def receiving(idp: RunningProvider) -> Iterator[Receiver]:
    receiver = Receiver(idp)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, reason = receiver.judge(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(reason)))
            self.end_headers()
            self.wfile.write(reason.encode())

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/backchannel-logout/default"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
