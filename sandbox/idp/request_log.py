"""What was asked of the provider, for tests to look at; secrets stand in it as hashes only."""

import hashlib
import threading
import time
from collections.abc import Iterable
from typing import Any

from flask import Request

SECRET_PARAMETERS = frozenset(
    {"access_token", "client_assertion", "client_secret", "code", "code_verifier", "id_token_hint", "logout_token"}
)
HEADERS = ("Accept", "Content-Type", "Origin", "Referer", "User-Agent")


def digest(secret: str) -> str:
    """A short hash, equal for equal secrets."""
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:16]}"


def _shown(name: str, value: str) -> str:
    return digest(value) if name in SECRET_PARAMETERS else value


def _parameters(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {}
    for name, value in pairs:
        shown.setdefault(name, []).append(_shown(name, value))
    return shown


class RequestLog:
    """Requests in the order of their arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []

    def record(self, endpoint: str, request: Request) -> None:
        """Remember one request: where it went, what it carried (hashed where secret), how it authenticated."""
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        entry = {
            "endpoint": endpoint,
            "method": request.method,
            "query": _parameters(request.args.items(multi=True)),
            "form": _parameters(request.form.items(multi=True)),
            "authorization": {"scheme": scheme, "credentials": digest(credentials)} if scheme else None,
            "headers": {name: request.headers[name] for name in HEADERS if name in request.headers},
            "at": time.time(),
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """The requests to one endpoint, or all of them."""
        with self._lock:
            return [entry for entry in self._entries if endpoint in (None, entry["endpoint"])]

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._entries.clear()
