"""Endpoints that do not answer as they should: broken, slow, endless, elsewhere."""

import socket
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, jsonify, make_response, redirect, request

from sandbox.idp.misbehaviour import Context, Expected, Misbehaviour, Replacement

DOCUMENTS = ("discovery", "jwks")
ENDPOINTS = (*DOCUMENTS, "par", "token", "userinfo")
SOURCES = {
    "discovery": ("statement 35", "statement 37"),
    "jwks": ("statement 35", "statement 37"),
    "par": ("statement 35",),
    "token": ("statement 35", "statement 63"),
    "userinfo": ("statement 35", "statement 63"),
}
DRIP_SECONDS = 0.2
CHUNK = b" " * 65536
SECRET_LOOKING = "Traceback: password=hunter2 <script>alert(1)</script>"


def _failed(_context: Context) -> Response:
    return Response(SECRET_LOOKING, 500, content_type="text/html")


def _busy(_context: Context) -> Response:
    return Response("busy", 503, {"Retry-After": "1"})


def _slow(context: Context) -> None:
    context.closing.wait(context.settings.slow_seconds)


def _html(_context: Context) -> Response:
    return Response("<!doctype html><title>Maintenance</title>", content_type="text/html; charset=utf-8")


def _not_json(_context: Context) -> Response:
    return Response('{"access_token": ', content_type="application/json")


def _empty(_context: Context) -> Response:
    return Response(b"", content_type="application/json")


def _list(_context: Context) -> Response:
    return jsonify([])


def _elsewhere(endpoint: str) -> Replacement:
    """Lead to an address that answers well, so that following is seen in the request log."""

    def answer(context: Context) -> Response:
        target = f"{context.issuer}/elsewhere/{endpoint}"
        return make_response(redirect(target, HTTPStatus.TEMPORARY_REDIRECT))

    return answer


def _huge(context: Context) -> Response:
    def body() -> Iterator[bytes]:
        yield b'{"issuer": "'
        for _ in range(context.settings.huge_bytes // len(CHUNK)):
            yield CHUNK
        yield b'"}'

    return Response(body(), content_type="application/json")


def _dripping(context: Context) -> Response:
    def body() -> Iterator[bytes]:
        for _ in range(int(context.settings.slow_seconds / DRIP_SECONDS)):
            yield b" "
            context.closing.wait(DRIP_SECONDS)
        yield b"{}"

    return Response(body(), content_type="application/json")


def _login_page(_context: Context) -> Response:
    return Response("<!doctype html><title>Sign in</title>", 401, content_type="text/html; charset=utf-8")


def _hung_up(_context: Context) -> Response:
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response(b"")


KINDS: tuple[tuple[str, str, Replacement], ...] = (
    ("500", "answers 500 with a body that nobody should be shown", _failed),
    ("503", "answers 503 and Retry-After", _busy),
    ("slow", "answers well, after slow_seconds", _slow),
    ("html", "answers 200 with a page", _html),
    ("not-json", "answers 200 with half a JSON", _not_json),
    ("empty", "answers 200 with nothing", _empty),
    ("list", "answers 200 with a JSON list", _list),
    ("huge", "answers 200 with huge_bytes", _huge),
    ("drip", "answers 200 a byte at a time, for slow_seconds", _dripping),
    ("down", "hangs up without an answer", _hung_up),
)


def _expected(endpoint: str) -> Expected:
    return "refuse" if endpoint in (*DOCUMENTS, "token") else "either"


def _refused(code: str, status: int) -> Replacement:
    return lambda _context: make_response(jsonify(error=code, error_description=SECRET_LOOKING), status)


MISBEHAVIOURS = (
    *(
        Misbehaviour(
            name=f"{endpoint}-{kind}",
            sources=SOURCES[endpoint],
            meaning=f"The {endpoint} endpoint {meaning}.",
            expected="either" if kind == "slow" else _expected(endpoint),
            instead={endpoint: replacement},
        )
        for endpoint in ENDPOINTS
        for kind, meaning, replacement in KINDS
    ),
    *(
        Misbehaviour(
            name=f"{endpoint}-redirect",
            sources=SOURCES[endpoint],
            meaning=f"The {endpoint} endpoint answers 307 to another address, which would answer well.",
            expected=_expected(endpoint),
            instead={endpoint: _elsewhere(endpoint)},
        )
        for endpoint in ENDPOINTS
    ),
    Misbehaviour(
        name="token-invalid-grant",
        sources=("statement 63",),
        meaning="The token endpoint answers invalid_grant.",
        instead={"token": _refused("invalid_grant", 400)},
    ),
    Misbehaviour(
        name="token-invalid-client",
        sources=("statement 63",),
        meaning="The token endpoint answers invalid_client.",
        instead={"token": _refused("invalid_client", 401)},
    ),
    *(
        Misbehaviour(
            name=f"{endpoint}-401-html",
            sources=SOURCES[endpoint],
            meaning=f"The {endpoint} endpoint answers 401 with a page.",
            expected="refuse" if endpoint == "token" else "either",
            instead={endpoint: _login_page},
        )
        for endpoint in ("par", "token")
    ),
    *(
        Misbehaviour(
            name=f"token-{code.replace('_', '-')}",
            sources=("statement 63",),
            meaning=f"The token endpoint answers {code}.",
            instead={"token": _refused(code, status)},
        )
        for code, status in (("unauthorized_client", 400), ("access_denied", 403), ("temporarily_unavailable", 503))
    ),
    Misbehaviour(
        name="par-invalid-client",
        sources=("statement 63",),
        meaning="The par endpoint answers invalid_client.",
        expected="either",
        instead={"par": _refused("invalid_client", 401)},
    ),
    Misbehaviour(
        name="token-error-with-200",
        sources=("statement 63",),
        meaning="The token endpoint answers an error with status 200.",
        instead={"token": _refused("invalid_grant", 200)},
    ),
    Misbehaviour(
        name="userinfo-401",
        sources=("statement 29",),
        meaning="The UserInfo endpoint answers 401.",
        expected="either",
        instead={"userinfo": _refused("invalid_token", 401)},
    ),
    Misbehaviour(
        name="everything-down",
        sources=("statement 37",),
        meaning="Every endpoint hangs up without an answer.",
        instead=dict.fromkeys((*ENDPOINTS, "authorize", "end_session"), _hung_up),
    ),
)
